import { useId, useState } from "react";
import { post, remove } from "../../api/client";
import { useWords as useOwnWords } from "../../api/queries";
import type { OwnWord } from "../../api/types";
import { useI18n } from "../../i18n";
import { dateTimeOf } from "../../i18n/format";
import { Ask, Empty, Failed, Loading, messageOf } from "../../ui/parts";
import { useToast } from "../../ui/toast";
import "./words.css";

/** Names and terms of the organisation's own, so that the recogniser writes them as people do. */
export function WordsPage() {
  const { t, language } = useI18n();
  const toast = useToast();
  const words = useOwnWords();
  const [dropping, setDropping] = useState<OwnWord | null>(null);
  return (
    <div className="page">
      <header className="page-head"><h1>{t.words.title}</h1><p className="lead">{t.words.lead}</p></header>
      <AddWord added={() => void words.refetch()} />
      {words.isError ? <Failed error={words.error} retry={() => void words.refetch()} /> : words.isPending ? <Loading /> : words.data.length === 0 ? <Empty title={t.words.empty} /> : (
        <div className="table-box" tabIndex={0} role="region" aria-label={t.words.title}>
          <table>
            <thead><tr><th>{t.words.spelling}</th><th>{t.words.reading}</th><th>{t.words.by}</th><th>{t.words.at}</th><td><span className="visually-hidden">{t.words.drop}</span></td></tr></thead>
            <tbody>
              {words.data.map((w) => (
                <tr key={`${w.spelling}\t${w.reading}`}>
                  <td lang="ja"><strong>{w.spelling}</strong></td>
                  <td lang="ja">{w.reading}</td>
                  <td>{w.added_by}</td>
                  <td className="nowrap">{dateTimeOf(w.added_at, language)}</td>
                  <td><button type="button" className="button small" aria-label={t.words.dropOne(w.spelling)} onClick={() => setDropping(w)}>{t.words.drop}</button></td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {dropping && (
        <Ask title={t.words.dropTitle(dropping.spelling)} go={t.words.drop} onClose={() => setDropping(null)} onGo={async () => {
          await remove(`/api/v1/words?spelling=${encodeURIComponent(dropping.spelling)}&reading=${encodeURIComponent(dropping.reading)}`);
          toast(t.words.dropped);
          await words.refetch();
        }}><p>{t.words.dropLead}</p></Ask>
      )}
    </div>
  );
}

function AddWord({ added }: { added: () => void }) {
  const { t } = useI18n();
  const toast = useToast();
  const id = useId();
  const [spelling, setSpelling] = useState("");
  const [reading, setReading] = useState("");
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState("");
  const kana = /^[ぁ-ゖァ-ヶー、・　 ]*$/.test(reading);
  return (
    <form className="card word-form" onSubmit={(e) => {
      e.preventDefault();
      setBusy(true);
      setError("");
      post("/api/v1/words", { spelling: spelling.trim(), reading: reading.trim() })
        .then(() => {
          toast(t.words.added(spelling.trim()));
          setSpelling("");
          setReading("");
          added();
        }, (problem: unknown) => setError(messageOf(problem, t)))
        .finally(() => setBusy(false));
    }}>
      <div className="word-field"><label htmlFor={`${id}-s`}>{t.words.spelling}</label>
        <input id={`${id}-s`} lang="ja" required maxLength={40} autoComplete="off" value={spelling} onChange={(e) => setSpelling(e.target.value)} /></div>
      <div className="word-field"><label htmlFor={`${id}-r`}>{t.words.reading}</label>
        <input id={`${id}-r`} lang="ja" required maxLength={40} autoComplete="off" value={reading} aria-invalid={!kana} aria-describedby={`${id}-h`} onChange={(e) => setReading(e.target.value)} />
        <p id={`${id}-h`} className={kana ? "hint" : "field-error"}>{kana ? t.words.readingHint : t.words.notKana}</p></div>
      <button type="submit" className="button primary" disabled={busy || !kana || !spelling.trim() || !reading.trim()}>{t.words.add}</button>
      {error && <p className="field-error word-error" role="alert">{error}</p>}
    </form>
  );
}
