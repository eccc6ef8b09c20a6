import { useReplayContacts } from "../../api/queries";
import type { ReplayDifference } from "../../api/types";
import { Link } from "../../app/router";
import { useI18n } from "../../i18n";
import { dateTimeOf } from "../../i18n/format";
import { LevelMark } from "../../ui/level";
import { Failed, Loading } from "../../ui/parts";

/** The contacts behind one number, each a link to its record. */
export function ReplayContacts({ id, what, title, onClose }: { id: string; what: string; title: string; onClose: () => void }) {
  const { t, language } = useI18n();
  const w = t.replay;
  const found = useReplayContacts(id, what);
  const n = (value: number) => value.toLocaleString(language);
  return (
    <section aria-labelledby="replay-list">
      <div className="rules-part-head"><h3 id="replay-list">{found.data ? w.listed(title, n(found.data.total)) : title}</h3><button type="button" className="button small" onClick={onClose}>{w.close}</button></div>
      {found.isError ? <Failed error={found.error} /> : found.isPending ? <Loading /> : (
        <>
          {found.data.total > found.data.contacts.length && <p className="hint">{w.first(n(found.data.contacts.length))}</p>}
          <div className="table-box" tabIndex={0} role="region" aria-label={title}>
            <table>
              <thead><tr><th>{w.started}</th><th>{w.line}</th><th>{w.change}</th><th>{w.actionChange}</th><th>{w.open}</th></tr></thead>
              <tbody>{found.data.contacts.map((d) => <Row key={d.contact} d={d} />)}</tbody>
            </table>
          </div>
        </>
      )}
    </section>
  );
}

function Row({ d }: { d: ReplayDifference }) {
  const { t, language } = useI18n();
  const kinds = (side: ReplayDifference["before"]) => side.categories.filter((c) => !(d.before.categories.includes(c) && d.after.categories.includes(c)));
  const was = kinds(d.before);
  const is = kinds(d.after);
  const actions = [...new Set([...d.before.actions, ...d.after.actions].map((a) => a.kind))].flatMap((kind) => {
    const mode = (side: ReplayDifference["before"]) => side.actions.find((a) => a.kind === kind)?.mode;
    const [a, b] = [mode(d.before), mode(d.after)];
    return a === b ? [] : [{ kind, text: !a ? `${t.replay.columns.gained} ${t.actions[kind]}` : !b ? `${t.replay.columns.lost} ${t.actions[kind]}` : `${t.actions[kind]}${t.colon}${t.replay.arrow(t.rules.policy.modes[a], t.rules.policy.modes[b])}` }];
  });
  return (
    <tr>
      <td className="nowrap">{dateTimeOf(d.started_at, language)}</td>
      <td>{d.line}{d.agent && <> {d.agent}</>}</td>
      <td>
        <span className="replay-change">{d.before.level === d.after.level ? <><LevelMark level={d.after.level} size={20} />{t.levels[d.after.level]}</> : <><LevelMark level={d.before.level} size={20} />{t.levels[d.before.level]} → <LevelMark level={d.after.level} size={20} />{t.levels[d.after.level]}</>}</span>
        {was.map((c) => <del key={c} className="tag">{t.categories[c]}</del>)}{is.map((c) => <ins key={c} className="tag m3">{t.categories[c]}</ins>)}
      </td>
      <td>{actions.length ? actions.map((a) => <span key={a.kind} className="tag">{a.text}</span>) : <span className="hint">{t.replay.same}</span>}</td>
      <td className="nowrap"><Link to={`/contacts/${encodeURIComponent(d.contact)}`}>{t.replay.open}</Link></td>
    </tr>
  );
}
