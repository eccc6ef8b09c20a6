// The screens in a real browser against the real server. One line per step; the first failure ends the run with a picture.
//   part 1: media and speech are played by the test (roles.mjs): many calls, everything that can be clicked, restarts
//   part 2: real calls over SIP, our own media and speech, sound to screen
//   part 3: criteria, action rules and replay, with two people (rules_steps.mjs)
// `node e2e/run.mjs rules` runs one part: played, real or rules.
import { mkdir } from "node:fs/promises";
import { execFileSync, spawn } from "node:child_process";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { axe, changePassword, enter, launch } from "./browser.mjs";
import { Roles } from "./roles.mjs";
import { rules } from "./rules_steps.mjs";
import { CALLS, fill } from "./scenery.mjs";
import { binary, Server, until } from "./server.mjs";

const pictures = path.join(path.dirname(fileURLToPath(import.meta.url)), "screens");
const began = Date.now();
const complaints = [];
let page;

async function step(what, run) {
  const start = Date.now();
  await run();
  console.log(`ok  ${what} (${((Date.now() - start) / 1000).toFixed(1)} s)`);
}
function expect(condition, what) {
  if (!condition) throw new Error("expected: " + what);
}
async function newPage(browser) {
  const fresh = await (await browser.newContext({ viewport: { width: 1366, height: 768 }, locale: "ja-JP" })).newPage();
  fresh.setDefaultTimeout(8000);
  fresh.on("pageerror", (e) => complaints.push(String(e)));
  fresh.on("console", (m) => {
    // A refused or lost request is part of several steps; what the page itself complains about is not.
    if ((m.type() === "error" || m.type() === "warning") && !/Failed to load resource|WebSocket connection/.test(m.text())) complaints.push(m.text());
  });
  return fresh;
}
const row = (id) => page.locator(`.live-row[data-contact="${id}"]`);
const open = async (id) => {
  await row(id).locator(".row-hit").click();
  await page.locator(`.live-detail[data-contact="${id}"]`).waitFor();
};
const order = () => page.locator(".live-row").evaluateAll((rows) => rows.map((r) => r.dataset.contact));
const visit = async (name, heading) => {
  await page.getByRole("navigation").getByRole("link", { name }).click();
  await page.getByRole("heading", { level: 1, name: heading ?? name }).waitFor({ state: "attached" });
};

