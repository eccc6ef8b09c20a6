import type { replayJa } from "./replay_ja";

export const replayEn: typeof replayJa = {
  title: "Try on past contacts", lead: "Counts what another version would have made of past contacts. Nothing that was judged or recorded changes.",
  before: "Compared with", after: "To try", criteria: "Criteria", policy: "Action rules", now: "In force now", recorded: "As judged at the time", preset: (name) => `Preset: ${name}`, version: (n, name, state) => `Version ${n} ${name} (${state})`,
  from: "First day", to: "Last day", go: "Try", period: "Period", stop: "Stop", needDates: "Choose the period.",
  privacy: "What was said is read and judged again. The journal says who read which period.", warnings: "Only warnings that were really given count: nobody knows what the caller would have answered to others.",
  running: (done, total) => `${done} of ${total} judged`, failed: "It could not be tried", cancelled: "Stopped", by: (who, time) => `started by ${who}, ${time}`,
  result: "Result", contacts: "Contacts judged", changed: "Contacts that change", unreadable: (n) => `Another ${n} were erased or hold no words, and were not judged.`, truncated: "Many contacts change: lists show the newest 20,000. The numbers count all.", none: "No contact of this period can be judged", noneLead: "Choose a longer period.", nothing: "No contact comes to anything else",
  alerts: "A supervisor is called", kinds: "Kinds", actions: "Actions", flags: "Flags", levels: "Levels", levelsLead: "Rows: compared with. Columns: to try. Press a number to see its contacts.", levelFrom: "before", level: (n, word) => `${n} ${word}`,
  columns: { what: "Item", before: "Before", after: "To try", gained: "gained", lost: "lost", automatic: "by itself", more: "more by itself", less: "less by itself", over: "over limit" }, overHint: "Over limit: the hourly limit is reached and a person has to confirm", arrow: (a, b) => `${a} → ${b}`,
  show: (what, n) => `Show ${n}: ${what}`, listed: (what, n) => `${what} (${n})`, first: (n) => `The newest ${n} are shown.`, open: "Open the record", started: "Began", line: "Line, operator", change: "Judgement", actionChange: "Actions", same: "the same", close: "Close the list", back: "Criteria",
  gainedOf: (what) => `Gained: ${what}`, lostOf: (what) => `Lost: ${what}`, moreOf: (what) => `More by itself: ${what}`, lessOf: (what) => `Less by itself: ${what}`, levelOf: (a, b) => `Level ${a} → ${b}`, allChanged: "Contacts that change",
};
