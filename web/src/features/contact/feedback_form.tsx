// "Is this judgement right?" One click when it is; when it is not, what it should have been and why.
import { useId, useState } from "react";
import { post } from "../../api/client";
import type { Category, ContactPage as Page } from "../../api/types";
import { useI18n } from "../../i18n";
import { dateTimeOf } from "../../i18n/format";
import { messageOf } from "../../ui/parts";
import type { Feedback } from "./story";

export function FeedbackForm({ page, given, onSaid }: { page: Page; given: readonly Feedback[]; onSaid: () => void }) {
  const { t, language } = useI18n();
  const id = useId();
  const [open, setOpen] = useState(false);
  const [level, setLevel] = useState(page.level);
  const [categories, setCategories] = useState<readonly Category[]>(page.categories);
  const [because, setBecause] = useState("");
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState("");
  const last = given.at(-1);
  const needsKind = level >= 2 && categories.length === 0;
  const say = async (right: boolean) => {
    setBusy(true);
    setError("");
    try {
      await post(`/api/v1/contacts/${encodeURIComponent(page.id)}/feedback`, {
        right, level: right ? page.level : level, categories: right ? page.categories : level >= 2 ? categories : [], flags: page.flags, because: because.trim(),
      });
      setOpen(false);
      setBecause("");
      onSaid();
    } catch (e) {
      setError(messageOf(e, t));
    } finally {
      setBusy(false);
    }
  };
  return (
    <div className="feedback">
      <h3>{t.verdict.question}</h3>
      {last && <p className="hint">{t.verdict.said(last.by, dateTimeOf(last.at, language), last.right)}{last.because && t.paren(last.because)}</p>}
      <div className="tools">
        <button type="button" className="button small" disabled={busy} onClick={() => void say(true)}>{t.verdict.right}</button>
        <button type="button" className="button small" aria-expanded={open} aria-controls={`${id}-form`} onClick={() => setOpen(!open)}>{t.verdict.wrong}</button>
      </div>
      <form id={`${id}-form`} hidden={!open} onSubmit={(e) => { e.preventDefault(); void say(false); }}>
        <div className="field">
          <label htmlFor={`${id}-level`}>{t.verdict.level}</label>
          <select id={`${id}-level`} value={level} onChange={(e) => setLevel(Number(e.target.value) as typeof level)}>
            {[0, 1, 2, 3, 4].map((n) => <option key={n} value={n}>{t.level(n)}</option>)}
          </select>
        </div>
        {level >= 2 && (
          <fieldset className="kinds">
            <legend>{t.verdict.kinds}</legend>
            {(Object.keys(t.categories) as Category[]).map((c) => (
              <label key={c}><input type="checkbox" checked={categories.includes(c)} onChange={(e) => setCategories(e.target.checked ? [...categories, c] : categories.filter((x) => x !== c))} /> {t.categories[c]}</label>
            ))}
          </fieldset>
        )}
        <div className="field">
          <label htmlFor={`${id}-because`}>{t.verdict.because}</label>
          <textarea id={`${id}-because`} rows={2} maxLength={1300} required={open} value={because} onChange={(e) => setBecause(e.target.value)} aria-describedby={`${id}-hint`} />
          <p id={`${id}-hint`} className="hint">{t.verdict.becauseHint}</p>
        </div>
        {needsKind && <p className="field-error">{t.verdict.needsKind}</p>}
        <button type="submit" className="button" disabled={busy || !because.trim() || needsKind}>{t.verdict.send}</button>
      </form>
      {error && <p className="field-error" role="alert">{error}</p>}
    </div>
  );
}
