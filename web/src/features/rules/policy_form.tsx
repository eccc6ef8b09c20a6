import { useId, useState } from "react";
import type { ActionKind, ActionMode, Category, Flag } from "../../api/types";
import { useI18n, useWords } from "../../i18n";
import { ACTIONS, DAYS, freshId, LIMITED, linesOf, MEDIA, SECTORS, type PolicyValue, type RuleValue } from "./values";

/** The action rules as fields: what none of them can lift, the hourly limits, then every rule. */
export function PolicyForm({ value, zone, onChange }: { value: PolicyValue; zone: string; onChange: (next: PolicyValue) => void }) {
  const { t } = useI18n();
  const w = t.rules.policy;
  const [open, setOpen] = useState<number | null>(null);
  const rules = value.rule ?? [];
  const set = (next: RuleValue[]) => onChange({ ...value, rule: next });
  const swap = (i: number, k: number) => {
    const next = [...rules];
    [next[i], next[k]] = [next[k]!, next[i]!];
    set(next);
    setOpen(open === i ? k : open === k ? i : open);
  };
  return (
    <>
      <Fixed />
      <Limits value={value} onChange={onChange} />
      <section className="rules-part">
        <h2 className="rules-h2">{w.rules}</h2><p className="hint">{w.rulesLead}</p>
        <ol className="rule-list">
          {rules.map((r, i) => (
            <li key={i} className="card rule">
              <div className="rule-head">
                <button type="button" className="rule-open" aria-expanded={open === i} onClick={() => setOpen(open === i ? null : i)}>
                  <Summary rule={r} zone={zone} /><span aria-hidden="true">{w.then}</span>
                  <strong>{t.actions[r.action]}</strong><span className={`tag mode-${r.mode}${LIMITED.includes(r.action) ? " touches" : ""}`}>{w.modes[r.mode]}</span>
                  {r.why && <span className="rule-why">{r.why}</span>}
                </button>
                <button type="button" className="button small" disabled={i === 0} aria-label={w.moveOne(r.id, w.up)} onClick={() => swap(i, i - 1)}>{w.up}</button>
                <button type="button" className="button small" disabled={i === rules.length - 1} aria-label={w.moveOne(r.id, w.down)} onClick={() => swap(i, i + 1)}>{w.down}</button>
                <button type="button" className="button small" aria-label={w.removeOne(r.id)} onClick={() => {
                  set(rules.filter((_, k) => k !== i));
                  setOpen(null);
                }}>{w.remove}</button>
              </div>
              {open === i && <RuleFields rule={r} zone={zone} onChange={(next) => set(rules.map((x, k) => (k === i ? next : x)))} />}
            </li>
          ))}
        </ol>
        <p className="rules-add"><button type="button" className="button" onClick={() => {
          set([...rules, { id: freshId(rules), level: 3, action: "notify_supervisor", mode: "confirm" }]);
          setOpen(rules.length);
        }}>{w.add}</button></p>
      </section>
    </>
  );
}

/** When a rule fires, in one line. */
function Summary({ rule: r, zone }: { rule: RuleValue; zone: string }) {
  const t = useWords();
  const w = t.rules.policy;
  const parts = [
    r.flag && t.flags[r.flag], r.level && w.summary.level(r.level), r.categories?.map((c) => t.categories[c]).join("・"), r.warnings && w.summary.warnings(r.warnings), r.media?.map((m) => t.medium[m]).join("・"),
    r.lines?.join("・"), r.hours?.length && r.hours.join("・") + t.paren(zone), r.days?.map((d) => w.dayNames[d]).join("・"), r.sectors?.map((s) => t.rules.criteria.sectors[s] ?? s).join("・"),
  ].filter(Boolean);
  return <span className="rule-when">{parts.length ? parts.join(t.list) : w.always}</span>;
}

function Fixed() {
  const w = useWords().rules.policy;
  return (
    <section className="notice rules-fixed">
      <h2>{w.fixed}</h2>
      <ul>{w.fixedItems.map((item) => <li key={item}>{item}</li>)}</ul>
    </section>
  );
}

function Limits({ value, onChange }: { value: PolicyValue; onChange: (next: PolicyValue) => void }) {
  const t = useWords();
  const w = t.rules.policy;
  const id = useId();
  return (
    <section className="rules-part">
      <h2 className="rules-h2">{w.limits}</h2><p className="hint">{w.limitsLead}</p>
      <div className="rules-limits">
        {LIMITED.map((a) => (
          <div key={a} className="rules-field">
            <label htmlFor={`${id}-${a}`}>{t.actions[a]}</label>
            <span className="with-unit"><input id={`${id}-${a}`} className="number" type="number" min={0} max={1000} placeholder={w.noLimit} value={value.limits?.[a] ?? ""}
              onChange={(e) => {
                const { [a]: _, ...rest } = value.limits ?? {};
                onChange({ ...value, limits: e.target.value === "" ? rest : { ...rest, [a]: Number(e.target.value) } });
              }} /> {w.perHour}</span>
          </div>
        ))}
      </div>
    </section>
  );
}

