import { useId, useState } from "react";
import { useQueryClient } from "@tanstack/react-query";
import { ApiError, post } from "../../api/client";
import { useRuleChanges, useRules, useRuleVersion } from "../../api/queries";
import type { RuleKind, RuleVersionFull, RuleVersions, Session } from "../../api/types";
import { Link } from "../../app/router";
import { useI18n } from "../../i18n";
import { dateTimeOf } from "../../i18n/format";
import { Ask, Failed, Loading } from "../../ui/parts";
import { useToast } from "../../ui/toast";
import { ChangesTable } from "./changes_table";
import { base, toneOf, versionPath } from "./kinds";
import "./rules.css";

/** One version: where it stands, what it changes, what it says, and who did what with it. */
export function VersionPage({ kind, number, session }: { kind: RuleKind; number: number; session: Session }) {
  const { t } = useI18n();
  const version = useRuleVersion(kind, number);
  const rules = useRules(kind);
  const failed = version.isError ? version : rules.isError ? rules : null;
  return (
    <div className="page rules">
      <p className="rules-back"><Link to={base(kind)}>{t.rules.kinds[kind].title}</Link></p>
      {failed ? <><h1 className="visually-hidden">{t.rules.version(number)}</h1><Failed error={failed.error} retry={() => void failed.refetch()} /></>
        : !version.data || !rules.data ? <><h1 className="visually-hidden">{t.rules.version(number)}</h1><Loading /></>
          : <Whole kind={kind} version={version.data} rules={rules.data} session={session} />}
    </div>
  );
}

function Whole({ kind, version, rules, session }: { kind: RuleKind; version: RuleVersionFull; rules: RuleVersions; session: Session }) {
  const { t, language } = useI18n();
  const [against, setAgainst] = useState(version.state === "in_force" || version.state === "superseded" ? -1 : 0);
  const id = useId();
  // A version that has been in force is compared with the one before it unless somebody asks for another.
  const before = rules.versions.find((v) => v.in_force_at > 0 && (version.in_force_at > 0 ? v.in_force_at < version.in_force_at : true) && v.number !== version.number);
  const other = against >= 0 ? against : (before?.number ?? 0);
  const changes = useRuleChanges(kind, version.number, other);
  return (
    <>
      <header className="page-head">
        <h1>{t.rules.version(version.number)} {version.name || t.rules.noName}</h1>
        <span className={`tag big ${toneOf(version.state)}`}>{t.rules.states[version.state]}</span>
        <p className="push rules-tools">
          <Link to={`/criteria/replay?${kind}=${version.number}`} className="button">{t.rules.actions.replay}</Link>
          <Link to={`${base(kind)}/new?from=${version.number}`} className="button">{t.rules.actions.copy}</Link>
        </p>
      </header>
      {version.problem && <p className="notice bad" role="alert">{t.rules.unreadable(version.problem[language])}</p>}
      <NextStep kind={kind} version={version} rules={rules} session={session} />
      {version.note && <section className="rules-part"><h2 className="rules-h2">{t.rules.note}</h2><p className="card rules-note">{version.note}</p></section>}
      <section className="rules-part" aria-labelledby={`${id}-c`}>
        <div className="rules-part-head">
          <h2 id={`${id}-c`} className="rules-h2">{t.rules.changes.title}</h2>
          <label htmlFor={`${id}-a`}>{t.rules.changes.against}</label>
          <select id={`${id}-a`} className="select" value={other} onChange={(e) => setAgainst(Number(e.target.value))}>
            <option value={0}>{t.rules.changes.now}</option>
            {rules.versions.filter((v) => v.number !== version.number).map((v) => <option key={v.number} value={v.number}>{t.rules.version(v.number)} {v.name}</option>)}
          </select>
          {changes.data && changes.data.length > 0 && <span className="hint">{t.rules.changes.count(changes.data.length)}</span>}
        </div>
        {changes.isError ? <Failed error={changes.error} /> : changes.isPending ? <Loading /> : <ChangesTable changes={changes.data} against={other > 0} />}
      </section>
      <section className="rules-part" aria-labelledby={`${id}-l`}>
        <h2 id={`${id}-l`} className="rules-h2">{t.rules.life}</h2>
        <ol className="life">
          {version.steps.map((s, i) => (
            <li key={i}><span className="num">{dateTimeOf(s.at, language)}</span><strong>{t.rules.steps[s.what] ?? s.what}</strong><span>{s.by === "mamori" ? t.rules.byItself : s.by}</span>{s.note && <span className="life-note">{s.note}</span>}</li>
          ))}
        </ol>
        {version.alone && <p className="notice">{t.rules.alone}</p>}
      </section>
      <section className="rules-part">
        <details><summary>{t.rules.text}</summary><pre className="rules-text" tabIndex={0} lang="ja">{version.text}</pre></details>
      </section>
    </>
  );
}

type Asked = "submitted" | "approved" | "sent_back" | "taken_back" | "withdrawn";

