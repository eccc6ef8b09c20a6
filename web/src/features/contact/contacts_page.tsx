import { useState } from "react";
import { useContacts } from "../../api/queries";
import { go, Link } from "../../app/router";
import { useI18n } from "../../i18n";
import { clockOf, dateTimeOf, phoneOf } from "../../i18n/format";
import { LevelBadge } from "../../ui/level";
import { Failed, FlagTags, Loading } from "../../ui/parts";
import { LookAgain } from "./look_again";

export function ContactsPage() {
  const { t, language } = useI18n();
  const [level, setLevel] = useState(0);
  const list = useContacts(level);
  const rows = list.data?.pages.flat() ?? [];
  return (
    <div className="page">
      <header className="page-head">
        <h1>{t.contacts.title}</h1>
        <label className="push">{t.contacts.filter} <select className="select" value={level} onChange={(e) => setLevel(Number(e.target.value))}>
          <option value={0}>{t.contacts.all}</option>
          {[1, 2, 3, 4].map((n) => <option key={n} value={n}>{t.contacts.atLeast(n)}</option>)}
        </select></label>
      </header>
      <LookAgain />
      {list.isError ? <Failed error={list.error} retry={() => void list.refetch()} /> : list.isPending ? <Loading /> : (
        <div className="table-box" tabIndex={0} role="region" aria-label={t.contacts.lead}>
          <table>
            <thead><tr><th>{t.contacts.result}</th><th>{t.contacts.started}</th><th>{t.contacts.duration}</th><th>{t.contacts.agent}</th><th>{t.contacts.party}</th><th className="only-wide">{t.contacts.line}</th><th>{t.contacts.flags}</th><th>{t.contacts.state}</th></tr></thead>
            <tbody>
              {rows.length === 0 && <tr><td colSpan={8} className="empty">{t.contacts.empty}</td></tr>}
              {rows.map((c) => (
                <tr key={c.id} className="linked" onClick={(e) => { if (!(e.target as Element).closest("a") && !getSelection()?.toString()) go(`/contacts/${c.id}`); }}>
                  <td className="nowrap"><LevelBadge level={c.level} /></td>
                  <td className="nowrap"><Link to={`/contacts/${c.id}`}>{dateTimeOf(c.started_at, language)}</Link></td>
                  <td className="nowrap num">{c.answered_at && c.ended_at ? clockOf((c.ended_at - c.answered_at) / 1000) : "—"}</td>
                  <td className="nowrap">{c.agent || "—"}</td>
                  <td className="nowrap">{c.erased_at ? <span className="tag">{t.contacts.erased}</span> : phoneOf(c.party) || t.live.unknownParty}</td>
                  <td className="nowrap only-wide">{phoneOf(c.line)}</td>
                  <td className="marks"><FlagTags flags={c.flags} />{c.categories.map((k) => <span key={k} className="tag">{t.categories[k]}</span>)}</td>
                  <td className="nowrap">{c.state === "live" ? <strong>{t.contact.live}</strong> : t.live.endReasons[c.end_reason] ?? t.live.states[c.state] ?? c.state}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {list.hasNextPage && <p className="more"><button type="button" className="button" disabled={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>{t.contacts.more}</button></p>}
    </div>
  );
}