function Ticks<T extends string>({ legend, all, names, chosen, onChange }: { legend: string; all: readonly T[]; names: (item: T) => string; chosen: readonly T[]; onChange: (next: T[]) => void }) {
  return (
    <fieldset className="ticks">
      <legend>{legend}</legend>
      {all.map((item) => (
        <label key={item}><input type="checkbox" checked={chosen.includes(item)} onChange={(e) => onChange(e.target.checked ? all.filter((x) => x === item || chosen.includes(x)) : chosen.filter((x) => x !== item))} />{names(item)}</label>
      ))}
    </fieldset>
  );
}

function RuleFields({ rule, zone, onChange }: { rule: RuleValue; zone: string; onChange: (next: RuleValue) => void }) {
  const t = useWords();
  const w = t.rules.policy;
  const id = useId();
  // A list is text while it is written: an empty line at the end must not vanish under the fingers.
  const [lines, setLines] = useState((rule.lines ?? []).join("\n"));
  const [hours, setHours] = useState((rule.hours ?? []).join("\n"));
  const set = (next: Partial<RuleValue>) => onChange({ ...rule, ...next });
  const sectors = [...SECTORS, ...(rule.sectors ?? []).filter((s) => !(SECTORS as readonly string[]).includes(s))];
  return (
    <div className="rule-fields">
      <div className="rules-field"><label htmlFor={`${id}-a`}>{w.action}</label>
        <select id={`${id}-a`} className="select" value={rule.action} onChange={(e) => set({ action: e.target.value as ActionKind })}>{ACTIONS.map((a) => <option key={a} value={a}>{t.actions[a]}</option>)}</select></div>
      <div className="rules-field"><label htmlFor={`${id}-m`}>{w.mode}</label>
        <select id={`${id}-m`} className="select" value={rule.mode} onChange={(e) => set({ mode: e.target.value as ActionMode })}>{(["automatic", "confirm", "advise"] as const).map((m) => <option key={m} value={m}>{w.modes[m]}</option>)}</select></div>
      <div className="rules-field"><label htmlFor={`${id}-l`}>{w.level}</label>
        <select id={`${id}-l`} className="select" value={rule.level ?? 0} onChange={(e) => set({ level: Number(e.target.value) })}>{[0, 1, 2, 3, 4].map((n) => <option key={n} value={n}>{w.levelFrom(n)}</option>)}</select></div>
      <div className="rules-field"><label htmlFor={`${id}-w`}>{w.warnings}</label>
        <select id={`${id}-w`} className="select" value={rule.warnings ?? 0} onChange={(e) => set({ warnings: Number(e.target.value) })}>{[0, 1, 2, 3].map((n) => <option key={n} value={n}>{w.warningsFrom(n)}</option>)}</select></div>
      <div className="rules-field"><label htmlFor={`${id}-f`}>{w.flag}</label>
        <select id={`${id}-f`} className="select" value={rule.flag ?? ""} onChange={(e) => {
          const { flag: _, ...rest } = rule;
          onChange(e.target.value ? { ...rest, flag: e.target.value as Flag } : rest);
        }}><option value="">{w.anyFlag}</option>{(Object.keys(t.flags) as Flag[]).map((f) => <option key={f} value={f}>{t.flags[f]}</option>)}</select></div>
      <div className="rules-field"><label htmlFor={`${id}-i`}>{w.id}</label><input id={`${id}-i`} value={rule.id} maxLength={60} title={w.idHint} onChange={(e) => set({ id: e.target.value })} /></div>
      <div className="rules-field full"><label htmlFor={`${id}-y`}>{w.why}</label><input id={`${id}-y`} value={rule.why ?? ""} maxLength={300} onChange={(e) => set({ why: e.target.value })} /></div>
      <Ticks legend={w.media} all={MEDIA} names={(m) => t.medium[m]} chosen={rule.media ?? []} onChange={(media) => set({ media })} />
      <Ticks legend={w.days} all={DAYS} names={(d) => w.dayNames[d] ?? d} chosen={(rule.days ?? []) as (typeof DAYS)[number][]} onChange={(days) => set({ days })} />
      <Ticks legend={w.categories} all={Object.keys(t.categories) as Category[]} names={(c) => t.categories[c]} chosen={rule.categories ?? []} onChange={(categories) => set({ categories })} />
      <Ticks legend={w.sectors} all={sectors} names={(s) => t.rules.criteria.sectors[s] ?? s} chosen={rule.sectors ?? []} onChange={(next) => set({ sectors: next })} />
      <div className="rules-field half"><label htmlFor={`${id}-n`}>{w.lines}</label><textarea id={`${id}-n`} rows={3} aria-describedby={`${id}-nh`} value={lines} onChange={(e) => {
        setLines(e.target.value);
        set({ lines: linesOf(e.target.value) });
      }} /><p id={`${id}-nh`} className="hint">{w.linesHint}</p></div>
      <div className="rules-field half"><label htmlFor={`${id}-h`}>{w.hours}</label><textarea id={`${id}-h`} rows={3} aria-describedby={`${id}-hh`} value={hours} onChange={(e) => {
        setHours(e.target.value);
        set({ hours: linesOf(e.target.value) });
      }} /><p id={`${id}-hh`} className="hint">{w.hoursHint} {w.zoneHint(zone)}</p></div>
    </div>
  );
}
