import type { RuleChange } from "../../api/types";
import { useI18n } from "../../i18n";

/** What changes, one row each: the item, before, after. */
export function ChangesTable({ changes, against }: { changes: readonly RuleChange[]; against?: boolean }) {
  const { t, language } = useI18n();
  const w = t.rules.changes;
  if (changes.length === 0) return <p className="hint">{w.none}</p>;
  return (
    <div className="table-box" tabIndex={0} role="region" aria-label={w.title}>
      <table className="changes">
        <thead><tr><th>{w.what}</th><th>{against ? w.beforeOther : w.before}</th><th>{w.after}</th></tr></thead>
        <tbody>
          {changes.map((c, i) => (
            <tr key={`${c.id}-${i}`} className={c.kind}>
              <td><strong>{c.what[language]}</strong></td>
              <td>{c.kind === "added" ? <span className="hint">{t.rules.notYet}</span> : <del>{c.before[language]}</del>}</td>
              <td>{c.kind === "removed" ? <span className="tag">{w.removed}</span> : <ins>{c.kind === "added" && <span className="tag">{w.added}</span>}{c.after[language]}</ins>}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
