import { useEffect, useLayoutEffect, useRef, useState } from "react";
import { usePolicy } from "../../api/queries";
import type { Finding, LiveContactFull, Session } from "../../api/types";
import { Link } from "../../app/router";
import { useI18n, useWords } from "../../i18n";
import { clockOf, phoneOf, timeOf } from "../../i18n/format";
import { LevelBadge } from "../../ui/level";
import { FlagTags } from "../../ui/parts";
import { sentenceOf } from "../contact/counter";
import { isAbusive, Masked, useMasking } from "../contact/masking";
import { FindingTags, TurnText } from "../contact/turn_text";
import { ActionBar, type Asked } from "./actions";
import { isOver } from "./order";
import { MatchHint } from "../voiceprint/match_hint";
import { VoiceLine } from "../voice/voice_line";
import { useNow } from "./use_feed";

interface Props {
  contact: LiveContactFull;
  role: Session["role"];
  stale: boolean;
  onAsk: (kind: Asked) => void;
  onAcknowledge: () => void;
}

export function LiveDetail({ contact: c, role, stale, onAsk, onAcknowledge }: Props) {
  const t = useWords();
  const now = useNow();
  const masking = useMasking();
  const seconds = ((c.ended_at || now) - (c.answered_at || c.started_at)) / 1000;
  return (
    <article className="live-detail" aria-labelledby="detail-title" data-contact={c.id}>
      <header className="detail-head">
        <LevelBadge level={c.level} size={30} />
        <div className="detail-who">
          <h2 id="detail-title">{c.agent || t.live.noAgent}</h2>
          <p>{phoneOf(c.party) || t.live.unknownParty} → {phoneOf(c.line)}・<span className="num">{clockOf(seconds)}</span>・{t.live.states[c.state] ?? c.state}
            {isOver(c) && c.end_reason && t.paren(t.live.endReasons[c.end_reason] ?? c.end_reason)}
            {c.contacts_on_matter > 1 && `・${t.live.repeat(c.contacts_on_matter)}`}</p>
        </div>
        <div className="detail-tools">
          <button type="button" className="button small" aria-pressed={masking.all} onClick={() => masking.setAll(!masking.all)}>{masking.all ? t.live.hide_all : t.live.reveal_all}</button>
          {role !== "operator" && <Link to={`/contacts/${c.id}`} className="button small">{t.live.openPage}</Link>}
        </div>
      </header>
      {c.flags.includes("distress") && (
        <div className="care" role="note">
          <strong>{t.live.distress}</strong>
          <p>{t.live.distressLead}</p>
        </div>
      )}
      {c.keep_line && !c.flags.includes("distress") && <div className="care" role="note"><strong>{t.live.keepLine}</strong></div>}
      {c.voice_match && role !== "operator" && <MatchHint {...c.voice_match} />}
      <Verdict contact={c} />
      {!isOver(c) && c.voice && <VoiceLine cue={c.voice} />}
      <Transcript key={c.id} contact={c} />
      <ActionBar contact={c} role={role} stale={stale} onAsk={onAsk} onAcknowledge={onAcknowledge} />
    </article>
  );
}

/** The one finding a kind of harassment rests on most. */
function strongest(contact: LiveContactFull): Finding[] {
  const best = new Map<string, Finding>();
  for (const f of [...contact.transcript.flatMap((u) => u.findings), ...(contact.evidence ? [contact.evidence] : [])]) {
    const known = best.get(f.category);
    if (!known || f.level > known.level) best.set(f.category, f);
  }
  return [...best.values()].sort((a, b) => b.level - a.level);
}

