import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useId, useRef, useState } from "react";
import { post, put } from "../../api/client";
import { useRules, useRuleVersion } from "../../api/queries";
import type { RuleCheck, RuleKind, RuleVersion, RuleVersions } from "../../api/types";
import { go, Link } from "../../app/router";
import { useI18n } from "../../i18n";
import { Failed, Loading, messageOf } from "../../ui/parts";
import { useToast } from "../../ui/toast";
import { ChangesTable } from "./changes_table";
import { CriteriaForm } from "./criteria_form";
import { base, versionPath } from "./kinds";
import { PolicyForm } from "./policy_form";
import { tidy, type CriteriaValue, type PolicyValue } from "./values";
import "./rules.css";

const WAIT = 500; // ms after the last key before it is checked

/** A new version, or a draft of one's own: as a form or as text, checked while it is written. `number` 0: a new one. */
export function EditorPage({ kind, number }: { kind: RuleKind; number: number }) {
  const { t } = useI18n();
  const [from, setFrom] = useState(() => (number ? String(number) : (new URLSearchParams(location.search).get("from") ?? "now")));
  const rules = useRules(kind);
  const source = useRuleVersion(kind, Number(from) || 0);
  const title = number ? t.rules.editor.editTitle(t.rules.kinds[kind].title, number) : t.rules.editor.newTitle(t.rules.kinds[kind].title);
  const failed = rules.isError ? rules : Number(from) > 0 && source.isError ? source : null;
  const ready = rules.data && (Number(from) > 0 ? source.data : true);
  const preset = rules.data?.presets?.find((p) => `preset:${p.id}` === from);
  const begin = Number(from) > 0 && source.data ? { text: source.data.text, value: source.data.value } : preset ?? (rules.data && { text: rules.data.text, value: rules.data.value });
  return (
    <div className="page rules">
      <p className="rules-back"><Link to={base(kind)}>{t.rules.kinds[kind].title}</Link></p>
      <header className="page-head"><h1>{title}</h1></header>
      {failed ? <Failed error={failed.error} retry={() => void failed.refetch()} /> : !ready || !begin ? <Loading /> : (
        <>
          {!number && <StartFrom rules={rules.data!} kind={kind} from={from} onChange={setFrom} />}
          <Editor key={from} kind={kind} number={number} rules={rules.data!} text={begin.text} value={begin.value ?? null} version={number ? source.data! : null} />
        </>
      )}
    </div>
  );
}

function StartFrom({ rules, kind, from, onChange }: { rules: RuleVersions; kind: RuleKind; from: string; onChange: (from: string) => void }) {
  const { t } = useI18n();
  const id = useId();
  return (
    <div className="rules-field rules-from">
      <label htmlFor={id}>{t.rules.editor.from}</label>
      <select id={id} className="select" value={from} onChange={(e) => onChange(e.target.value)}>
        <option value="now">{t.rules.editor.fromNow}</option>
        {kind === "criteria" && rules.presets?.map((p) => <option key={p.id} value={`preset:${p.id}`}>{t.rules.editor.fromPreset(p.name)}</option>)}
        {rules.versions.map((v) => <option key={v.number} value={v.number}>{t.rules.version(v.number)} {v.name}</option>)}
      </select>
    </div>
  );
}

type Checked = { state: "checking" } | { state: "fine"; result: RuleCheck } | { state: "wrong"; why: string };

