import { useId, useState } from "react";
import type { Category, RuleVersions } from "../../api/types";
import { useI18n } from "../../i18n";
import { SECTORS, type CategoryValue, type CriteriaValue, type ExceptionValue, type PhraseValue } from "./values";

type Terms = RuleVersions["terms"];
const SHOWN = 50; // rows at first: an organisation may have two thousand

/** The criteria as fields, each with where its number or its kind comes from. */
export function CriteriaForm({ value, terms, onChange }: { value: CriteriaValue; terms: Terms; onChange: (next: CriteriaValue) => void }) {
  if (!terms) return null;
  return (
    <>
      <Sector value={value} onChange={onChange} />
      <Thresholds value={value} terms={terms} onChange={onChange} />
      <Categories value={value} terms={terms} onChange={onChange} />
      <Phrases value={value} terms={terms} onChange={onChange} />
      <Exceptions value={value} terms={terms} onChange={onChange} />
    </>
  );
}

interface Part { value: CriteriaValue; terms: NonNullable<Terms>; onChange: (next: CriteriaValue) => void }

function Sector({ value, onChange }: Omit<Part, "terms">) {
  const { t } = useI18n();
  const w = t.rules.criteria;
  const id = useId();
  const sector = value.sector ?? "";
  const known = sector === "" || (SECTORS as readonly string[]).includes(sector);
  const [own, setOwn] = useState(!known);
  return (
    <div className="rules-field rules-sector">
      <label htmlFor={id}>{w.sector}</label>
      <select id={id} className="select" value={own ? "own" : sector} aria-describedby={`${id}-h`} onChange={(e) => {
        setOwn(e.target.value === "own");
        onChange({ ...value, sector: e.target.value === "own" ? "" : e.target.value });
      }}>
        {["", ...SECTORS].map((s) => <option key={s} value={s}>{w.sectors[s]}</option>)}
        <option value="own">{w.ownSector}</option>
      </select>
      {own && <input aria-label={w.ownSector} value={sector} maxLength={40} onChange={(e) => onChange({ ...value, sector: e.target.value })} />}
      <p id={`${id}-h`} className="hint">{w.sectorHint}</p>
    </div>
  );
}

