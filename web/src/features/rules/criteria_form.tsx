import { useId, useState, type ReactNode } from "react";
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

interface Column<W> { head: string; cell: (word: W, row: number, put: (next: W) => void) => ReactNode }
interface WordListProps<W> {
  title: string;
  lead: string;
  words: readonly W[];
  word: string; // what one of them is called
  columns: readonly Column<W>[]; // between the word and why
  whyLabel: string;
  add: string;
  fresh: W;
  onChange: (next: W[]) => void;
}

/** Words of one's own, one a row, each with why: at first some, all when asked. */
function WordList<W extends PhraseValue | ExceptionValue>({ title, lead, words, word, columns, whyLabel, add, fresh, onChange }: WordListProps<W>) {
  const w = useI18n().t.rules.criteria;
  const [all, setAll] = useState(words.length <= SHOWN);
  const shown = all ? words : words.slice(0, SHOWN);
  const put = (i: number, next: W) => onChange(words.map((x, k) => (k === i ? next : x)));
  return (
    <section className="rules-part">
      <h2 className="rules-h2">{title}</h2><p className="hint">{lead}</p>
      {words.length > 0 && (
        <div className="table-box" tabIndex={0} role="region" aria-label={title}>
          <table className="rules-form">
            <thead><tr><th>{word}</th>{columns.map((c) => <th key={c.head}>{c.head}</th>)}<th>{w.why}</th><td><span className="visually-hidden">{w.remove}</span></td></tr></thead>
            <tbody>
              {shown.map((x, i) => (
                <tr key={i}>
                  <td><input aria-label={`${word} ${i + 1}`} lang="ja" maxLength={60} value={x.text} onChange={(e) => put(i, { ...x, text: e.target.value })} /></td>
                  {columns.map((c) => <td key={c.head}>{c.cell(x, i, (next) => put(i, next))}</td>)}
                  <td><input aria-label={`${whyLabel} ${i + 1}`} maxLength={500} value={x.why ?? ""} onChange={(e) => put(i, { ...x, why: e.target.value })} /></td>
                  <td><button type="button" className="button small" aria-label={w.removeOne(x.text)} onClick={() => onChange(words.filter((_, k) => k !== i))}>{w.remove}</button></td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      <p className="rules-add">
        {!all && <button type="button" className="button" onClick={() => setAll(true)}>{w.more(words.length - SHOWN)}</button>}
        <button type="button" className="button" onClick={() => {
          setAll(true);
          onChange([...words, fresh]);
        }}>{add}</button>
      </p>
    </section>
  );
}

function Phrases({ value, terms, onChange }: Part) {
  const { t } = useI18n();
  const w = t.rules.criteria;
  const columns: Column<PhraseValue>[] = [
    { head: w.reading, cell: (p, i, put) => <input aria-label={`${w.reading} ${i + 1}`} lang="ja" maxLength={80} value={p.reading ?? ""} onChange={(e) => put({ ...p, reading: e.target.value })} /> },
    { head: w.kind, cell: (p, i, put) => <KindSelect label={`${w.kind} ${i + 1}`} value={p.category} terms={terms} onChange={(c) => c && put({ ...p, category: c })} /> },
    { head: w.level, cell: (p, i, put) => <select className="select" aria-label={`${w.level} ${i + 1}`} value={p.level} onChange={(e) => put({ ...p, level: Number(e.target.value) })}>{[2, 3, 4].map((n) => <option key={n} value={n}>{n} {t.levels[n]}</option>)}</select> },
  ];
  return <WordList title={w.phrases} lead={w.phrasesLead} words={value.phrase ?? []} word={w.phrase} columns={columns} whyLabel={w.why} add={w.addPhrase}
    fresh={{ text: "", category: "verbal_abuse", level: 2 }} onChange={(phrase) => onChange({ ...value, phrase })} />;
}

function Exceptions({ value, terms, onChange }: Part) {
  const w = useI18n().t.rules.criteria;
  const columns: Column<ExceptionValue>[] = [
    { head: w.kind, cell: (x, i, put) => <KindSelect label={`${w.exceptions} ${w.kind} ${i + 1}`} any={w.anyKind} value={x.category ?? ""} terms={terms} onChange={(c) => {
      const { category: _, ...rest } = x;
      put(c ? { ...rest, category: c } : rest);
    }} /> },
  ];
  return <WordList title={w.exceptions} lead={w.exceptionsLead} words={value.exception ?? []} word={w.exception} columns={columns} whyLabel={`${w.exceptions} ${w.why}`} add={w.addException}
    fresh={{ text: "" }} onChange={(exception) => onChange({ ...value, exception })} />;
}