async function played(browser) {
  const server = await Server.start({ children: false });
  const roles = new Roles();
  try {
    await roles.start(server);
    page = await newPage(browser);
    await step("signing in says what is wrong", async () => {
      await page.goto(server.url);
      await page.getByRole("button", { name: "サインイン" }).click();
      await page.getByText("利用者名を入力してください。").waitFor();
      await axe(page, "sign-in");
      await page.getByLabel("利用者名").fill("admin");
      await page.getByLabel("パスワード", { exact: true }).fill("wrong");
      await page.getByRole("button", { name: "サインイン" }).click();
      await page.getByRole("alert").filter({ hasText: "利用者名またはパスワードが違います" }).waitFor();
    });
    await step("the one-time password has to be changed, with at least 12 characters", async () => {
      await page.getByLabel("パスワード", { exact: true }).fill(server.password);
      await page.getByRole("button", { name: "サインイン" }).click();
      await page.getByRole("heading", { name: "パスワードの変更" }).waitFor();
      await page.getByLabel("今のパスワード").fill(server.password);
      await page.getByLabel("新しいパスワード", { exact: true }).fill("短すぎる");
      await page.getByRole("button", { name: "変更して始める" }).click();
      await page.getByText("あと8文字必要です").waitFor();
      await page.getByText("確認用のパスワードが一致しません。").waitFor();
      await axe(page, "password");
      await changePassword(page, server);
    });
    await step("the empty wall", () => axe(page, "the empty wall"));
    await step("thirteen calls, sorted by risk", async () => {
      await fill(roles);
      await until("all rows", async () => (await page.locator(".live-row").count()) === CALLS.length);
      await until("the gravest is first", async () => (await order())[0] === "0a01");
      expect((await order()).indexOf("0a04") <= 3, "who needs care stands with the reds");
      await page.locator(".level-counts li", { hasText: "重大" }).getByText("1", { exact: true }).first().waitFor();
      expect(await row("0a01").locator(".level-mark.pulse").count() === 1, "an unanswered level 4 pulses");
      expect(await row("0a02").locator(".level-mark.pulse").count() === 0, "nothing else does");
    });
    await step("abusive words are masked until asked for", async () => {
      await open("0a02");
      const words = row("0a02").locator(".masked");
      expect((await words.innerText()).includes("●"), "dots");
      await words.click();
      expect(!(await words.innerText()).includes("●"), "the words");
      const mark = page.locator(".transcript mark .masked").first();
      expect((await mark.innerText()).includes("●"), "the transcript is masked by itself");
      await page.keyboard.press("Alt+KeyM");
      await page.locator(".transcript").getByText("死ね").waitFor();
      await page.keyboard.press("Alt+KeyM");
    });
    await step("words appear as they are spoken, then as they were recognised", async () => {
      await open("0a08");
      roles.partial("0a08", true, 60, "それから駐車場は");
      await page.locator(".turn.partial").getByText("それから駐車場は").waitFor();
      roles.say("0a08", true, 60, "それから駐車場はありますか");
      await page.locator(".turn:not(.partial)").getByText("それから駐車場はありますか").waitFor();
      expect(await page.locator(".turn.partial").count() === 0, "no partial words are left");
    });
    await step("distress forbids, and says why", async () => {
      await open("0a04");
      await page.locator(".detail-pane .care").getByText("要配慮").waitFor();
      for (const name of ["警告", "案内音声", "切断", "着信拒否"]) expect(await page.locator(".action-bar").getByRole("button", { name, exact: true }).isDisabled(), name + " is disabled");
      await page.locator(".action-reasons").getByText("要配慮の方です").waitFor();
      await axe(page, "distress");
    });
    await step("a warning shows what the caller will hear, and Enter alone does nothing", async () => {
      await open("0a01");
      await page.keyboard.press("Alt+KeyW");
      const dialog = page.getByRole("alertdialog");
      await dialog.getByText("お受けできない内容を含んでおります").waitFor();
      await axe(page, "the confirm dialog");
      await page.keyboard.press("Enter");
      await dialog.waitFor({ state: "detached" });
      expect(roles.commands.length === 0, "nothing was sent");
      await page.locator(".act-warn_caller").click();
      await dialog.getByRole("button", { name: "警告を流す" }).click();
      await until("the warning is played", () => roles.commands.some((c) => c.command === "warn" && c.call === "0a01"));
      await page.getByRole("status").filter({ hasText: "「警告」を実行しました" }).waitFor();
      await row("0a01").getByText("警告 1回").waitFor();
    });
    await step("seen: the pulse ends, and by whom is shown", async () => {
      await page.keyboard.press("Alt+KeyA");
      await page.getByRole("button", { name: "adminが確認済み" }).waitFor();
      expect(await page.locator(".level-mark.pulse").count() === 0, "no pulse is left");
    });
    await step("nothing jumps under the reader's hand; a new red is called out above", async () => {
      await page.mouse.move(700, 300);
      await until("sorted", async () => (await page.locator(".live-list .pane-head button").evaluate((b) => b.style.visibility)) === "hidden");
      await row("0a07").scrollIntoViewIfNeeded();
      const box = await row("0a07").boundingBox();
      await page.mouse.move(box.x + 100, box.y + 10);
      await page.mouse.move(box.x + 110, box.y + 12);
      const before = await order();
      roles.say("0a09", true, 40, "ふざけるなこのくそじじい。死ね、殺すぞ");
      await page.locator(".bar.alert").getByText("小林").waitFor();
      expect(JSON.stringify(await order()) === JSON.stringify(before), "the order is as it was");
      await page.getByRole("button", { name: "危険度順に並べ替える" }).click();
      await until("now it moves", async () => (await order()).indexOf("0a09") <= 1);
    });
    await step("the wall in both languages and colours is accessible", async () => {
      for (const colours of ["dark", "light"]) {
        await page.locator("#theme").selectOption(colours);
        await axe(page, `the wall, ${colours}`);
      }
      await page.getByRole("button", { name: "English" }).click();
      await page.getByRole("heading", { name: /Contacts now/ }).waitFor();
      await axe(page, "the wall in English");
    });
    await step("the record: waveform, words, verdict, timeline, note", async () => {
      await page.goto(`${server.url}/contacts/0a01`);
      await page.getByRole("heading", { level: 1, name: /佐藤/ }).waitFor();
      await axe(page, "the record in English");
      await page.getByRole("button", { name: "日本語" }).click();
      expect(await page.locator(".wave .region").count() >= 5, "findings are regions of the waveform");
      await page.locator(".turn", { hasText: "土下座して謝れ" }).getByRole("button", { name: /から再生/ }).click();
      await page.locator('.turn[aria-current="true"]', { hasText: "土下座して謝れ" }).waitFor();
      await page.getByRole("button", { name: "一時停止" }).click();
      const note = page.getByLabel("メモを書く");
      await note.fill("折り返しの約束が守られていない。担当課へ確認する。");
      await note.dispatchEvent("keydown", { key: "Enter", ctrlKey: true, isComposing: true });
      expect((await note.inputValue()) !== "", "nothing happens while an input method composes");
      await note.press("Control+Enter");
      await page.locator(".timeline").getByText("折り返しの約束が守られていない").waitFor();
      await page.locator(".timeline").getByText("規則「open-case」").first().waitFor();
      await axe(page, "the record");
      await page.locator("#theme").selectOption("dark");
      await axe(page, "the record, dark");
      await page.locator("#theme").selectOption("light");
    });
    await step("earlier contacts: a name is a hint, a link needs a reason and can be taken back", async () => {
      const history = page.locator(".card.history");
      await page.goto(`${server.url}/contacts/0a06`);
      await history.getByText("1回・").first().waitFor();
      await page.getByLabel("名のった名前").fill("山田 太郎");
      await page.getByRole("button", { name: "名前を残す" }).click();
      await page.getByText("名前を残しました").waitFor();
      await page.goto(`${server.url}/contacts/0a01`);
      await page.getByLabel("名のった名前").fill("山田太郎");
      await page.getByRole("button", { name: "名前を残す" }).click();
      await history.getByText("同じ人かもしれない応対").waitFor();
      expect((await history.getByText("1回・").count()) === 2, "a name links nobody");
      await axe(page, "earlier contacts");
      await history.getByRole("list", { name: "同じ人かもしれない応対" }).getByRole("button", { name: "同じ人として結びつける" }).click();
      const dialog = page.getByRole("alertdialog");
      await dialog.getByRole("button", { name: "同じ人として結びつける" }).click();
      await dialog.getByText("理由を書いてください。").waitFor();
      await axe(page, "the link dialog");
      await dialog.getByLabel("理由").fill("通知書の番号が同じだった");
      await dialog.getByRole("button", { name: "同じ人として結びつける" }).click();
      await until("counted together", async () => (await history.getByText("2回・").count()) === 2);
      await history.screenshot({ path: path.join(pictures, "history.png") });
      await page.locator("#theme").selectOption("dark");
      await axe(page, "earlier contacts, dark");
      await page.locator("#theme").selectOption("light");
      await history.getByRole("button", { name: "解く" }).click();
      await dialog.getByLabel("理由").fill("別の人だった");
      await dialog.getByRole("button", { name: "解く" }).click();
      await until("counted apart", async () => (await history.getByText("1回・").count()) === 2);
      await page.locator(".timeline").getByText("別の人だった").waitFor();
    });
    await step("the other contact of a customer is found by what is known of it, with the keyboard alone", async () => {
      const history = page.locator(".card.history");
      await page.goto(`${server.url}/contacts/0a01`);
      await history.getByRole("button", { name: "同じ人として結びつける", exact: true }).last().click();
      const dialog = page.getByRole("alertdialog");
      await dialog.getByLabel("理由").fill("本人が、この番号からも掛けたと述べた");
      await dialog.getByRole("button", { name: "同じ人として結びつける" }).click();
      await dialog.getByText("結びつける応対を探して、一つ選んでください。").waitFor();
      const text = dialog.getByLabel("番号・メールアドレス・名前・応対者");
      await text.fill("いない人");
      await text.dispatchEvent("keydown", { key: "Enter", isComposing: true });
      expect((await dialog.getByText("見つかりませんでした").count()) === 0, "nothing is searched while an input method composes");
      await text.press("Enter");
      await dialog.getByText("見つかりませんでした").waitFor();
      await axe(page, "the picker, nothing found");
      await dialog.getByLabel("この日から").fill("2026-04-02");
      await dialog.getByLabel("この日まで").fill("2026-04-01");
      await dialog.getByRole("button", { name: "探す", exact: true }).click();
      await dialog.getByText("終わりの日が、始まりの日より前です。").waitFor();
      await dialog.getByLabel("この日から").fill("");
      await dialog.getByLabel("この日まで").fill("");
      await page.route("**/api/v1/contacts/search", (route) => route.fulfill({ status: 503, contentType: "application/problem+json", json: { title: "記録簿に書き込めません" } }));
      await text.press("Enter");
      await dialog.getByText("記録簿に書き込めません").waitFor();
      await page.unrouteAll();
      for (const [asked, found] of [["045-222", "高橋"], ["山田", "渡辺"], ["鈴木", "鈴木"], ["", "佐々木"]]) {
        await text.fill(asked);
        await text.press("Enter");
        await dialog.getByRole("radio", { name: new RegExp(found) }).waitFor();
      }
      expect((await dialog.getByRole("radio", { name: /佐藤/ }).count()) === 0, "the contact itself is left out");
      await axe(page, "the picker, with what was found");
      await page.screenshot({ path: path.join(pictures, "picker.png") });
      await text.fill("山田");
      await text.press("Enter");
      await dialog.getByText("見つかりました。一つ選んでください。").waitFor();
      await until("only those of that name", async () => (await dialog.getByRole("radio").count()) === 2);
      for (let i = 0; i < 4; ++i) await page.keyboard.press("Tab"); // over the days and the button
      await until("the first is reached", () => dialog.getByRole("radio").first().evaluate((r) => document.activeElement === r));
      await page.keyboard.press("ArrowDown");
      await dialog.getByRole("radio", { checked: true, name: /渡辺/ }).waitFor();
      await dialog.getByRole("button", { name: "同じ人として結びつける" }).click();
      await until("counted together", async () => (await history.getByText("2回・").count()) === 2);
      await history.getByRole("button", { name: "解く" }).click();
      await dialog.getByLabel("理由").fill("試しでした");
      await dialog.getByRole("button", { name: "解く" }).click();
      await until("counted apart", async () => (await history.getByText("1回・").count()) === 2);
    });
    await step("what speaks against a finding is said in the reader's language", async () => {
      await page.goto(`${server.url}/contacts/0a03`);
      const card = page.locator("section[aria-labelledby=verdict-title]");
      await card.getByText("お客様の側の事情：").waitFor();
      expect(!(await card.innerText()).includes("申し出の根拠"), "the grounds stand in one line");
      await page.getByRole("button", { name: "English" }).click();
      await card.getByText("On the customer's side:").waitFor();
      expect(!/の見込みは|引用:|打ち消し:/.test(await card.innerText()), "no Japanese sentence is left");
      await axe(page, "what speaks against, in English");
      await page.getByRole("button", { name: "日本語" }).click();
    });
    await step("a second opinion stands beside the verdict and decides nothing", async () => {
      const opinion = { at: Date.now(), state: "answered", model: "local", took_ms: 900, suspicion: 0.44, level: 2, categories: ["threat"], flags: ["complaint"], turn: 18, agrees: false, reason: "「ぶっ殺してやる」という脅しです。", quote: "ぶっ殺してやる", content_erased: false };
      const row = { contact: "0a01", at: Date.now(), medium: "phone", started_at: Date.now() - 500_000, agent: "佐藤", level: 4, categories: ["threat"], model: "local", opinion_level: 1, opinion_categories: [], opinion_flags: [], reviewed: false };
      await page.route("**/api/v1/contacts/0a01", async (route) => {
        const response = await route.fetch();
        await route.fulfill({ response, json: { ...(await response.json()), second_opinion: opinion } });
      });
      await page.route("**/api/v1/second_opinions", (route) => route.fulfill({ json: { contacts: [row] } }));
      await page.goto(`${server.url}/contacts/0a01`);
      const card = page.locator(".card.opinion");
      await card.getByText("参考です。判定は変えません。").waitFor();
      expect(!(await card.innerText()).includes("ぶっ殺してやる"), "what hurts is masked here too");
      await axe(page, "a second opinion");
      await card.screenshot({ path: path.join(pictures, "opinion.png") });
      await visit("記録");
      await page.getByRole("heading", { name: "見直したい応対" }).waitFor();
      await axe(page, "contacts to look at again");
      await page.screenshot({ path: path.join(pictures, "look-again.png") });
      await page.unrouteAll();
      await page.reload();
    });
    await step("records and cases", async () => {
      await visit("記録");
      const rows = () => page.locator("tbody tr").allInnerTexts();
      await until("everybody is listed", async () => (await rows()).length === CALLS.length);
      const reds = (await rows()).filter((r) => /重大|該当/.test(r));
      expect(["小林", "佐藤", "鈴木"].every((name) => reds.some((r) => r.includes(name))) && reds.length < CALLS.length / 2, "a few are red, these three among them");
      await page.getByLabel("危険度で絞り込む").selectOption("3");
      await until("only the reds, and all of them", async () => (await rows()).join("\n") === reds.join("\n"));
      await axe(page, "records");
      await visit("案件");
      await page.getByText("自動（規則「open-case」）").first().waitFor();
      await axe(page, "cases");
    });
    await step("own words: listed, refused where the reading is no kana, removed", async () => {
      await visit("語句の登録");
      await page.getByText("登録された語はまだありません").waitFor();
      await page.getByLabel("表記").fill("守里館");
      await page.getByLabel("読み").fill("mamorikan");
      await page.getByText("ひらがなとカタカナだけで書いてください。").waitFor();
      expect(await page.getByRole("button", { name: "登録する" }).isDisabled(), "no kana, no word");
      await axe(page, "own words, with a mistake");
      await page.getByLabel("読み").fill("まもりかん");
      await page.getByRole("button", { name: "登録する" }).click();
      await page.getByRole("cell", { name: "守里館", exact: true }).waitFor();
      await axe(page, "own words");
      await page.getByRole("button", { name: "「守里館」を削除" }).click();
      await page.getByRole("alertdialog").getByRole("button", { name: "削除" }).click();
      await page.getByText("登録された語はまだありません").waitFor();
    });
    await step("announcements: what is played, and writing it anew", async () => {
      await visit("案内の音声");
      await page.getByRole("textbox", { name: "読み上げる文" }).first().waitFor();
      expect((await page.locator(".prompt-card audio").count()) === 2, "both can be heard");
      expect(await page.getByRole("button", { name: "この文に変える" }).first().isDisabled(), "nothing is changed yet");
      await axe(page, "announcements");
    });
    await step("a block, and its undoing", async () => {
      await visit("着信拒否");
      await page.getByText("着信拒否にした番号はありません").waitFor();
      await visit("現況");
      await open("0a02");
      await page.locator(".act-block_number").click();
      await page.getByRole("alertdialog").getByRole("button", { name: "着信拒否にする" }).click();
      await page.getByRole("status").filter({ hasText: "着信拒否にしました" }).waitFor();
      await visit("着信拒否");
      await axe(page, "blocks");
      await page.getByRole("button", { name: "解除" }).click();
      await page.getByRole("alertdialog").getByRole("button", { name: "解除する" }).click();
      await page.getByText("解除済み").or(page.getByText("着信拒否にした番号はありません")).first().waitFor();
    });
    await step("what is broken is said in words", async () => {
      await visit("現況");
      roles.recording = "stopped: disk full";
      await page.locator(".health .bad").getByText("stopped: disk full").waitFor();
      roles.recording = "ok";
      await until("fine again", async () => (await page.locator(".health .bad").count()) === 0);
    });
    await step("the hub dies: said at once; it comes back: the wall too, without signing in", async () => {
      await open("0a01");
      await server.kill();
      await page.getByText("更新が止まっています").first().waitFor({ timeout: 3000 });
      expect(await page.locator(".act-disconnect").isDisabled(), "nothing can be done on stale data");
      await axe(page, "the stale wall");
      await server.up();
      await page.locator(".bar.stale").waitFor({ state: "detached", timeout: 15_000 });
      expect(await page.locator(".live-row").count() === CALLS.length, "all calls are there again");
      await page.locator(".transcript").getByText("先週届いた国民健康保険料").waitFor();
    });
    await step("a cut call says so and is kept", async () => {
      await open("0a02");
      await page.locator(".act-disconnect").click();
      await page.getByRole("alertdialog").getByText("通話がすぐに切れます").waitFor();
      await page.getByRole("alertdialog").getByRole("button", { name: "切断する" }).click();
      await page.locator(".detail-head").getByText("切断（対処）").waitFor();
      await page.goto(`${server.url}/contacts/0a02`);
      await page.getByText("この判定は合っていますか").waitFor();
      await page.getByText("判断の材料を見る").first().click();
      await page.getByRole("button", { name: "違う", exact: true }).click();
      await page.getByLabel("正しい危険度").selectOption("0");
      expect(await page.getByRole("button", { name: "送る" }).isDisabled(), "wrong needs a reason");
      await page.getByLabel("どこが違いますか").fill("本人ではなく、隣の家の人の言葉の引用でした。");
      await axe(page, "saying that a judgement is wrong");
      await page.getByRole("button", { name: "送る" }).click();
      await page.getByText("本人ではなく、隣の家の人の言葉の引用でした。").first().waitFor();
      await page.getByRole("button", { name: "内容を消去" }).click();
      await page.getByRole("alertdialog").getByRole("button", { name: "消去する" }).click();
      await page.getByText("内容は消去されています").waitFor();
      await axe(page, "an erased record");
    });
    await step("what is not there", async () => {
      await page.goto(`${server.url}/contacts/none`);
      await page.getByText("見つかりません").first().waitFor();
      await axe(page, "a missing record");
    });
    await step("tablets", async () => {
      await page.goto(server.url);
      for (const [width, height] of [[1024, 768], [768, 1024]]) {
        await page.setViewportSize({ width, height });
        await row("0a01").waitFor();
        expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `nothing sticks out at ${width}`);
        await axe(page, `the wall at ${width}×${height}`);
      }
    });
    await step("every screen in English, light and dark, is accessible", async () => {
      await page.setViewportSize({ width: 1366, height: 768 });
      await page.getByRole("button", { name: "English" }).click();
      for (const colours of ["dark", "light"]) {
        await page.locator("#theme").selectOption(colours);
        for (const name of ["Records", "Cases", "Blocked", "Live"]) {
          await page.getByRole("navigation").getByRole("link", { name }).click();
          await page.locator("tbody tr, .live-row").first().waitFor();
          await axe(page, `${name}, ${colours}`);
        }
        await open("0a04");
        await axe(page, `distress in English, ${colours}`);
        await page.getByRole("button", { name: "Keys" }).click();
        await axe(page, `the keys, ${colours}`);
        await page.keyboard.press("Escape");
      }
      await page.getByRole("button", { name: "日本語" }).click();
    });
    await step("an operator sees no records, and may not act on a caller", async () => {
      await page.setViewportSize({ width: 1366, height: 768 });
      const said = execFileSync(binary, ["user", "--config", server.config, "add", "misaki", "--role", "operator", "--display", "岬"], { encoding: "utf8" });
      const password = /password: (\S+)/.exec(said)[1];
      const admin = page;
      page = await newPage(browser);
      await page.goto(server.url);
      await page.getByLabel("利用者名").fill("misaki");
      await page.getByLabel("パスワード", { exact: true }).fill(password);
      await page.getByRole("button", { name: "サインイン" }).click();
      await page.getByLabel("今のパスワード").fill(password);
      for (const name of ["新しいパスワード", "新しいパスワード（確認）"]) await page.getByLabel(name, { exact: true }).fill("むらさきの急須と三月の雨");
      await page.getByRole("button", { name: "変更して始める" }).click();
      await row("0a03").waitFor();
      expect(await page.getByRole("link", { name: "記録" }).count() === 0, "no link to the records");
      await open("0a03");
      expect(await page.locator(".act-warn_caller").isDisabled(), "no warning");
      await page.locator(".action-reasons").getByText("上席者が行う操作です").waitFor();
      await page.goto(`${server.url}/contacts`);
      await page.getByText("この画面を見る権限がありません").waitFor();
      await axe(page, "no permission");
      await page.context().close();
      page = admin;
    });
    await step("signing out", async () => {
      await page.getByRole("button", { name: "サインアウト" }).click();
      await page.getByRole("heading", { name: "サインイン" }).waitFor();
      await page.getByRole("button", { name: "English" }).click();
      await page.getByRole("heading", { name: "Sign in" }).waitFor();
      await axe(page, "sign-in in English");
    });
  } finally {
    roles.stop();
    await server.stop();
  }
}