function Editor({ kind, number, rules, version, ...start }: { kind: RuleKind; number: number; rules: RuleVersions; version: RuleVersion | null; text: string; value: unknown }) {
  const { t } = useI18n();
  const e = t.rules.editor;
  const id = useId();
  const toast = useToast();
  const queries = useQueryClient();
  const [mode, setMode] = useState<"form" | "text">(start.value ? "form" : "text");
  const [text, setText] = useState(start.text);
  const [value, setValue] = useState<unknown>(start.value);
  const [name, setName] = useState(version?.name ?? "");
  const [note, setNote] = useState(version?.note ?? "");
  const [checked, setChecked] = useState<Checked>({ state: "checking" });
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState("");
  const dirty = useRef(false);
  const body = mode === "form" ? { value: tidy(value) } : { text };
  const key = JSON.stringify(body);

  useEffect(() => {
    let gone = false;
    setChecked({ state: "checking" });
    const timer = setTimeout(() => {
      post<RuleCheck>(`/api/v1/rules/${kind}/check`, JSON.parse(key)).then(
        (result) => { if (!gone) setChecked({ state: "fine", result }); },
        (problem: unknown) => { if (!gone) setChecked({ state: "wrong", why: messageOf(problem, t) }); },
      );
    }, WAIT);
    return () => {
      gone = true;
      clearTimeout(timer);
    };
  }, [key, kind, t]);

  useEffect(() => {
    const ask = (event: BeforeUnloadEvent) => { if (dirty.current) event.preventDefault(); };
    addEventListener("beforeunload", ask);
    return () => removeEventListener("beforeunload", ask);
  }, []);

  const change = (next: unknown) => {
    dirty.current = true;
    setValue(next);
  };
  // The other way of writing shows the same content; what is wrong has to be put right first.
  const switchTo = (next: "form" | "text") => {
    if (checked.state !== "fine" || next === mode) return;
    if (next === "text") setText(checked.result.text);
    else setValue(checked.result.value);
    setMode(next);
  };
  const save = async (submit: boolean) => {
    setBusy(true);
    setError("");
    try {
      const kept = number
        ? await put<RuleVersion>(`/api/v1/rules/${kind}/${number}`, { ...body, name: name.trim(), note: note.trim(), step: version!.step })
        : await post<RuleVersion>(`/api/v1/rules/${kind}`, { ...body, name: name.trim(), note: note.trim() });
      if (submit) await post(`/api/v1/rules/${kind}/${kept.number}/steps`, { what: "submitted", step: kept.step });
      dirty.current = false;
      toast(submit ? t.rules.ask.submit.done : e.saved);
      await queries.invalidateQueries({ queryKey: ["rules", kind] });
      go(versionPath(kind, kept.number));
    } catch (problem) {
      setError(messageOf(problem, t));
      setBusy(false);
    }
  };
  const bad = checked.state === "wrong";
  return (
    <>
      <div className="rules-about">
        <div className="rules-field"><label htmlFor={`${id}-n`}>{e.name}</label><input id={`${id}-n`} value={name} maxLength={60} placeholder={e.namePlaceholder} onChange={(x) => { dirty.current = true; setName(x.target.value); }} /></div>
        <div className="rules-field wide"><label htmlFor={`${id}-w`}>{e.note}</label><textarea id={`${id}-w`} rows={1} maxLength={1000} value={note} onChange={(x) => { dirty.current = true; setNote(x.target.value); }} /></div>
      </div>
      <div className="rules-modes" role="group" aria-label={e.formLabel}>
        <button type="button" className="button" aria-pressed={mode === "form"} disabled={mode !== "form" && checked.state !== "fine"} onClick={() => switchTo("form")}>{e.form}</button>
        <button type="button" className="button" aria-pressed={mode === "text"} disabled={mode !== "text" && checked.state !== "fine"} onClick={() => switchTo("text")}>{e.text}</button>
      </div>
      {mode === "text" ? (
        <textarea className="rules-source" aria-label={e.textLabel} lang="ja" spellCheck={false} rows={26} value={text} aria-invalid={bad} onChange={(x) => { dirty.current = true; setText(x.target.value); }} />
      ) : kind === "criteria" ? <CriteriaForm value={value as CriteriaValue} terms={rules.terms} onChange={change} /> : <PolicyForm value={value as PolicyValue} zone={rules.time_zone ?? ""} onChange={change} />}
      {checked.state === "fine" && <section className="rules-part" aria-label={t.rules.changes.title}><h2 className="rules-h2">{t.rules.changes.title} <span className="hint">{t.rules.changes.nowHint}</span></h2><ChangesTable changes={checked.result.changes} /></section>}
      <div className="rules-foot">
        <p className={bad ? "field-error" : "hint"} role="status">{bad ? <><strong>{e.wrong}</strong>{t.colon}{checked.why}</> : checked.state === "checking" ? e.checking : `${e.fine}${t.list}${t.rules.changes.count(checked.result.changes.length)}`}</p>
        {error && <p className="field-error" role="alert">{error}</p>}
        <span className="push" />
        <Link to={number ? versionPath(kind, number) : base(kind)} className="button">{t.cancel}</Link>
        <button type="button" className="button" disabled={busy || checked.state !== "fine"} onClick={() => void save(false)}>{e.save}</button>
        <button type="button" className="button primary" disabled={busy || checked.state !== "fine"} onClick={() => void save(true)}>{e.saveSubmit}</button>
      </div>
    </>
  );
}
