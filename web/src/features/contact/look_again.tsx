// The contacts that a language model sees otherwise than the judge did. Nothing is shown while there are none.
import { useState } from "react";
import { useSecondOpinions } from "../../api/queries";
import { levelOf } from "../../api/types";
import { Link } from "../../app/router";
import { useI18n } from "../../i18n";
import { dateTimeOf } from "../../i18n/format";
import { LevelBadge } from "../../ui/level";

export function LookAgain() {
  const { t, language } = useI18n();
  const list = useSecondOpinions();
  const [all, setAll] = useState(false);
  const rows = list.data ?? [];
  if (rows.length === 0) return null;
  const shown = all ? rows : rows.filter((r) => !r.reviewed);
  return (
    <section className="card look-again" aria-labelledby="look-again-title">
      <h2 id="look-again-title">{t.opinion.list} <span className="tag">{rows.filter((r) => !r.reviewed).length}</span></h2>
      <p className="hint">{t.opinion.listLead}</p>
      <label><input type="checkbox" checked={all} onChange={(e) => setAll(e.target.checked)} /> {t.opinion.hideReviewed}</label>
      {shown.length > 0 && (
        <div className="table-box" tabIndex={0} role="region" aria-label={t.opinion.list}>
          <table>
            <thead><tr><th>{t.contacts.started}</th><th>{t.contacts.agent}</th><th>{t.opinion.judged}</th><th>{t.opinion.opinion}</th><th>{t.contacts.state}</th></tr></thead>
            <tbody>
              {shown.map((r) => (
                <tr key={r.contact}>
                  <td className="nowrap"><Link to={`/contacts/${r.contact}`}>{dateTimeOf(r.started_at, language)}</Link></td>
                  <td className="nowrap">{r.agent || "—"}</td>
                  <td><LevelBadge level={levelOf(r.level)} /> {r.categories.map((c) => <span key={c} className="tag">{t.categories[c]}</span>)}</td>
                  <td><LevelBadge level={levelOf(r.opinion_level)} /> {r.opinion_categories.map((c) => <span key={c} className="tag">{t.categories[c]}</span>)}</td>
                  <td className="nowrap">{r.reviewed ? t.opinion.reviewed : t.opinion.open}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}
