// Days as a date field writes them ("2026-04-01"), on this device's clock. Pure.
const pad = (n: number) => String(n).padStart(2, "0");

/** The day of a moment. */
export function dayOf(at: number): string {
  const d = new Date(at);
  return `${d.getFullYear()}-${pad(d.getMonth() + 1)}-${pad(d.getDate())}`;
}

/** The moment at which a day begins. */
export const beginOf = (day: string): number => moment(day, 0);
/** The moment at which the next one begins, 23, 24 or 25 hours later. */
export const endOf = (day: string): number => moment(day, 1);

function moment(day: string, later: number): number {
  const [y, m, d] = day.split("-").map(Number);
  return new Date(y!, m! - 1, d! + later).getTime();
}
