import { useCallback, useEffect, useId, useMemo, useRef, useState } from "react";
import { post, remove } from "../../api/client";
import { useContact } from "../../api/queries";
import type { ContactPage as Page, Session, Turn } from "../../api/types";
import { Link } from "../../app/router";
import { useI18n, useWords } from "../../i18n";
import { clockOf, dateTimeOf, phoneOf } from "../../i18n/format";
import { LevelBadge } from "../../ui/level";
import { Ask, Failed, Loading, messageOf } from "../../ui/parts";
import { useToast } from "../../ui/toast";
import { ConfirmAction, type Asked } from "../live/actions";
import { lastMatch } from "../voiceprint/certainty";
import { MatchHint } from "../voiceprint/match_hint";
import { VoiceCurve } from "../voice/voice_curve";
import { pointsOf } from "../voice/voice_words";
import { isAbusive, Masked, useMasking } from "./masking";
import { HistoryCard } from "./history_card";
import { OpinionCard } from "./opinion_card";
import { Player, type PlayerHandle, type Region } from "./player";
import { findingsOf, heardAgain, turnAt, turnsOf } from "./story";
import { Timeline } from "./timeline";
import { FindingTags, TurnText } from "./turn_text";
import { VerdictCard } from "./verdict_card";

export function ContactPage({ id, session }: { id: string; session: Session }) {
  const t = useWords();
  const page = useContact(id);
  if (page.isPending) return <div className="page"><h1 className="visually-hidden">{t.contact.title}</h1><Loading /></div>;
  if (page.isError) {
    return <div className="page"><h1 className="visually-hidden">{t.contact.title}</h1><Failed error={page.error} retry={() => void page.refetch()} /><p className="center"><Link to="/contacts">{t.contact.back}</Link></p></div>;
  }
  return <Record page={page.data} session={session} version={String(page.dataUpdatedAt)} reload={() => void page.refetch()} />;
}