async function real(browser) {
  const server = await Server.start();
  try {
    page = await newPage(browser);
    await enter(page, server);
    await step("media and speech are up, in words", async () => {
      await until("no part is bad", async () => (await page.locator(".health > div").count()) === 5 && (await page.locator(".health .bad").count()) === 0, 30);
    });
    const scene = spawn(binary, ["scene", "play", "escalating-complaint", "--server", `127.0.0.1:${server.sip}`, "--agent", `127.0.0.1:${server.agent}`, "--quiet"]);
    let sceneSaid = "";
    scene.stdout.on("data", (d) => { sceneSaid += d; });
    scene.stderr.on("data", (d) => { sceneSaid += d; });
    const sceneEnded = new Promise((r) => scene.once("exit", r));
    try {
      await step("a real call appears, is heard and turns red", async () => {
        await Promise.race([page.locator(".live-row").waitFor({ timeout: 30_000 }), sceneEnded.then((code) => { throw new Error(`the scene ended (${code}): ${sceneSaid}`); })]);
        await page.locator(".transcript .turn.customer:not(.partial)").first().waitFor({ timeout: 30_000 });
        await page.locator(".live-row.l3, .live-row.l4").waitFor({ timeout: 60_000 });
        await page.locator(".live-row .sparkline .line").waitFor();
      });
      await step("the warning is really played to the caller", async () => {
        await page.locator(".act-warn_caller").click();
        await page.getByRole("alertdialog").getByRole("button", { name: "警告を流す" }).click();
        await page.locator(".live-row").getByText("再生中：警告").waitFor();
      });
      await step("disconnecting ends the call at the caller's telephone too", async () => {
        await page.locator(".act-disconnect").click();
        await page.getByRole("alertdialog").getByRole("button", { name: "切断する" }).click();
        await page.locator(".detail-head").getByText("切断（対処）").waitFor();
        await until("the scene's telephones have hung up", () => Promise.race([sceneEnded.then(() => true), new Promise((r) => setTimeout(r, 50, false))]));
      });
    } finally {
      scene.kill("SIGTERM");
    }
    await step("its recording plays in the browser", async () => {
      await page.getByRole("link", { name: "記録を開く" }).click();
      await page.getByRole("button", { name: "再生", exact: true }).click();
      await until("the sound moves on", async () => (await page.locator("audio").evaluate((a) => a.currentTime)) > 0.5);
      await page.locator(".timeline").getByText("警告").first().waitFor();
      await axe(page, "the record of a real call");
    });
  } finally {
    await server.stop();
  }
}

await mkdir(pictures, { recursive: true });
const browser = await launch();
let failed = false;
try {
  const only = process.argv[2];
  if (!only || only === "played") await played(browser);
  if (!only || only === "real") await real(browser);
  if (!only || only === "rules") await rules({ browser, newPage, step, expect, seen: (p) => { page = p; } });
  if (complaints.length) throw new Error("the page complained:\n" + [...new Set(complaints)].join("\n"));
  console.log(`all browser tests passed in ${Math.round((Date.now() - began) / 1000)} s`);
} catch (error) {
  failed = true;
  console.error(error);
  if (complaints.length) console.error("the page complained:\n" + [...new Set(complaints)].join("\n"));
  await page?.screenshot({ path: path.join(pictures, "failure.png") }).catch(() => undefined);
  console.error(`a picture of the page: ${path.join(pictures, "failure.png")}`);
} finally {
  await browser.close();
}
process.exit(failed ? 1 : 0);
