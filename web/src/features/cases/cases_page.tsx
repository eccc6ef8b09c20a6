import { useCases, useVoiceprints } from "../../api/queries";
import { Link } from "../../app/router";
import { useI18n } from "../../i18n";
import { dateTimeOf } from "../../i18n/format";
import { LevelBadge } from "../../ui/level";
import { Empty, Failed, Loading } from "../../ui/parts";
import { VoiceprintCell } from "../voiceprint/voiceprint_cell";

export function CasesPage() {
  const { t, language } = useI18n();
  const cases = useCases();
  // Switched off: no column, no word of it.
  const prints = useVoiceprints();
  return (
    <div className="page">
      <header className="page-head"><h1>{t.cases.title}</h1><p className="lead">{t.cases.lead}</p></header>
      {cases.isError ? <Failed error={cases.error} retry={() => void cases.refetch()} /> : cases.isPending ? <Loading /> : cases.data.length === 0 ? <Empty title={t.cases.empty} lead={t.cases.emptyLead} /> : (
        <div className="table-box" tabIndex={0} role="region" aria-label={t.cases.title}>
          <table>
            <thead><tr><th>{t.cases.number}</th><th>{t.cases.level}</th><th>{t.cases.kind}</th><th>{t.cases.opened}</th><th>{t.cases.by}</th><th>{t.cases.owner}</th><th>{t.cases.state}</th>{prints.data && <th>{t.voiceprint.title}</th>}<th>{t.cases.contact}</th></tr></thead>
            <tbody>
              {cases.data.map((c) => (
                <tr key={c.id}>
                  <td className="num"><strong>{c.number}</strong></td>
                  <td className="nowrap"><LevelBadge level={c.level} /></td>
                  <td>{c.categories.map((k) => <span key={k} className="tag">{t.categories[k]}</span>)}</td>
                  <td className="nowrap">{dateTimeOf(c.opened_at, language)}</td>
                  <td>{c.opened_by.startsWith("rule:") ? t.cases.rule(c.opened_by.slice(5)) : c.opened_by}</td>
                  <td className="nowrap">{c.owner || t.cases.noOwner}</td>
                  <td className="nowrap">{c.state === "open" ? t.cases.open : c.state}</td>
                  {prints.data && <td><VoiceprintCell file={c} all={prints.data} onChanged={() => void prints.refetch()} /></td>}
                  <td className="nowrap"><Link to={`/contacts/${c.contact}`}>{t.cases.see}</Link></td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </div>
  );
}
