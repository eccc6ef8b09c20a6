// What the live feed says, folded into what the wall shows. Pure: message in, new state out.
import type { Alert, Health, LiveContactFull, LiveMessage, Turn, Utterance } from "../../api/types";

export interface LiveState {
  contacts: ReadonlyMap<string, LiveContactFull>;
  health: Health | null;
  policy: string;
  /** Alerts nobody has answered, newest first, at most one per contact. */
  alerts: readonly Alert[];
  /** When the last message came (this machine's clock); 0 before the first. */
  heardAt: number;
  /** The snapshot has come: an empty wall is truly empty. */
  ready: boolean;
}

export const EMPTY: LiveState = { contacts: new Map(), health: null, policy: "", alerts: [], heardAt: 0, ready: false };

/** The sparkline's length: 20 seconds at two values a second. */
const SHOUTING = 40;

export function reduce(state: LiveState, message: LiveMessage, now: number): LiveState {
  const next = step({ ...state, heardAt: now }, message);
  return next;
}

function step(state: LiveState, message: LiveMessage): LiveState {
  switch (message.type) {
    case "snapshot": {
      const contacts = new Map(message.contacts.map((c) => [c.id, c]));
      return { ...state, contacts, health: message.health, policy: message.policy, alerts: alertsOf(contacts, state.alerts), ready: true };
    }
    case "health":
      return { ...state, health: message.health };
    case "contact": {
      const before = state.contacts.get(message.contact.id);
      const contact: LiveContactFull = { transcript: before?.transcript ?? [], partials: before?.partials ?? [], ...message.contact };
      const contacts = replace(state.contacts, contact);
      const answered = contact.acknowledged_by !== "" || contact.ended_at !== 0;
      return { ...state, contacts, alerts: answered ? state.alerts.filter((a) => a.contact !== contact.id) : state.alerts };
    }
    case "utterance":
      return change(state, message.contact, (c) => withTurn(c, message.utterance));
    case "partial":
      return change(state, message.contact, (c) => ({ ...c, partials: withPartial(c.partials, message.utterance) }));
    case "cue":
      return change(state, message.contact, (c) => ({ ...c, voice: message.cue, shouting: [...c.shouting, message.cue.shouting].slice(-SHOUTING) }));
    case "alert":
      return { ...state, alerts: [message, ...state.alerts.filter((a) => a.contact !== message.contact)] };
    case "removed": {
      const contacts = new Map(state.contacts);
      contacts.delete(message.contact);
      return { ...state, contacts, alerts: state.alerts.filter((a) => a.contact !== message.contact) };
    }
    default:
      return state;  // a newer server may say more
  }
}

function replace(contacts: LiveState["contacts"], contact: LiveContactFull): Map<string, LiveContactFull> {
  const out = new Map(contacts);
  out.set(contact.id, contact);
  return out;
}

function change(state: LiveState, id: string, to: (c: LiveContactFull) => LiveContactFull): LiveState {
  const contact = state.contacts.get(id);
  return contact ? { ...state, contacts: replace(state.contacts, to(contact)) } : state;
}

function withTurn(contact: LiveContactFull, turn: Turn): LiveContactFull {
  const transcript = contact.transcript.slice();
  const own: Turn = { ...turn, findings: turn.findings.filter((f) => f.turn === turn.turn) };
  const at = transcript.findIndex((t) => t.turn === turn.turn);
  if (at >= 0) transcript[at] = own;
  else transcript.push(own);
  // A finding may also speak of an earlier turn.
  for (const finding of turn.findings) {
    if (finding.turn === turn.turn) continue;
    const i = transcript.findIndex((t) => t.turn === finding.turn);
    if (i >= 0) transcript[i] = { ...transcript[i]!, findings: [...transcript[i]!.findings, finding] };
  }
  return { ...contact, transcript, partials: contact.partials.filter((p) => p.speaker !== turn.speaker) };
}

function withPartial(partials: readonly Utterance[], partial: Utterance): Utterance[] {
  const rest = partials.filter((p) => p.speaker !== partial.speaker);
  return partial.text ? [...rest, partial] : rest;
}

// After a reconnection the alerts are what the contacts say: called, still on, and nobody has answered.
function alertsOf(contacts: ReadonlyMap<string, LiveContactFull>, known: readonly Alert[]): Alert[] {
  const out: Alert[] = [];
  for (const c of contacts.values()) {
    if (c.notified_at === 0 || c.acknowledged_by !== "" || c.ended_at !== 0) continue;
    out.push(known.find((a) => a.contact === c.id && a.at === c.notified_at) ?? {
      type: "alert", contact: c.id, level: c.level, reason: c.reason, reason_en: c.reason_en, distress: c.flags.includes("distress"), rule: "", at: c.notified_at,
    });
  }
  return out.sort((a, b) => b.at - a.at);
}
