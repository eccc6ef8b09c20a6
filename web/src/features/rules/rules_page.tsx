import { useRules } from "../../api/queries";
import type { RuleKind, RuleVersions } from "../../api/types";
import { Link } from "../../app/router";
import { useI18n } from "../../i18n";
import { dateTimeOf } from "../../i18n/format";
import { Empty, Failed, Loading } from "../../ui/parts";
import { base, toneOf, versionPath } from "./kinds";
import "./rules.css";

/** 判断基準 or 自動対処ルール: what is in force, and every version there ever was. */
export function RulesPage({ kind }: { kind: RuleKind }) {
  const { t } = useI18n();
  const rules = useRules(kind);
  const w = t.rules.kinds[kind];
  return (
    <div className="page rules">
      <header className="page-head">
        <h1>{w.title}</h1>
        <p className="push rules-tools">
          <Link to={`/criteria/replay${kind === "policy" ? "?policy" : ""}`} className="button">{t.rules.actions.replay}</Link>
          <Link to={`${base(kind)}/new`} className="button primary">{t.rules.create}</Link>
        </p>
        <p className="lead">{w.lead}</p>
      </header>
      {rules.isError ? <Failed error={rules.error} retry={() => void rules.refetch()} /> : rules.isPending ? <Loading /> : <><InForce kind={kind} rules={rules.data} /><All kind={kind} rules={rules.data} /></>}
    </div>
  );
}

function InForce({ kind, rules }: { kind: RuleKind; rules: RuleVersions }) {
  const { t, language } = useI18n();
  const version = rules.versions.find((v) => v.number === rules.in_force);
  return (
    <section className="card rules-now" aria-labelledby="rules-now">
      <h2 id="rules-now">{t.rules.inForce}</h2>
      {version ? (
        <>
          <p className="rules-now-name"><Link to={versionPath(kind, version.number)}>{t.rules.version(version.number)} {version.name}</Link></p>
          <p className="hint">{t.rules.since(dateTimeOf(version.in_force_at, language))}{t.list}{t.rules.approvedBy(version.reviewer)}</p>
          {version.alone && <p className="notice">{t.rules.alone}</p>}
        </>
      ) : <p className="rules-now-name">{t.rules.kinds[kind].shipped}</p>}
      {rules.refused.map((r) => (
        <p key={r.number} className="notice bad" role="alert"><strong>{t.rules.refused(r.number)}</strong>{t.colon}{r.line > 0 ? (language === "ja" ? `${r.line} 行目 ` : `line ${r.line}: `) : ""}{r[language]}</p>
      ))}
    </section>
  );
}

function All({ kind, rules }: { kind: RuleKind; rules: RuleVersions }) {
  const { t, language } = useI18n();
  const c = t.rules.columns;
  if (rules.versions.length === 0) return <Empty title={t.rules.empty} lead={t.rules.kinds[kind].emptyLead} />;
  return (
    <section aria-labelledby="rules-all">
      <h2 id="rules-all" className="rules-h2">{t.rules.all}</h2>
      <div className="table-box" tabIndex={0} role="region" aria-label={t.rules.all}>
        <table>
          <thead><tr><th>{c.number}</th><th>{c.name}</th><th>{c.state}</th><th>{c.author}</th><th>{c.reviewer}</th><th>{c.applies}</th><th>{c.changed}</th></tr></thead>
          <tbody>
            {rules.versions.map((v) => (
              <tr key={v.number}>
                <td className="nowrap"><Link to={versionPath(kind, v.number)}>{t.rules.version(v.number)}</Link></td>
                <td>{v.name || <span className="hint">{t.rules.noName}</span>}</td>
                <td className="nowrap"><span className={`tag ${toneOf(v.state)}`}>{t.rules.states[v.state]}</span></td>
                <td>{v.author}</td>
                <td>{v.reviewer || t.rules.notYet}</td>
                <td className="nowrap">{v.in_force_at ? dateTimeOf(v.in_force_at, language) : v.state === "approved" ? t.rules.waiting(dateTimeOf(v.applies_from, language)) : t.rules.notYet}</td>
                <td className="nowrap">{dateTimeOf(v.changed_at, language)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}
