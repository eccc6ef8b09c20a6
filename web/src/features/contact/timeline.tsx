import { useState } from "react";
import type { ActionKind, ActionMode, Entry } from "../../api/types";
import { useI18n, type Language } from "../../i18n";
import type { Words } from "../../i18n/ja";
import { clockOf, dateTimeOf, timeOf } from "../../i18n/format";
import { LevelMark } from "../../ui/level";
import { isAbusive, Masked } from "./masking";
import { timelineOf } from "./story";

const text = (value: unknown): string => (typeof value === "string" ? value : "");
const number = (value: unknown): number => (typeof value === "number" ? value : 0);

/** Who did it: a person, or the rule that fired. */
function author(e: Entry, t: Words): string {
  const by = text(e.facts["by"]) || text(e.facts["opened_by"]);
  if (by === "expiry") return "";
  if (by === "rule") return t.contact.byRule(text(e.facts["rule"]));
  if (by.startsWith("rule:")) return t.contact.byRule(by.slice(5));
  return by;
}

function What({ entry: e, t, language }: { entry: Entry; t: Words; language: Language }) {
  const f = e.facts;
  const action = t.actions[text(f["action"]) as ActionKind] ?? text(f["action"]);
  switch (e.kind) {
    case "state": return <>{t.live.states[text(f["state"])] ?? text(f["state"])}{text(f["reason"]) && t.paren(t.live.endReasons[text(f["reason"])] ?? text(f["reason"]))}</>;
    case "utterance": return <><span className="basis">{t.speakers[text(f["speaker"]) as "customer"]} {clockOf(number(f["start"]))}</span></>;
    case "spotted": return <>{t.categories[text(f["category"]) as "threat"] ?? t.flags[text(f["category"]) as "distress"] ?? ""}</>;
    case "finding": {
      const words = text(e.content["text"]);
      const category = text(f["category"]) as "threat";
      return <>{t.categories[category]} {words && (isAbusive({ category }) ? <Masked text={words} level={number(f["level"])} /> : t.quote(words))} <span className="basis">{text(f["criterion"])}</span></>;
    }
    case "assessment": return <><LevelMark level={number(f["level"])} size={18} /> {t.level(number(f["level"]))}{Array.isArray(f["flags"]) && f["flags"].length > 0 && `・${f["flags"].map((x) => t.flags[text(x) as "distress"]).join(t.list)}`}</>;
    case "proposal": return <>{action} <span className="basis">{t.contact.proposedBy(text(f["rule"]), t.modes[text(f["mode"]) as ActionMode] ?? "")}</span></>;
    case "action": return <>{action} <span className="basis">{text(f["state"]) === "done" ? t.contact.actionDone : t.contact.actionFailed(text(f["error"]))}</span></>;
    case "refused": return <>{action}</>;
    case "prompt": return <>{t.live.promptNames[text(f["prompt"])] ?? text(f["prompt"])} <span className="basis">{t.contact.promptState[text(f["state"])] ?? ""}</span></>;
    case "acknowledged": return number(f["after_ms"]) > 0 ? <span className="basis">{t.contact.ackAfter(Math.round(number(f["after_ms"]) / 1000))}</span> : null;
    case "note": return <span className="note-text" lang={language}>{e.content_erased ? t.contact.content_erased : text(e.content["text"])}</span>;
    case "case": return <>{t.contact.caseOpened}</>;
    case "read": return <span className="basis">{t.contact.readWhat[text(f["what"])] ?? text(f["what"])}</span>;
    case "voiceprint_enrolled": return <>{t.voiceprint.purposes[text(f["purpose"]) as "safety"] ?? ""} <span className="basis">{t.voiceprint.until(dateTimeOf(number(f["expires_at"]), language))}</span></>;
    case "voiceprint_match": return number(e.content["number"]) > 0 ? <>{t.voiceprint.mayBe(number(e.content["number"]))}</> : <>{t.contact.content_erased}</>;
    case "voiceprint_compared": return <span className="basis">{t.voiceprint.comparedWith(number(f["compared"]))}</span>;
    case "voiceprint_verified": return number(e.content["number"]) > 0 ? <span className="basis">{t.cases.number} {number(e.content["number"])}</span> : null;
    case "voiceprint_erased": return text(f["by"]) === "expiry" ? <span className="basis">{t.voiceprint.expired}</span> : null;
    case "lag": return <>{t.contact.dropped(Math.max(1, Math.round(number(f["dropped_ms"]) / 1000)))}</>;
    case "engine": return <>{t.contact.engineChange(text(f["before"]), text(f["engine"]))} <span className="basis">{text(f["problem"])}</span></>;
    case "second_pass": return text(f["error"]) ? <>{t.contact.againFailed(text(f["error"]))}</> : <>{t.contact.againDone(number(f["utterances"]))} <span className="basis">{text(f["engine"])}</span></>;
    case "second_opinion": return text(f["state"]) === "answered" ? <><LevelMark level={number(f["level"])} size={18} /> {f["agrees"] === true ? t.opinion.agrees : t.opinion.differs}</> : <span className="basis">{text(f["state"]) === "refused" ? t.opinion.refused : t.opinion.failed}</span>;
    case "answered": return f["final"] === true ? <>{t.history.final}</> : null;
    case "party_linked": return <>{t.history.bases[text(f["basis"]) as "number"] ?? ""} <span className="note-text" lang={language}>{text(e.content["reason"])}</span></>;
    case "party_unlinked": return <span className="note-text" lang={language}>{text(e.content["reason"])}</span>;
    case "customer_named": return <>{text(e.content["name"])}</>;
    default: return null;
  }
}

/** Everything that happened to the contact: heard, judged, done; by whom or by which rule. */
export function Timeline({ events }: { events: readonly Entry[] }) {
  const { t, language } = useI18n();
  const [acts, setActs] = useState(true);
  const shown = timelineOf(events, acts);
  return (
    <section className="card timeline" aria-labelledby="timeline-title">
      <header>
        <h2 id="timeline-title">{t.contact.timeline}</h2>
        <div role="group" aria-labelledby="timeline-title">
          <button type="button" className="button small" aria-pressed={acts} onClick={() => setActs(true)}>{t.contact.filterActs}</button>
          <button type="button" className="button small" aria-pressed={!acts} onClick={() => setActs(false)}>{t.contact.filterAll}</button>
        </div>
      </header>
      <ol>
        {shown.map((e) => (
          <li key={e.seq} className={`k-${e.kind}`}>
            <time className="num" dateTime={new Date(e.at).toISOString()}>{timeOf(e.at)}</time>
            <span className="kind">{t.contact.events[e.kind] ?? e.kind}</span>
            <span className="what"><What entry={e} t={t} language={language} /></span>
            <span className="by">{author(e, t)}</span>
          </li>
        ))}
        {shown.length === 0 && <li className="hint">{t.empty}</li>}
      </ol>
    </section>
  );
}