function Record({ page, session, version, reload }: { page: Page; session: Session; version: string; reload: () => void }) {
  const { t, language } = useI18n();
  const toast = useToast();
  const masking = useMasking();
  const player = useRef<PlayerHandle>(null);
  const [current, setCurrent] = useState<number | null>(null);
  const [asked, setAsked] = useState<Asked | "erase" | null>(null);
  const turns = useMemo(() => turnsOf(page.events), [page.events]);
  const findings = useMemo(() => findingsOf(page.events), [page.events]);
  const regions = useMemo<Region[]>(() => turns.flatMap((u) => u.findings.length ? [{ start: u.start, end: u.end, level: Math.max(...u.findings.map((f) => f.level)), finding: u.findings[0]! }] : []), [turns]);
  const match = useMemo(() => lastMatch(page.events), [page.events]);
  const voice = useMemo(() => pointsOf(page.events), [page.events]);
  const onTime = useCallback((seconds: number) => setCurrent(turnAt(turns, seconds)), [turns]);
  const live = page.state === "live";
  const erased = page.erased_at !== 0;
  const eraser = page.events.findLast((e) => e.kind === "erased")?.facts["by"];
  const done = (kind: string) => page.events.some((e) => e.kind === "action" && e.facts["action"] === kind && e.facts["state"] === "done");
  return (
    <div className="page record">
      <p className="back"><Link to="/contacts">← {t.contact.back}</Link></p>
      <header className="page-head">
        <LevelBadge level={page.level} size={34} />
        <h1>{page.agent || t.live.noAgent}<span className="h1-sub">{phoneOf(page.party) || (erased ? t.contacts.erased : t.live.unknownParty)} → {phoneOf(page.line)}</span></h1>
        <div className="push tools">
          <button type="button" className="button small" aria-pressed={masking.all} onClick={() => masking.setAll(!masking.all)}>{masking.all ? t.live.hide_all : t.live.reveal_all}</button>
          <button type="button" className="button small" onClick={reload}>{t.contact.reload}</button>
          <button type="button" className="button small" disabled={done("open_case")} onClick={() => setAsked("open_case")}>{done("open_case") ? t.live.alreadyCase : t.contact.openCase}</button>
          <button type="button" className="button small" disabled={done("block_number") || !page.party || page.flags.includes("distress")} title={page.flags.includes("distress") ? t.live.distressLead : undefined} onClick={() => setAsked("block_number")}>{done("block_number") ? t.live.alreadyBlocked : t.contact.block}</button>
          {session.role === "admin" && !live && !erased && <button type="button" className="button small" onClick={() => setAsked("erase")}>{t.contact.erase}</button>}
        </div>
      </header>
      <dl className="facts">
        <div><dt>{t.contact.started}</dt><dd>{dateTimeOf(page.started_at, language)}</dd></div>
        <div><dt>{t.contact.duration}</dt><dd>{page.answered_at ? clockOf(((page.ended_at || Date.now()) - page.answered_at) / 1000) : "—"}</dd></div>
        <div><dt>{t.contact.reason}</dt><dd>{live ? t.contact.live : t.live.endReasons[page.end_reason] ?? page.end_reason}</dd></div>
        <div><dt>{t.contact.criteria}</dt><dd>{page.criteria_version || "—"}</dd></div>
        <div><dt>{t.contact.id}</dt><dd className="num">{page.id}</dd></div>
      </dl>
      {erased && <div className="notice"><strong>{t.contact.erasedTitle}</strong><p>{t.contact.erased(dateTimeOf(page.erased_at, language), typeof eraser === "string" ? eraser : "—")}</p></div>}
      {page.flags.includes("distress") && <div className="care"><strong>{t.live.distress}</strong><p>{t.live.distressLead}</p></div>}
      {match && <MatchHint {...match} />}
      {!erased && (page.has_recording ? <Player ref={player} id={page.id} version={version} regions={regions} live={live} onTime={onTime} /> : <p className="notice">{t.contact.noRecording}</p>)}
      <VoiceCurve points={voice} onSeek={(s) => player.current?.seek(s, true)} />
      <div className="record-columns">
        <div className="record-side">
          <Turns turns={turns} current={current} erased={erased} onSeek={(s) => player.current?.seek(s, true)} />
          <Again page={page} turns={turns} erased={erased} onSeek={(s) => player.current?.seek(s, true)} />
        </div>
        <div className="record-side">
          <VerdictCard page={page} findings={findings} onSaid={() => { toast(t.verdict.thanks); reload(); }} />
          <OpinionCard opinion={page.second_opinion} />
          <HistoryCard page={page} onChanged={reload} />
          {!erased && <Note id={page.id} onSaved={() => { toast(t.contact.noteSaved); reload(); }} />}
          <Timeline events={page.events} />
        </div>
      </div>
      {asked === "erase" && (
        <Ask title={t.contact.eraseTitle} go={t.contact.eraseGo} danger onClose={() => setAsked(null)} onGo={async () => {
          await remove(`/api/v1/contacts/${encodeURIComponent(page.id)}/content`);
          reload();
        }}><p>{t.contact.eraseLead}</p></Ask>
      )}
      {asked && asked !== "erase" && <ConfirmAction contact={page} kind={asked} onClose={(did) => {
        setAsked(null);
        if (did) reload();
      }} />}
    </div>
  );
}

