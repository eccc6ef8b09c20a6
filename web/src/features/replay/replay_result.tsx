import { useEffect, useRef, useState } from "react";
import type { ReplayPair, ReplayReport } from "../../api/types";
import { useI18n } from "../../i18n";
import { LevelMark } from "../../ui/level";
import { ReplayContacts } from "./replay_contacts";

type Show = (what: string, title: string) => void;

/** The numbers. Every one that means a change opens the contacts behind it. */
export function ReplayResult({ id, report }: { id: string; report: ReplayReport }) {
  const { t, language } = useI18n();
  const w = t.replay;
  const [shown, setShown] = useState<{ what: string; title: string } | null>(null);
  const list = useRef<HTMLDivElement>(null);
  const n = (value: number) => value.toLocaleString(language);
  const show: Show = (what, title) => setShown({ what, title });
  // Who presses a number is taken to its list; the list is long and stands below.
  useEffect(() => {
    if (!shown) return;
    list.current?.focus({ preventScroll: true });
    list.current?.scrollIntoView({ block: "start" });
  }, [shown]);
  return (
    <>
      <ul className="replay-sums">
        <li className="card"><span className="hint">{w.contacts}</span><strong className="num">{n(report.contacts)}</strong></li>
        <li className="card"><span className="hint">{w.changed}</span><strong><Number value={report.changed} what="changed" title={w.allChanged} show={show} /></strong></li>
        <li className="card"><span className="hint">{w.alerts}</span><strong className="num">{w.arrow(n(report.alerts.before), n(report.alerts.after))}</strong>
          <span>{w.columns.gained} <Number value={report.alerts.gained} what="alert:gained" title={w.gainedOf(w.alerts)} show={show} /> {w.columns.lost} <Number value={report.alerts.lost} what="alert:lost" title={w.lostOf(w.alerts)} show={show} /></span></li>
      </ul>
      {report.unreadable > 0 && <p className="hint">{w.unreadable(n(report.unreadable))}</p>}
      {report.truncated && <p className="notice">{w.truncated}</p>}
      {report.changed === 0 ? <p className="notice replay-nothing">{w.nothing}</p> : (
        <div className="replay-tables">
          <div>
            <h3>{w.kinds}</h3>
            <Pairs title={w.kinds} rows={report.categories} name={(c) => t.categories[c.id]} kind="category" show={show} />
            {report.flags.some((f) => f.gained + f.lost > 0) && <><h3>{w.flags}</h3><Pairs title={w.flags} rows={report.flags} name={(f) => t.flags[f.id]} kind="flag" show={show} /></>}
            <h3>{w.actions}</h3>
            <Actions report={report} show={show} />
          </div>
          <div>
            <h3>{w.levels}</h3>
            <Levels report={report} show={show} />
          </div>
        </div>
      )}
      <div ref={list} tabIndex={-1} className="replay-list">
        {shown && <ReplayContacts key={shown.what} id={id} what={shown.what} title={shown.title} onClose={() => setShown(null)} />}
      </div>
    </>
  );
}

function Number({ value, what, title, show }: { value: number; what: string; title: string; show: Show }) {
  const { t, language } = useI18n();
  const text = value.toLocaleString(language);
  if (value === 0) return <span className="num zero">0</span>;
  return <button type="button" className="num replay-number" aria-label={t.replay.show(title, text)} onClick={() => show(what, title)}>{text}</button>;
}

function Pairs<Row extends ReplayPair & { id: string }>({ title, rows, name, kind, show }: { title: string; rows: readonly Row[]; name: (row: Row) => string; kind: string; show: Show }) {
  const { t, language } = useI18n();
  const w = t.replay;
  const c = w.columns;
  const present = rows.filter((r) => r.before + r.after > 0);
  if (present.length === 0) return <p className="hint">{t.empty}</p>;
  return (
    <div className="table-box" tabIndex={0} role="region" aria-label={title}>
      <table className="replay-table">
        <thead><tr><th>{c.what}</th><th>{c.before}</th><th>{c.after}</th><th>{c.gained}</th><th>{c.lost}</th></tr></thead>
        <tbody>
          {present.map((r) => (
            <tr key={r.id}>
              <td><strong>{name(r)}</strong></td><td className="num">{r.before.toLocaleString(language)}</td><td className="num">{r.after.toLocaleString(language)}</td>
              <td><Number value={r.gained} what={`${kind}:${r.id}:gained`} title={w.gainedOf(name(r))} show={show} /></td>
              <td><Number value={r.lost} what={`${kind}:${r.id}:lost`} title={w.lostOf(name(r))} show={show} /></td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Actions({ report, show }: { report: ReplayReport; show: Show }) {
  const { t, language } = useI18n();
  const w = t.replay;
  const c = w.columns;
  const n = (value: number) => value.toLocaleString(language);
  const present = report.actions.filter((a) => a.before + a.after > 0);
  if (present.length === 0) return <p className="hint">{t.empty}</p>;
  const over = present.some((a) => a.over_limit > 0);
  return (
    <>
      <div className="table-box" tabIndex={0} role="region" aria-label={w.actions}>
        <table className="replay-table">
          <thead><tr><th>{c.what}</th><th>{c.before}</th><th>{c.after}</th><th>{c.gained}</th><th>{c.lost}</th><th>{c.automatic}</th><th>{c.more}</th><th>{c.less}</th>{over && <th>{c.over}</th>}</tr></thead>
          <tbody>
            {present.map((a) => {
              const name = t.actions[a.id];
              return (
                <tr key={a.id}>
                  <td><strong>{name}</strong></td><td className="num">{n(a.before)}</td><td className="num">{n(a.after)}</td>
                  <td><Number value={a.gained} what={`action:${a.id}:gained`} title={w.gainedOf(name)} show={show} /></td>
                  <td><Number value={a.lost} what={`action:${a.id}:lost`} title={w.lostOf(name)} show={show} /></td>
                  <td className="num nowrap">{w.arrow(n(a.automatic_before), n(a.automatic_after))}</td>
                  <td><Number value={a.more_automatic} what={`action:${a.id}:more`} title={w.moreOf(name)} show={show} /></td>
                  <td><Number value={a.less_automatic} what={`action:${a.id}:less`} title={w.lessOf(name)} show={show} /></td>
                  {over && <td className="num">{a.over_limit > 0 ? <strong>{n(a.over_limit)}</strong> : 0}</td>}
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
      {over && <p className="hint">{w.overHint}</p>}
    </>
  );
}

function Levels({ report, show }: { report: ReplayReport; show: Show }) {
  const { t, language } = useI18n();
  const w = t.replay;
  const word = (level: number) => w.level(level, t.levels[level] ?? "");
  return (
    <>
      <p className="hint">{w.levelsLead}</p>
      <div className="table-box" tabIndex={0} role="region" aria-label={w.levels}>
        <table className="replay-table replay-levels">
          <thead><tr><td><span className="visually-hidden">{w.levelFrom}</span></td>{report.levels.map((_, to) => <th key={to} scope="col"><LevelMark level={to} size={20} /><span className="visually-hidden">{word(to)}</span></th>)}</tr></thead>
          <tbody>
            {report.levels.map((row, from) => (
              <tr key={from}>
                <th scope="row"><LevelMark level={from} size={20} /> {t.levels[from]}</th>
                {row.map((value, to) => <td key={to} className={from === to ? "same" : to > from ? "up" : "down"}>{from === to ? <span className="num zero">{value.toLocaleString(language)}</span> : <Number value={value} what={`level:${from}:${to}`} title={w.levelOf(word(from), word(to))} show={show} />}</td>)}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}
