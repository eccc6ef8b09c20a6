// The structure of docs/format/criteria.md and policy.md as a form holds it: what is empty is left out when it is sent.
import type { ActionKind, ActionMode, Category, Flag } from "../../api/types";

export interface CategoryValue { enabled?: boolean; name_ja?: string; name_en?: string; threshold?: number; note?: string }
export interface PhraseValue { text: string; reading?: string; category: Category; level: number; why?: string }
export interface ExceptionValue { text: string; category?: Category; why?: string }
export interface CriteriaValue {
  name?: string;
  sector?: string;
  thresholds: Record<string, number>;
  category?: Partial<Record<Category, CategoryValue>>;
  phrase?: PhraseValue[];
  exception?: ExceptionValue[];
}

export type Medium = "phone" | "mail" | "chat" | "form" | "ticket" | "counter";
export interface RuleValue {
  id: string;
  why?: string;
  level?: number;
  categories?: Category[];
  warnings?: number;
  flag?: Flag;
  media?: Medium[];
  lines?: string[];
  hours?: string[];
  days?: string[];
  sectors?: string[];
  action: ActionKind;
  mode: ActionMode;
}
export interface PolicyValue { limits?: Partial<Record<ActionKind, number>>; rule: RuleValue[] }

export const MEDIA: readonly Medium[] = ["phone", "mail", "chat", "form", "ticket", "counter"];
export const DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"] as const;
export const ACTIONS: readonly ActionKind[] = ["notify_supervisor", "open_case", "warn_caller", "switch_to_announcement", "handover_to_voicebot", "disconnect", "block_number"];
/** What the customer notices: only these have an hourly limit. */
export const LIMITED: readonly ActionKind[] = ["warn_caller", "switch_to_announcement", "handover_to_voicebot", "disconnect", "block_number"];
export const SECTORS = ["town_hall", "mail_order", "hospital", "saas"] as const;

/** Without what says nothing: empty texts and lists, and what is not set. `version` is given by the server. */
export function tidy(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(tidy);
  if (value === null || typeof value !== "object") return value;
  const out: Record<string, unknown> = {};
  for (const [key, member] of Object.entries(value)) {
    const kept = tidy(member);
    const empty = kept === undefined || kept === null || kept === "" || (Array.isArray(kept) && kept.length === 0) || (typeof kept === "object" && !Array.isArray(kept) && Object.keys(kept).length === 0);
    if (!empty) out[key] = kept;
  }
  delete out["version"];
  return out;
}

export const linesOf = (text: string): string[] => text.split(/[\n、,]/).map((l) => l.trim()).filter(Boolean);

/** An id that no rule has yet. */
export function freshId(rules: readonly RuleValue[]): string {
  for (let n = rules.length + 1; ; ++n) if (!rules.some((r) => r.id === `rule-${n}`)) return `rule-${n}`;
}