function Verdict({ contact: c }: { contact: LiveContactFull }) {
  const { t, language } = useI18n();
  const { all } = useMasking();
  const findings = strongest(c);
  const reason = language === "en" ? c.reason_en || c.reason : c.reason;
  const top = findings[0];
  // The reason quotes the caller: while words are masked it is shown only when nothing abusive stands in it.
  const quoted = top && isAbusive(top) && !all && reason.includes(top.text) ? reason.split(top.text) : null;
  const others = c.flags.filter((f) => f !== "distress");
  return (
    <section className="verdict" aria-label={t.live.verdict}>
      <p className="verdict-reason">
        {!reason && !top ? (c.flags.includes("distress") ? t.live.distressReason : t.live.noVerdict) : quoted ? <>{quoted[0]}<Masked text={top!.text} level={top!.level} />{quoted.slice(1).join(top!.text)}</> : reason || null}
        {others.length > 0 && <> <FlagTags flags={others} /></>}
      </p>
      {findings.length > 0 && (
        <details className="verdict-more">
          <summary>{findings.map((f) => t.categories[f.category]).join(t.list)} — {t.live.criterion}・{t.live.basis}</summary>
          <ul>
            {findings.map((f) => (
              <li key={f.category}>
                <FindingTags findings={[f]} /> {isAbusive(f) ? <Masked text={f.text} level={f.level} /> : t.quote(f.text)}
                <span className="basis"> {t.live.criterion} {f.criterion}・{t.live.basis} {f.basis}</span>
                {f.counter_evidence.length > 0 && <span className="basis"> {t.live.against}{t.colon}{f.counter_evidence.map((c) => sentenceOf(c, language).text).join(t.list)}</span>}
              </li>
            ))}
            <li className="basis">{t.live.criteria} {c.criteria_version}・{t.live.engine} {c.engine || "—"}{c.engine_problem && t.paren(c.engine_problem)}</li>
          </ul>
        </details>
      )}
      <ActionStates contact={c} />
    </section>
  );
}

function ActionStates({ contact: c }: { contact: LiveContactFull }) {
  const t = useWords();
  const policy = usePolicy();
  if (c.actions.length === 0) return null;
  return (
    <ul className="action-states" aria-label={t.live.proposals}>
      {c.actions.map((a) => {
        const why = policy.data?.rules.find((r) => r.id === a.rule)?.why;
        const state = a.state === "proposed" ? t.modes[a.mode] : a.state === "running" ? t.live.running : a.state === "failed" ? t.live.failed : t.live.done;
        return (
          <li key={a.id} className={`s-${a.state}`} title={why}>
            <span className="what">{t.actions[a.kind]}</span>
            <span className="how">{state}{a.state !== "proposed" && a.by && `・${a.by === "rule" ? t.live.byRule : a.by}`}{a.state === "done" && ` ${timeOf(a.at)}`}</span>
            {a.error && <span className="field-error">{a.error}</span>}
          </li>
        );
      })}
    </ul>
  );
}

function Transcript({ contact: c }: { contact: LiveContactFull }) {
  const t = useWords();
  const box = useRef<HTMLDivElement>(null);
  const [following, setFollowing] = useState(true);
  const length = c.transcript.length;
  const partialLength = c.partials.reduce((n, p) => n + p.text.length, 0);
  // Follows the newest words until the reader scrolls up; then it stays where he reads.
  useLayoutEffect(() => {
    if (following && box.current) box.current.scrollTop = box.current.scrollHeight;
  }, [following, length, partialLength]);
  useEffect(() => {
    const element = box.current;
    if (!element) return;
    const observer = new ResizeObserver(() => {
      if (following) element.scrollTop = element.scrollHeight;
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, [following]);
  return (
    <section className="transcript-pane" aria-label={t.live.transcript}>
      <div
        ref={box}
        className="transcript"
        tabIndex={0}
        role="log"
        aria-live="off"
        aria-label={t.live.transcript}
        onScroll={(event) => {
          const e = event.currentTarget;
          setFollowing(e.scrollHeight - e.scrollTop - e.clientHeight < 40);
        }}
      >
        {length === 0 && c.partials.length === 0 && <p className="state-note">{t.live.noTranscript}</p>}
        <ol>
          {c.transcript.map((u) => (
            <li key={u.turn} className={`turn ${u.speaker}`}>
              <span className="turn-who"><span className="num">{clockOf(u.start)}</span> {t.speakers[u.speaker]}</span>
              <p className="turn-text" lang="ja"><TurnText text={u.text} findings={u.findings} /></p>
              {u.findings.length > 0 && <span className="turn-tags"><FindingTags findings={u.findings} /></span>}
            </li>
          ))}
          {c.partials.map((u) => (
            <li key={u.speaker} className={`turn partial ${u.speaker}`}>
              <span className="turn-who"><span className="num">{clockOf(u.start)}</span> {t.speakers[u.speaker]}・{t.live.partial}</span>
              <p className="turn-text" lang="ja">{u.text}</p>
            </li>
          ))}
        </ol>
      </div>
      {!following && <button type="button" className="button small latest" onClick={() => setFollowing(true)}>{t.live.latest}</button>}
    </section>
  );
}