function NextStep({ kind, version, rules, session }: { kind: RuleKind; version: RuleVersionFull; rules: RuleVersions; session: Session }) {
  const { t, language } = useI18n();
  const [asked, setAsked] = useState<Asked | null>(null);
  const own = version.author === session.name;
  const admin = session.role === "admin";
  const alone = own && rules.administrators <= 1;
  const open = ["draft", "submitted", "approved"].includes(version.state);
  if (!open) return null;
  const a = t.rules.actions;
  return (
    <div className="card rules-next">
      {version.state === "submitted" && <p>{admin && (!own || alone) ? (alone ? t.rules.onlyAdmin : t.rules.reviewHint) : own ? t.rules.ownWaiting : t.rules.waitingForReview}</p>}
      {version.state === "approved" && <p>{t.rules.waiting(dateTimeOf(version.applies_from, language))}{t.list}{t.rules.approvedBy(version.reviewer)}</p>}
      {version.state === "draft" && own && <Link to={`${versionPath(kind, version.number)}/edit`} className="button">{a.edit}</Link>}
      {version.state === "draft" && own && <button type="button" className="button primary" onClick={() => setAsked("submitted")}>{a.submit}</button>}
      {version.state === "submitted" && admin && (!own || alone) && <button type="button" className="button primary" onClick={() => setAsked("approved")}>{a.approve}</button>}
      {version.state === "submitted" && admin && !own && <button type="button" className="button" onClick={() => setAsked("sent_back")}>{a.sendBack}</button>}
      {version.state === "submitted" && own && <button type="button" className="button" onClick={() => setAsked("taken_back")}>{t.rules.ask.takeBack.action}</button>}
      {(own || admin) && <button type="button" className="button quiet" onClick={() => setAsked("withdrawn")}>{a.withdraw}</button>}
      {asked && <AskStep kind={kind} version={version} asked={asked} alone={alone} onClose={() => setAsked(null)} />}
    </div>
  );
}

function AskStep({ kind, version, asked, alone, onClose }: { kind: RuleKind; version: RuleVersionFull; asked: Asked; alone: boolean; onClose: () => void }) {
  const { t } = useI18n();
  const toast = useToast();
  const queries = useQueryClient();
  const id = useId();
  const [note, setNote] = useState("");
  const [later, setLater] = useState(false);
  const [at, setAt] = useState("");
  const k = t.rules.ask;
  const send = async (what: string, done: string, appliesFrom = 0) => {
    await post(`/api/v1/rules/${kind}/${version.number}/steps`, { what, note: note.trim(), applies_from: appliesFrom, step: version.step });
    toast(done);
    await queries.invalidateQueries({ queryKey: ["rules", kind] });
  };
  const noteField = (label: string) => (
    <div className="rules-field"><label htmlFor={`${id}-n`}>{label}</label><textarea id={`${id}-n`} rows={2} maxLength={1000} value={note} onChange={(e) => setNote(e.target.value)} /></div>
  );
  if (asked === "submitted") return <Ask title={k.submit.title} go={k.submit.go} onClose={onClose} onGo={() => send("submitted", k.submit.done)}><p>{k.submit.lead}</p></Ask>;
  if (asked === "sent_back") return <Ask title={k.sendBack.title} go={k.sendBack.go} onClose={onClose} onGo={() => send("sent_back", k.sendBack.done)}><p>{k.sendBack.lead}</p>{noteField(k.sendBack.reason)}</Ask>;
  if (asked === "taken_back") return <Ask title={k.takeBack.title} go={k.takeBack.go} onClose={onClose} onGo={() => send("sent_back", k.sendBack.done)}><p>{k.takeBack.lead}</p></Ask>;
  if (asked === "withdrawn") return <Ask title={k.withdraw.title} go={k.withdraw.go} danger onClose={onClose} onGo={() => send("withdrawn", k.withdraw.done)}><p>{k.withdraw.lead}</p>{noteField(k.withdraw.reason)}</Ask>;
  return (
    <Ask title={k.approve.title} go={k.approve.go} onClose={onClose} onGo={() => {
      // Chosen but not filled in must not mean "at once".
      if (later && !at) return Promise.reject(new ApiError(400, k.approve.needAt));
      return send("approved", k.approve.done, later ? new Date(at).getTime() : 0);
    }}>
      <p>{kind === "policy" ? k.approve.leadPolicy : k.approve.lead}</p>
      {alone && <p className="notice">{t.rules.onlyAdmin}</p>}
      <fieldset className="rules-when">
        <legend className="visually-hidden">{k.approve.at}</legend>
        <label><input type="radio" name={`${id}-when`} checked={!later} onChange={() => setLater(false)} />{k.approve.now}</label>
        <label><input type="radio" name={`${id}-when`} checked={later} onChange={() => setLater(true)} />{k.approve.later}</label>
        {later && <div className="rules-field"><label htmlFor={`${id}-at`}>{k.approve.at}</label><input id={`${id}-at`} type="datetime-local" value={at} onChange={(e) => setAt(e.target.value)} /></div>}
      </fieldset>
      {noteField(k.approve.note)}
    </Ask>
  );
}
