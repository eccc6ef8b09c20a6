// 判断基準, 自動対処ルール and 過去の応対で試す: two people, from the first draft to the contacts behind a number.
import { execFileSync } from "node:child_process";
import { axe, NEW_PASSWORD, enter } from "./browser.mjs";
import { Roles } from "./roles.mjs";
import { binary, Server, until } from "./server.mjs";

async function signIn(page, server, name, password, fresh) {
  await page.goto(server.url);
  await page.getByLabel("利用者名").fill(name);
  await page.getByLabel("パスワード", { exact: true }).fill(password);
  await page.getByRole("button", { name: "サインイン" }).click();
  if (!fresh) return;
  await page.getByLabel("今のパスワード").fill(password);
  for (const label of ["新しいパスワード", "新しいパスワード（確認）"]) await page.getByLabel(label, { exact: true }).fill(fresh);
  await page.getByRole("button", { name: "変更して始める" }).click();
  await page.getByRole("navigation").waitFor();
}

export async function rules({ browser, newPage, step, expect, seen }) {
  const server = await Server.start({ children: false });
  const roles = new Roles();
  let admin;
  let sato;
  try {
    await roles.start(server);
    admin = await newPage(browser);
    seen(admin);
    await enter(admin, server);
    const said = execFileSync(binary, ["user", "--config", server.config, "add", "sato", "--role", "supervisor", "--display", "佐藤"], { encoding: "utf8" });
    sato = await newPage(browser);
    await signIn(sato, server, "sato", /password: (\S+)/.exec(said)[1], NEW_PASSWORD);

    await step("criteria: nothing yet, and what applies is said", async () => {
      seen(sato);
      await sato.getByRole("navigation").getByRole("link", { name: "判断基準" }).click();
      await sato.getByText("最初から入っている基準（標準）").waitFor();
      await sato.getByText("版はまだありません").waitFor();
      await axe(sato, "criteria, empty");
    });
    await step("a new version from a preset: checked while it is written, as form and as text", async () => {
      await sato.getByRole("link", { name: "新しい版を作る" }).click();
      await sato.getByLabel("何から始めますか").selectOption({ label: "ひな型：市区町村の電話・窓口" });
      const foot = sato.locator(".rules-foot");
      await foot.getByText("書き方に間違いはありません").waitFor();
      await sato.getByLabel("版の名前").fill("秋からの基準");
      await sato.getByLabel("長い通話として知らせる時間").fill("0");
      await foot.getByText("notice_minutes は 1 から 1440 までです").waitFor();
      expect(await sato.getByRole("button", { name: "下書きを保存" }).isDisabled(), "what is wrong cannot be kept");
      await axe(sato, "the editor with a mistake");
      await sato.getByLabel("長い通話として知らせる時間").fill("20");
      await sato.getByRole("button", { name: "言い方を足す" }).click();
      await sato.getByLabel("言い方 3", { exact: true }).fill("豆大福野郎");
      await sato.getByLabel("危険度 3").selectOption("3");
      // Enter that ends a conversion, and Enter alone: neither sends anything.
      await sato.getByLabel("言い方 3", { exact: true }).press("Enter");
      await foot.getByText(/間違いはありません、変更 \d+ 件/).waitFor();
      await sato.getByRole("button", { name: "テキストで書く" }).click();
      const text = sato.getByLabel("TOML テキスト");
      expect((await text.inputValue()).includes('text = "豆大福野郎"'), "the text says what the form said");
      await text.fill((await text.inputValue()) + "\nnmae = 1\n");
      await foot.getByText(/\d+ 行目: 「nmae」という項目はありません/).waitFor();
      await text.fill((await text.inputValue()).replace("\nnmae = 1\n", ""));
      await foot.getByText("書き方に間違いはありません").waitFor();
      await axe(sato, "the editor as text");
      await sato.getByRole("button", { name: "項目で書く" }).click();
      await sato.getByRole("button", { name: "保存して確認を依頼" }).click();
      await sato.getByRole("heading", { level: 1, name: "第1版 秋からの基準" }).waitFor();
      expect(await sato.getByRole("button", { name: "承認する…" }).count() === 0, "a supervisor does not approve");
      await axe(sato, "a version in review");
    });
    await step("the administrator sees what changes, sends back, and approves", async () => {
      seen(admin);
      await admin.getByRole("navigation").getByRole("link", { name: "判断基準" }).click();
      await admin.getByRole("link", { name: "第1版" }).click();
      await admin.getByRole("row", { name: /長い通話として知らせる時間 30 分 20 分/ }).waitFor();
      await admin.getByRole("row", { name: /独自の言い方.*豆大福野郎/ }).waitFor();
      await admin.getByRole("button", { name: "差し戻す…" }).click();
      const dialog = admin.getByRole("alertdialog");
      await dialog.getByRole("button", { name: "差し戻す" }).click();
      await dialog.getByText("差し戻す理由を書いてください").waitFor();
      await dialog.getByLabel("理由").fill("20分の理由を書いてください");
      await dialog.getByRole("button", { name: "差し戻す" }).click();
      await admin.getByText("下書き", { exact: true }).waitFor();
      seen(sato);
      await sato.reload();
      await sato.getByText("20分の理由を書いてください").waitFor();
      await sato.getByRole("button", { name: "確認を依頼する" }).click();
      await sato.getByRole("alertdialog").getByRole("button", { name: "依頼する" }).click();
      await sato.getByText("確認待ち").waitFor();
      seen(admin);
      await admin.reload();
      await admin.getByRole("button", { name: "承認する…" }).click();
      await axe(admin, "the approval");
      await dialog.getByLabel("日時を決める").click();
      await dialog.getByRole("button", { name: "承認する" }).click();
      await dialog.getByText("使い始める日時を入れてください。").waitFor();
      await dialog.getByLabel("すぐに使う").click();
      await dialog.getByRole("button", { name: "承認する" }).click();
      await admin.getByText("使用中", { exact: true }).waitFor();
      expect(await admin.getByText("別の人の確認は受けていません").count() === 0, "two people did it");
    });
    await step("a call is judged by it at once, and its record names the version", async () => {
      await roles.call("0b01", { caller: "09011112222", callee: "0312340001", agent: "佐藤", ago: 30, seconds: 20, loud: [] });
      roles.say("0b01", true, 2, "この豆大福野郎", 4);
      await admin.goto(server.url);
      await admin.locator('.live-row[data-contact="0b01"].l3').waitFor();
      roles.state("0b01", "ended", { reason: "caller" });
      await until("it is kept", () => admin.evaluate(async () => (await (await fetch("/api/v1/contacts")).json()).contacts.some((c) => c.state === "ended" && c.criteria_version.startsWith("1/"))));
    });
    await step("action rules: what no rule can lift, hours that cannot be, and approval alone is marked", async () => {
      await admin.getByRole("navigation").getByRole("link", { name: "自動対処" }).click();
      await admin.getByRole("heading", { level: 1, name: "自動対処ルール" }).waitFor();
      await admin.getByRole("link", { name: "新しい版を作る" }).click();
      await admin.getByText("要配慮の方には、警告・切断・着信拒否・案内音声・ボットを").waitFor();
      await admin.getByLabel("切断", { exact: true }).fill("3");
      await admin.getByRole("button", { name: "ルールを足す" }).click();
      await admin.getByLabel("対処", { exact: true }).selectOption({ label: "切断" });
      await admin.getByLabel("行い方").selectOption({ label: "自動で行う" });
      await admin.getByLabel("時間帯").fill("17:15-17:15");
      await admin.locator(".rules-foot").getByText("時間帯は").waitFor();
      await admin.getByLabel("時間帯").fill("17:15-08:30");
      await admin.getByText("時刻と曜日は、組織のタイムゾーン（Asia/Tokyo）で見ます。").waitFor();
      await admin.locator(".rule-when").getByText("17:15-08:30（Asia/Tokyo）").waitFor();
      await admin.locator(".rules-foot").getByText("変更 2 件").waitFor();
      await axe(admin, "the editor of action rules");
      await admin.getByRole("button", { name: "保存して確認を依頼" }).click();
      await admin.getByText("承認できる管理者がほかにいないため").waitFor();
      await admin.getByRole("button", { name: "承認する…" }).click();
      await admin.getByRole("alertdialog").getByRole("button", { name: "承認する" }).click();
      await admin.getByText("別の人の確認は受けていません").first().waitFor();
      await axe(admin, "a version of action rules");
    });
    await step("the past tried again: numbers, and the contacts behind them", async () => {
      seen(sato);
      await sato.goto(`${server.url}/criteria/replay?criteria=preset:default`);
      await sato.getByLabel("判断基準").nth(1).selectOption({ label: "ひな型：標準" });
      await axe(sato, "the replay page");
      await sato.getByRole("button", { name: "試す", exact: true }).click();
      await sato.locator(".replay-sums").waitFor({ timeout: 20_000 });
      await sato.getByRole("button", { name: "変わる応対 1 件を表示" }).click();
      await sato.locator(".replay-list table").waitFor();
      await axe(sato, "the result");
      await sato.getByRole("link", { name: "記録を開く" }).click();
      await sato.waitForURL("**/contacts/0b01");
      await sato.locator(".masked").first().waitFor();
    });
    await step("in English, dark, at tablet size", async () => {
      await sato.setViewportSize({ width: 1024, height: 768 });
      await sato.locator("#theme").selectOption("dark");
      await sato.getByRole("button", { name: "English" }).click();
      for (const [where, heading] of [["/criteria", "Criteria"], ["/criteria/1", "Version 1 秋からの基準"], ["/criteria/new?from=1", "Criteria: new version"], ["/action-rules", "Action rules"], ["/action-rules/new", "Action rules: new version"], ["/criteria/replay", "Try on past contacts"]]) {
        await sato.goto(server.url + where);
        await sato.getByRole("heading", { level: 1, name: heading }).waitFor();
        await sato.waitForTimeout(900);
        await axe(sato, `${where} in English`);
        expect(await sato.getByRole("button", { name: "Sign out" }).isVisible(), "signing out is in reach");
      }
    });
    await step("an operator does not see them", async () => {
      const answer = execFileSync(binary, ["user", "--config", server.config, "add", "misaki", "--role", "operator"], { encoding: "utf8" });
      const operator = await newPage(browser);
      seen(operator);
      await signIn(operator, server, "misaki", /password: (\S+)/.exec(answer)[1], NEW_PASSWORD + "と傘");
      expect(await operator.getByRole("link", { name: "判断基準" }).count() === 0, "no link");
      await operator.goto(`${server.url}/criteria`);
      await operator.getByText("表示できませんでした").first().waitFor();
    });
  } finally {
    roles.stop();
    await server.stop();
  }
}
