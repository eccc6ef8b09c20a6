import { useQueryClient } from "@tanstack/react-query";
import { useId, useState } from "react";
import { post, remove } from "../../api/client";
import { useReplays, useRules } from "../../api/queries";
import type { Replay, RuleVersions } from "../../api/types";
import { Link } from "../../app/router";
import { useI18n } from "../../i18n";
import { dateTimeOf } from "../../i18n/format";
import { beginOf, dayOf, endOf } from "../../ui/days";
import { Empty, Failed, Loading, messageOf } from "../../ui/parts";
import { ReplayResult } from "./replay_result";
import "../rules/rules.css";
import "./replay.css";

const DAY = 24 * 3600 * 1000;

/** What another version would have made of a past period: choose, wait, read the numbers, open the contacts behind them. */
export function ReplayPage() {
  const { t } = useI18n();
  const criteria = useRules("criteria");
  const policy = useRules("policy");
  const replays = useReplays();
  const failed = [criteria, policy, replays].find((q) => q.isError);
  const run = replays.data?.[0];
  return (
    <div className="page rules">
      <p className="rules-back"><Link to="/criteria">{t.replay.back}</Link></p>
      <header className="page-head"><h1>{t.replay.title}</h1><p className="lead">{t.replay.lead}</p></header>
      {failed ? <Failed error={failed.error} retry={() => void failed.refetch()} /> : !criteria.data || !policy.data || !replays.data ? <Loading /> : (
        <>
          <Choose criteria={criteria.data} policy={policy.data} running={run?.state === "running"} />
          {run && <Run key={run.id} run={run} />}
        </>
      )}
    </div>
  );
}

function Versions({ id, label, value, rules, recorded = false, onChange }: { id: string; label: string; value: string; rules: RuleVersions; recorded?: boolean; onChange: (value: string) => void }) {
  const { t } = useI18n();
  return (
    <div className="rules-field">
      <label htmlFor={id}>{label}</label>
      <select id={id} className="select" value={value} onChange={(e) => onChange(e.target.value)}>
        <option value="in_force">{t.replay.now}</option>
        {recorded && <option value="recorded">{t.replay.recorded}</option>}
        {rules.versions.map((v) => <option key={v.number} value={v.number}>{t.replay.version(v.number, v.name, t.rules.states[v.state])}</option>)}
        {rules.presets?.map((p) => <option key={p.id} value={`preset:${p.id}`}>{t.replay.preset(p.name)}</option>)}
      </select>
    </div>
  );
}

function Choose({ criteria, policy, running }: { criteria: RuleVersions; policy: RuleVersions; running: boolean }) {
  const { t } = useI18n();
  const w = t.replay;
  const id = useId();
  const queries = useQueryClient();
  const asked = new URLSearchParams(location.search);
  const [before, setBefore] = useState({ criteria: "in_force", policy: "in_force" });
  const [after, setAfter] = useState({ criteria: asked.get("criteria") || "in_force", policy: asked.get("policy") || "in_force" });
  const [from, setFrom] = useState(dayOf(Date.now() - 30 * DAY));
  const [to, setTo] = useState(dayOf(Date.now()));
  const [error, setError] = useState("");
  const [busy, setBusy] = useState(false);
  const start = async () => {
    if (!from || !to) return setError(w.needDates);
    setBusy(true);
    setError("");
    try {
      await post("/api/v1/replays", { from: beginOf(from), to: endOf(to), before, after });
      await queries.invalidateQueries({ queryKey: ["replays"] });
    } catch (problem) {
      setError(messageOf(problem, t));
    }
    setBusy(false);
  };
  return (
    <section className="card replay-choose" aria-label={w.title}>
      <fieldset><legend>{w.before}</legend>
        <Versions id={`${id}-bc`} label={w.criteria} value={before.criteria} rules={criteria} recorded onChange={(v) => setBefore({ ...before, criteria: v })} />
        {before.criteria !== "recorded" && <Versions id={`${id}-bp`} label={w.policy} value={before.policy} rules={policy} onChange={(v) => setBefore({ ...before, policy: v })} />}
      </fieldset>
      <fieldset><legend>{w.after}</legend>
        <Versions id={`${id}-ac`} label={w.criteria} value={after.criteria} rules={criteria} onChange={(v) => setAfter({ ...after, criteria: v })} />
        <Versions id={`${id}-ap`} label={w.policy} value={after.policy} rules={policy} onChange={(v) => setAfter({ ...after, policy: v })} />
      </fieldset>
      <fieldset><legend>{w.period}</legend>
        <div className="rules-field"><label htmlFor={`${id}-f`}>{w.from}</label><input id={`${id}-f`} type="date" value={from} max={to} onChange={(e) => setFrom(e.target.value)} /></div>
        <div className="rules-field"><label htmlFor={`${id}-t`}>{w.to}</label><input id={`${id}-t`} type="date" value={to} min={from} onChange={(e) => setTo(e.target.value)} /></div>
      </fieldset>
      <div className="replay-go">
        <p className="hint">{w.privacy} {w.warnings}</p>
        {error && <p className="field-error" role="alert">{error}</p>}
        <button type="button" className="button primary" disabled={busy || running} onClick={() => void start()}>{w.go}</button>
      </div>
    </section>
  );
}

function Run({ run }: { run: Replay }) {
  const { t, language } = useI18n();
  const w = t.replay;
  const queries = useQueryClient();
  const n = (value: number) => value.toLocaleString(language);
  return (
    <section className="rules-part" aria-labelledby="replay-result">
      <div className="rules-part-head"><h2 id="replay-result" className="rules-h2">{w.result}</h2><span className="hint">{w.by(run.by, dateTimeOf(run.started_at, language))}</span></div>
      {run.state === "running" && (
        <div className="card replay-progress">
          <progress aria-label={w.result} max={Math.max(1, run.total)} value={run.done} />
          <p role="status" className="num">{w.running(n(run.done), n(run.total))}</p>
          <button type="button" className="button" onClick={() => void remove(`/api/v1/replays/${run.id}`).then(() => queries.invalidateQueries({ queryKey: ["replays"] }))}>{w.stop}</button>
        </div>
      )}
      {run.state === "cancelled" && <p className="notice">{w.cancelled}</p>}
      {run.state === "failed" && <p className="notice bad" role="alert"><strong>{w.failed}</strong>{t.colon}{run.error}</p>}
      {run.report && (run.report.contacts === 0 ? <Empty title={w.none} lead={w.noneLead} /> : <ReplayResult id={run.id} report={run.report} />)}
    </section>
  );
}
