// Pictures of 判断基準, 自動対処ルール and 過去の応対で試す with real-sized data, into web/e2e/screens.
import { mkdir } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { enter, launch } from "./browser.mjs";
import { Roles } from "./roles.mjs";
import { versions } from "./rules_scenery.mjs";
import { CALLS, fill } from "./scenery.mjs";
import { Server, until } from "./server.mjs";

const out = path.join(path.dirname(fileURLToPath(import.meta.url)), "screens");
await mkdir(out, { recursive: true });
const only = process.argv[2];
const server = await Server.start({ children: false });
const roles = new Roles();
const browser = await launch();
try {
  await roles.start(server);
  const page = await browser.newPage({ viewport: { width: 1366, height: 768 } });
  page.on("console", (m) => { if (m.type() === "error" || m.type() === "warning") console.log(m.type(), m.text()); });
  await enter(page, server);
  const shoot = async (name, full = false) => {
    await page.waitForTimeout(700);
    // Everything of a page, not only what fits: the scrolling part is made as tall as its content.
    const size = page.viewportSize();
    if (full) {
      const height = await page.evaluate(() => Math.min(4000, document.querySelector(".page").scrollHeight + document.querySelector(".page").getBoundingClientRect().top));
      await page.setViewportSize({ width: size.width, height: Math.max(size.height, Math.ceil(height)) });
      await page.waitForTimeout(200);
    }
    await page.screenshot({ path: path.join(out, `${name}.png`) });
    await page.setViewportSize(size);
  };
  await page.goto(`${server.url}/criteria`);
  await shoot("rules-empty");
  await fill(roles);
  await page.goto(server.url);
  await until("the wall is full", async () => (await page.locator(".live-row").count()) >= 13);
  await versions(page);
  for (const { id } of CALLS) roles.state(id, "ended", { reason: "caller" });
  await until("all calls are over", async () => (await fetch(`${server.url}/api/v1/health`)).ok && (await page.evaluate(async () => (await (await fetch("/api/v1/contacts")).json()).contacts.every((c) => c.state === "ended"))));
  for (const [size, width, height] of [["desktop", 1366, 768], ["tablet", 1024, 768], ["portrait", 768, 1024]]) {
    if (only && only !== size) continue;
    await page.setViewportSize({ width, height });
    for (const lang of ["ja", "en"]) {
      await page.goto(`${server.url}/criteria`);
      const button = page.getByRole("button", { name: lang === "en" ? "English" : "日本語" });
      if (await button.count()) await button.click();
      const at = async (where, name, full) => {
        await page.goto(server.url + where);
        await shoot(`rules-${name}-${size}-${lang}`, full);
      };
      await at("/criteria", "criteria");
      await at("/criteria/4", "review", true);
      await at("/criteria/new?from=2", "editor", true);
      await page.locator(".rules-modes .button").nth(1).click();
      await page.locator(".rules-source").waitFor();
      await page.locator(".rules-source").fill("[thresholds]\nnotice_minutes = 0\n");
      await shoot(`rules-text-${size}-${lang}`);
      await at("/action-rules", "policy");
      await at("/action-rules/new?from=1", "policy-editor", false);
      await page.locator(".rule-open").last().click();
      await shoot(`rules-policy-editor-${size}-${lang}`, true);
      await page.goto(`${server.url}/criteria/replay?criteria=4&policy=2`);
      await page.locator(".replay-go .primary").click();
      await page.locator(".replay-sums").waitFor({ timeout: 30000 });
      await page.locator(".replay-number").first().click();
      await page.locator(".replay-list table").waitFor();
      await shoot(`rules-replay-${size}-${lang}`, true);
      await page.goto(`${server.url}/criteria/4`);
      await page.locator(".rules-next .primary").click();
      await page.locator(".rules-when input").nth(1).click();
      await shoot(`rules-approve-${size}-${lang}`);
    }
  }
} finally {
  await browser.close();
  roles.stop();
  await server.stop();
}
