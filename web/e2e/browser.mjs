// Debian's Chromium with an empty profile, and what every test does with a page.
import { chromium } from "playwright-core";
import { AxeBuilder } from "@axe-core/playwright";

export function launch() {
  return chromium.launch({
    executablePath: process.env.MAMORI_CHROMIUM ?? "/usr/bin/chromium",
    headless: true,
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
  });
}

/** WCAG 2.2 A and AA, nothing excused. */
export async function axe(page, where) {
  const { violations } = await new AxeBuilder({ page }).withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]).analyze();
  if (violations.length === 0) return;
  const lines = violations.flatMap((v) => v.nodes.slice(0, 4).map((n) => `  ${v.id}: ${n.target.join(" ")}\n    ${n.failureSummary?.replaceAll("\n", " ")}`));
  throw new Error(`axe on ${where}:\n${lines.join("\n")}`);
}

export const NEW_PASSWORD = "あさがおと青い自転車と7月";

/** From the sign-in page to the empty wall: the printed one-time password, and another in its place. */
export async function enter(page, server) {
  await page.goto(server.url);
  await page.getByLabel("利用者名").fill("admin");
  await page.getByLabel("パスワード", { exact: true }).fill(server.password);
  await page.getByRole("button", { name: "サインイン" }).click();
  await page.getByRole("heading", { name: "パスワードの変更" }).waitFor();
  await changePassword(page, server);
}

export async function changePassword(page, server) {
  await page.getByLabel("今のパスワード").fill(server.password);
  await page.getByLabel("新しいパスワード", { exact: true }).fill(NEW_PASSWORD);
  await page.getByLabel("新しいパスワード（確認）").fill(NEW_PASSWORD);
  await page.getByRole("button", { name: "変更して始める" }).click();
  await page.getByText("進行中の応対はありません").first().waitFor();
  server.password = NEW_PASSWORD;
}
