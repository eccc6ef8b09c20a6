import { remembered } from "./remembered";

export type Theme = "system" | "light" | "dark";
const store = remembered<Theme>("theme", "system", (v) => v === "system" || v === "light" || v === "dark");

export const theme = store.get;
export function setTheme(value: Theme): void {
  store.set(value);
  apply();
}

const dark = matchMedia("(prefers-color-scheme: dark)");
function apply(): void {
  const value = store.get();
  document.documentElement.dataset["theme"] = value === "system" ? (dark.matches ? "dark" : "light") : value;
}
dark.addEventListener("change", apply);
apply();
