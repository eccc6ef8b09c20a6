// Times and numbers as both languages of the screens write them: 24 hours, tabular.
import type { Language } from ".";

const pad = (n: number) => String(n).padStart(2, "0");

/** 12:03, or 1:02:03 from an hour on. */
export function clockOf(seconds: number): string {
  const s = Math.max(0, Math.floor(seconds));
  const h = Math.floor(s / 3600);
  return h > 0 ? `${h}:${pad(Math.floor(s / 60) % 60)}:${pad(s % 60)}` : `${Math.floor(s / 60)}:${pad(s % 60)}`;
}

export function timeOf(at: number): string {
  const d = new Date(at);
  return `${pad(d.getHours())}:${pad(d.getMinutes())}:${pad(d.getSeconds())}`;
}

export function dateTimeOf(at: number, language: Language): string {
  const d = new Date(at);
  const time = `${pad(d.getHours())}:${pad(d.getMinutes())}`;
  if (language === "en") return `${d.getFullYear()}-${pad(d.getMonth() + 1)}-${pad(d.getDate())} ${time}`;
  const day = "日月火水木金土"[d.getDay()];
  return `${d.getFullYear()}/${pad(d.getMonth() + 1)}/${pad(d.getDate())}(${day}) ${time}`;
}

export const gigabytes = (bytes: number): string => (bytes / 2 ** 30).toFixed(bytes < 10 * 2 ** 30 ? 1 : 0);

/** Japanese numbers in groups where the prefix can be told; others as they are. */
export function phoneOf(number: string): string {
  const m = /^(0[5789]0|0120|0570|0800|0[36])(\d{3,4})(\d{3,4})$/.exec(number);
  return m ? `${m[1]}-${m[2]}-${m[3]}` : number;
}