function Turns({ turns, current, erased, onSeek }: { turns: readonly Turn[]; current: number | null; erased: boolean; onSeek: (seconds: number) => void }) {
  const t = useWords();
  const box = useRef<HTMLOListElement>(null);
  useEffect(() => {
    if (current === null) return;
    const item = box.current?.querySelector<HTMLElement>(`[data-turn="${current}"]`);
    const list = box.current;
    if (!item || !list) return;
    // Only the list scrolls, never the page.
    const top = item.offsetTop - list.offsetTop;
    if (top < list.scrollTop || top + item.offsetHeight > list.scrollTop + list.clientHeight) list.scrollTop = top - list.clientHeight / 3;
  }, [current]);
  return (
    <section className="card turns" aria-labelledby="turns-title">
      <h2 id="turns-title">{t.contact.transcript}</h2>
      {turns.length === 0 ? <p className="hint">{t.live.noTranscript}</p> : (
        <ol ref={box} tabIndex={0} aria-label={t.contact.transcript}>
          {turns.map((u) => (
            <li key={u.turn} data-turn={u.turn} className={`turn ${u.speaker} ${u.turn === current ? "current" : ""}`} aria-current={u.turn === current ? "true" : undefined}
              onClick={(e) => { if (!(e.target as Element).closest("button") && !getSelection()?.toString()) onSeek(u.start); }}>
              <button type="button" className="turn-seek num" aria-label={t.contact.seek(clockOf(u.start))} onClick={() => onSeek(u.start)}>{clockOf(u.start)}</button>
              <div>
                <span className="turn-who">{t.speakers[u.speaker]}</span>
                <p className="turn-text" lang="ja">{u.text ? <TurnText text={u.text} findings={u.findings} /> : erased ? t.contact.content_erased : "—"}</p>
                {u.findings.length > 0 && <span className="turn-tags"><FindingTags findings={u.findings} /></span>}
              </div>
            </li>
          ))}
        </ol>
      )}
    </section>
  );
}

/** The recording as another engine heard it after the call, beside what was heard during it. */
function Again({ page, turns, erased, onSeek }: { page: Page; turns: readonly Turn[]; erased: boolean; onSeek: (seconds: number) => void }) {
  const t = useWords();
  const { all } = useMasking();
  const said = useMemo(() => heardAgain(page.second_pass, turns, isAbusive), [page.second_pass, turns]);
  const pass = page.second_pass;
  if (!pass) return null;
  return (
    <section className="card turns again" aria-labelledby="again-title">
      <h2 id="again-title">{t.contact.again} <span className="basis">{pass.engine}</span></h2>
      <p className="hint">{pass.error ? t.contact.againFailed(pass.error) : t.contact.againLead}</p>
      {said.length > 0 && (
        <ol tabIndex={0} aria-label={t.contact.again}>
          {said.map((u) => (
            <li key={u.turn} className={`turn ${u.speaker}`}>
              <button type="button" className="turn-seek num" aria-label={t.contact.seek(clockOf(u.start))} onClick={() => onSeek(u.start)}>{clockOf(u.start)}</button>
              <div>
                <span className="turn-who">{t.speakers[u.speaker]}</span>
                <p className="turn-text" lang="ja">{!u.text ? (erased ? t.contact.content_erased : "—") : u.masked && !all ? <Masked text={u.text} level={u.masked.level} /> : u.text}</p>
              </div>
            </li>
          ))}
        </ol>
      )}
    </section>
  );
}

function Note({ id, onSaved }: { id: string; onSaved: () => void }) {
  const t = useWords();
  const field = useId();
  const [text, setText] = useState("");
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState("");
  const save = async () => {
    if (!text.trim() || busy) return;
    setBusy(true);
    setError("");
    try {
      await post(`/api/v1/contacts/${encodeURIComponent(id)}/notes`, { text: text.trim() });
      setText("");
      onSaved();
    } catch (e) {
      setError(messageOf(e, t));
    } finally {
      setBusy(false);
    }
  };
  return (
    <section className="card note" aria-label={t.contact.notes}>
      <h2><label htmlFor={field}>{t.contact.noteLabel}</label></h2>
      <textarea id={field} rows={3} value={text} maxLength={6000} aria-describedby={`${field}-hint`} onChange={(e) => setText(e.target.value)}
        onKeyDown={(e) => { if (e.key === "Enter" && (e.ctrlKey || e.metaKey) && !e.nativeEvent.isComposing) void save(); }} />
      <p id={`${field}-hint`} className="hint">{t.contact.noteHint}</p>
      {error && <p className="field-error" role="alert">{error}</p>}
      <button type="button" className="button" disabled={busy || !text.trim()} onClick={() => void save()}>{t.contact.noteSave}</button>
    </section>
  );
}

