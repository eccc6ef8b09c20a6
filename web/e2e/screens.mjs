// Pictures of every screen with real-sized data, into web/e2e/screens: to look at, and for the README.
import { mkdir } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { enter, launch } from "./browser.mjs";
import { Roles } from "./roles.mjs";
import { fill } from "./scenery.mjs";
import { Server, until } from "./server.mjs";

const out = path.join(path.dirname(fileURLToPath(import.meta.url)), "screens");
await mkdir(out, { recursive: true });
const only = process.argv[2];
const server = await Server.start({ children: false, extra: `[voiceprint]\nenabled = true\n${process.env.MAMORI_TEST_VOICE ? `[synthesis]\nvoice = "${process.env.MAMORI_TEST_VOICE}"` : ""}` });
const roles = new Roles();
const browser = await launch();
try {
  await roles.start(server);
  const page = await browser.newPage({ viewport: { width: 1366, height: 768 } });
  page.on("console", (m) => { if (m.type() === "error" || m.type() === "warning") console.log(m.type(), m.text()); });
  await page.goto(server.url);
  await page.getByLabel("利用者名").waitFor();
  await page.screenshot({ path: path.join(out, "sign-in.png") });
  await enter(page, server);
  await page.screenshot({ path: path.join(out, "empty.png") });
  await fill(roles);
  await until("the wall is full", async () => (await page.locator(".live-row").count()) >= 13);
  await page.locator('.live-row[data-contact="0a01"] .row-hit').click();
  roles.partial("0a01", true, 140, "おい聞いてるのか、早く");
  await page.mouse.move(700, 4);
  await page.waitForTimeout(7000);
  const shoot = (name) => page.screenshot({ path: path.join(out, `${name}.png`) });
  const language = async (to) => {
    const button = page.getByRole("button", { name: to === "en" ? "English" : "日本語" });
    if (await button.count()) await button.click();
  };
  for (const [size, width, height] of [["desktop", 1366, 768], ["tablet", 1024, 768], ["portrait", 768, 1024]]) {
    if (only && only !== size) continue;
    await page.setViewportSize({ width, height });
    for (const lang of ["ja", "en"]) {
      await language(lang);
      for (const colours of ["light", "dark"]) {
        await page.locator("#theme").selectOption(colours);
        const name = `${size}-${lang}-${colours}`;
        await page.locator("nav a").nth(0).click();
        await page.waitForTimeout(400);
        await shoot(`wall-${name}`);
        if (size !== "desktop" && colours === "dark") continue;
        await page.goto(`${server.url}/contacts/0a01`);
        await page.waitForTimeout(700);
        await shoot(`contact-${name}`);
        await page.locator("nav a").nth(1).click();
        await page.waitForTimeout(400);
        await shoot(`contacts-${name}`);
        await page.locator("nav a").nth(2).click();
        await page.waitForTimeout(400);
        await shoot(`cases-${name}`);
        const enrol = page.locator("td .button.small").first();
        if (await enrol.count()) {
          await enrol.click();
          await page.waitForTimeout(300);
          await shoot(`voiceprint-${name}`);
          await page.keyboard.press("Escape");
        }
        await page.locator("nav a").nth(4).click();
        await page.waitForTimeout(500);
        await shoot(`words-${name}`);
        await page.locator("nav a[href='/announcements']").click();
        await page.waitForTimeout(500);
        await shoot(`announcements-${name}`);
        await page.locator("nav a").nth(0).click();
        await page.locator('.live-row[data-contact="0a01"] .row-hit').click();
        await page.locator(".act-warn_caller").click();
        await page.waitForTimeout(300);
        await shoot(`confirm-${name}`);
        await page.keyboard.press("Escape");
        await page.locator('.live-row[data-contact="0a04"] .row-hit').click();
        await page.waitForTimeout(300);
        await shoot(`care-${name}`);
        await page.locator('.live-row[data-contact="0a01"] .row-hit').click();
        await page.mouse.move(700, 4);
      }
    }
  }
} finally {
  await browser.close();
  roles.stop();
  await server.stop();
}
