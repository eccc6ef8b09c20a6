// The order of the wall. Risk first, and nothing jumps while somebody reads.
import type { LiveContact } from "../../api/types";

export const isOver = (c: LiveContact): boolean => c.ended_at !== 0;
/** Somebody has to look: called, not answered, still on. */
export const isCalling = (c: LiveContact): boolean => c.notified_at !== 0 && c.acknowledged_by === "" && !isOver(c);

/** Somebody who needs help needs a human as much as a clear harassment does. */
const urgency = (c: LiveContact): number => (c.flags.includes("distress") ? Math.max(3, c.level) : c.level);

function compare(a: LiveContact, b: LiveContact): number {
  return (
    Number(isOver(a)) - Number(isOver(b)) ||
    urgency(b) - urgency(a) ||
    Number(b.flags.includes("distress")) - Number(a.flags.includes("distress")) ||
    Number(isCalling(b)) - Number(isCalling(a)) ||
    a.started_at - b.started_at ||
    (a.id < b.id ? -1 : a.id > b.id ? 1 : 0)
  );
}

/** Sorted by risk. Ties keep the older call first, so two equal rows never change places. */
export function byRisk<T extends LiveContact>(contacts: Iterable<T>): T[] {
  return [...contacts].sort(compare);
}

/**
 * The ids in the order to show. Held (the reader's pointer or keyboard is in the list): rows that are there keep their places,
 * new ones wait at the end. Otherwise sorted by risk.
 */
export function arrange(before: readonly string[], contacts: ReadonlyMap<string, LiveContact>, held: boolean): string[] {
  const sorted = byRisk(contacts.values()).map((c) => c.id);
  if (!held) return sorted;
  const kept = before.filter((id) => contacts.has(id));
  const known = new Set(kept);
  return [...kept, ...sorted.filter((id) => !known.has(id))];
}

export const sameOrder = (a: readonly string[], b: readonly string[]): boolean => a.length === b.length && a.every((id, i) => id === b[i]);
