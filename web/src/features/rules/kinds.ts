import type { RuleKind, RuleState } from "../../api/types";

/** Where the pages of a kind are. */
export const base = (kind: RuleKind): string => (kind === "criteria" ? "/criteria" : "/action-rules");
export const versionPath = (kind: RuleKind, number: number): string => `${base(kind)}/${number}`;
/** How loud a state is. */
export const toneOf = (state: RuleState): string => ({ draft: "", submitted: "m2", approved: "ok", in_force: "calling", superseded: "", withdrawn: "" })[state];