function Thresholds({ value, terms, onChange }: Part) {
  const { t, language } = useI18n();
  const w = t.rules.criteria;
  const id = useId();
  return (
    <section className="rules-part">
      <h2 className="rules-h2">{w.thresholds}</h2><p className="hint">{w.thresholdsLead}</p>
      <div className="table-box" tabIndex={0} role="region" aria-label={w.thresholds}>
        <table className="rules-form">
          <thead><tr><th>{t.rules.changes.what}</th><th>{w.value}</th><th>{w.basis}</th></tr></thead>
          <tbody>
            {terms.thresholds.map((term) => (
              <tr key={term.id}>
                <td><label htmlFor={`${id}-${term.id}`}>{term.name[language]}</label></td>
                <td className="nowrap">
                  <input id={`${id}-${term.id}`} className="number" type="number" min={term.least} max={term.most} step={term.id.endsWith("minutes") ? "any" : 1} value={value.thresholds[term.id] ?? ""}
                    onChange={(e) => onChange({ ...value, thresholds: { ...value.thresholds, [term.id]: e.target.value === "" ? (undefined as unknown as number) : Number(e.target.value) } })} /> {term.unit[language]}
                  <span className="hint standard">{w.standard(String(term.default))}</span>
                </td>
                <td className="basis">{term.basis[language]}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function Categories({ value, terms, onChange }: Part) {
  const { t } = useI18n();
  const w = t.rules.criteria;
  return (
    <section className="rules-part">
      <h2 className="rules-h2">{w.categories}</h2><p className="hint">{w.categoriesLead}</p>
      <div className="table-box" tabIndex={0} role="region" aria-label={w.categories}>
        <table className="rules-form categories">
          <thead><tr><th>{w.counts}</th><th>{w.category}</th><th>{w.ownName}</th><th>{w.ownNameEn}</th><th>{w.threshold}</th><th>{w.categoryNote}</th></tr></thead>
          <tbody>
            {terms.categories.map(({ id, basis }) => {
              const name = t.categories[id];
              const own: CategoryValue = value.category?.[id] ?? {};
              const set = (next: CategoryValue) => onChange({ ...value, category: { ...value.category, [id]: { ...own, ...next } } });
              const on = own.enabled ?? true;
              return (
                <tr key={id} className={on ? "" : "off"}>
                  <td className="tick"><input type="checkbox" aria-label={`${name} ${w.counts}`} checked={on} onChange={(e) => set({ enabled: e.target.checked })} /></td>
                  <td><strong>{name}</strong><span className="basis">{basis}</span></td>
                  <td><input aria-label={`${name} ${w.ownName}`} lang="ja" maxLength={60} value={own.name_ja ?? ""} onChange={(e) => set({ name_ja: e.target.value })} /></td>
                  <td><input aria-label={`${name} ${w.ownNameEn}`} lang="en" maxLength={60} value={own.name_en ?? ""} onChange={(e) => set({ name_en: e.target.value })} /></td>
                  <td><input aria-label={`${name} ${w.threshold}`} title={w.thresholdHint} className="number" type="number" min={0.05} max={0.99} step={0.01} value={own.threshold ?? ""} onChange={(e) => set({ threshold: e.target.value === "" ? undefined : Number(e.target.value) } as CategoryValue)} /></td>
                  <td><input aria-label={`${name} ${w.categoryNote}`} maxLength={500} value={own.note ?? ""} onChange={(e) => set({ note: e.target.value })} /></td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
      <p className="hint">{w.threshold}{t.colon}{w.thresholdHint}</p>
    </section>
  );
}

function KindSelect({ value, any, label, terms, onChange }: { value: Category | ""; any?: string; label: string; terms: NonNullable<Terms>; onChange: (next: Category | "") => void }) {
  const { t } = useI18n();
  return (
    <select className="select" aria-label={label} value={value} onChange={(e) => onChange(e.target.value as Category | "")}>
      {any && <option value="">{any}</option>}
      {terms.categories.map((c) => <option key={c.id} value={c.id}>{t.categories[c.id]}</option>)}
    </select>
  );
}

/** Rows of one's own: at first some, all when asked. */
function useSome<T>(items: readonly T[]) {
  const [all, setAll] = useState(items.length <= SHOWN);
  return { shown: all ? items : items.slice(0, SHOWN), rest: all ? 0 : items.length - SHOWN, showAll: () => setAll(true) };
}

function Phrases({ value, terms, onChange }: Part) {
  const { t } = useI18n();
  const w = t.rules.criteria;
  const items = value.phrase ?? [];
  const some = useSome(items);
  const set = (i: number, next: Partial<PhraseValue>) => onChange({ ...value, phrase: items.map((p, k) => (k === i ? { ...p, ...next } : p)) });
  return (
    <section className="rules-part">
      <h2 className="rules-h2">{w.phrases}</h2><p className="hint">{w.phrasesLead}</p>
      {items.length > 0 && (
        <div className="table-box" tabIndex={0} role="region" aria-label={w.phrases}>
          <table className="rules-form">
            <thead><tr><th>{w.phrase}</th><th>{w.reading}</th><th>{w.kind}</th><th>{w.level}</th><th>{w.why}</th><td><span className="visually-hidden">{w.remove}</span></td></tr></thead>
            <tbody>
              {some.shown.map((p, i) => (
                <tr key={i}>
                  <td><input aria-label={`${w.phrase} ${i + 1}`} lang="ja" maxLength={60} value={p.text} onChange={(e) => set(i, { text: e.target.value })} /></td>
                  <td><input aria-label={`${w.reading} ${i + 1}`} lang="ja" maxLength={80} value={p.reading ?? ""} onChange={(e) => set(i, { reading: e.target.value })} /></td>
                  <td><KindSelect label={`${w.kind} ${i + 1}`} value={p.category} terms={terms} onChange={(c) => c && set(i, { category: c })} /></td>
                  <td><select className="select" aria-label={`${w.level} ${i + 1}`} value={p.level} onChange={(e) => set(i, { level: Number(e.target.value) })}>{[2, 3, 4].map((n) => <option key={n} value={n}>{n} {t.levels[n]}</option>)}</select></td>
                  <td><input aria-label={`${w.why} ${i + 1}`} maxLength={500} value={p.why ?? ""} onChange={(e) => set(i, { why: e.target.value })} /></td>
                  <td><button type="button" className="button small" aria-label={w.removeOne(p.text)} onClick={() => onChange({ ...value, phrase: items.filter((_, k) => k !== i) })}>{w.remove}</button></td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      <p className="rules-add">
        {some.rest > 0 && <button type="button" className="button" onClick={some.showAll}>{w.more(some.rest)}</button>}
        <button type="button" className="button" onClick={() => {
          some.showAll();
          onChange({ ...value, phrase: [...items, { text: "", category: "verbal_abuse", level: 2 }] });
        }}>{w.addPhrase}</button>
      </p>
    </section>
  );
}

function Exceptions({ value, terms, onChange }: Part) {
  const { t } = useI18n();
  const w = t.rules.criteria;
  const items = value.exception ?? [];
  const some = useSome(items);
  const put = (i: number, next: ExceptionValue) => onChange({ ...value, exception: items.map((p, k) => (k === i ? next : p)) });
  return (
    <section className="rules-part">
      <h2 className="rules-h2">{w.exceptions}</h2><p className="hint">{w.exceptionsLead}</p>
      {items.length > 0 && (
        <div className="table-box" tabIndex={0} role="region" aria-label={w.exceptions}>
          <table className="rules-form">
            <thead><tr><th>{w.exception}</th><th>{w.kind}</th><th>{w.why}</th><td><span className="visually-hidden">{w.remove}</span></td></tr></thead>
            <tbody>
              {some.shown.map((x, i) => (
                <tr key={i}>
                  <td><input aria-label={`${w.exception} ${i + 1}`} lang="ja" maxLength={60} value={x.text} onChange={(e) => put(i, { ...x, text: e.target.value })} /></td>
                  <td><KindSelect label={`${w.exceptions} ${w.kind} ${i + 1}`} any={w.anyKind} value={x.category ?? ""} terms={terms} onChange={(c) => {
                    const { category: _, ...rest } = x;
                    put(i, c ? { ...rest, category: c } : rest);
                  }} /></td>
                  <td><input aria-label={`${w.exceptions} ${w.why} ${i + 1}`} maxLength={500} value={x.why ?? ""} onChange={(e) => put(i, { ...x, why: e.target.value })} /></td>
                  <td><button type="button" className="button small" aria-label={w.removeOne(x.text)} onClick={() => onChange({ ...value, exception: items.filter((_, k) => k !== i) })}>{w.remove}</button></td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      <p className="rules-add">
        {some.rest > 0 && <button type="button" className="button" onClick={some.showAll}>{w.more(some.rest)}</button>}
        <button type="button" className="button" onClick={() => {
          some.showAll();
          onChange({ ...value, exception: [...items, { text: "" }] });
        }}>{w.addException}</button>
      </p>
    </section>
  );
}
