// What had been with this customer before, over all numbers and addresses that people linked; and linking, which only people do.
import { useId, useState } from "react";
import { ApiError, post, put, remove } from "../../api/client";
import { useHistory } from "../../api/queries";
import type { ContactPage as Page, CustomerHistory, LinkBasis } from "../../api/types";
import { levelOf } from "../../api/types";
import { Link } from "../../app/router";
import { useI18n } from "../../i18n";
import { dateTimeOf, phoneOf } from "../../i18n/format";
import { LevelMark } from "../../ui/level";
import { Ask, Failed, messageOf } from "../../ui/parts";
import { useToast } from "../../ui/toast";
import { ContactPicker } from "./contact_picker";

const FEW = 6; // contacts shown before "all of them"
type Seen = CustomerHistory["contacts"][number] | CustomerHistory["same_name"][number];

export function HistoryCard({ page, onChanged }: { page: Page; onChanged: () => void }) {
  const { t, language } = useI18n();
  const toast = useToast();
  const history = useHistory(page.id);
  const [linking, setLinking] = useState<string | null>(null); // id of the other contact; empty: to be found
  const [unlinking, setUnlinking] = useState<string | null>(null);
  if (history.isPending) return null;
  if (history.isError) return <section className="card"><h2>{t.history.title}</h2><Failed error={history.error} retry={() => void history.refetch()} /></section>;
  const h = history.data;
  const week = h.weeks.at(-1)!;
  const done = (words: string) => {
    toast(words);
    void history.refetch();
    onChanged();
  };
  return (
    <section className="card history" aria-labelledby="history-title">
      <h2 id="history-title">{t.history.title}</h2>
      <dl className="facts">
        <div><dt>{t.history.thisWeek}</dt><dd>{t.history.count(week.contacts, week.minutes)}</dd></div>
        <div><dt>{t.history.eightWeeks}</dt><dd>{t.history.count(h.in_all.contacts, h.in_all.minutes)}</dd></div>
      </dl>
      <p className={h.before.final_answers > 0 ? undefined : "hint"}>{h.before.refusals > 0 ? t.history.before(h.before.refusals, h.before.final_answers) : t.history.none}</p>
      <Contacts contacts={h.contacts} here={page.id} label={t.history.list} />
      <details className="explain">
        <summary>{t.history.weeks}</summary>
        <table>
          <thead><tr><th>{t.history.week}</th><th>{t.history.contacts}</th><th>{t.history.minutes}</th><th>{t.history.channels}</th></tr></thead>
          <tbody>
            {h.weeks.map((w) => (
              <tr key={w.from}><th scope="row">{dateTimeOf(w.from, language).split(" ")[0]}</th><td className="num">{w.contacts}</td><td className="num">{Math.round(w.minutes)}</td>
                <td>{Object.entries(w.channels).map(([m, tally]) => `${t.medium[m as Page["medium"]]} ${tally.contacts}`).join(t.list)}</td></tr>
            ))}
          </tbody>
        </table>
      </details>
      {h.same_name.length > 0 && (
        <>
          <h3>{t.history.maybe}</h3>
          <p className="hint">{t.history.maybeLead}</p>
          <Contacts contacts={h.same_name} here={page.id} label={t.history.maybe} onLink={setLinking} />
        </>
      )}
      {h.links.length > 0 && (
        <>
          <h3>{t.history.links}</h3>
          <ul className="evidence">
            {h.links.map((l) => (
              <li key={l.id}>{t.history.linkedBy(l.by, dateTimeOf(l.at, language), t.history.bases[l.basis])} <button type="button" className="button small" onClick={() => setUnlinking(l.id)}>{t.history.unlink}</button></li>
            ))}
          </ul>
        </>
      )}
      {page.erased_at === 0 && (
        <>
          <Name id={page.id} name={h.name} onSaved={() => done(t.history.nameSaved)} />
          <button type="button" className="button small" onClick={() => setLinking("")}>{t.history.link}</button>
        </>
      )}
      {linking !== null && <LinkDialog id={page.id} other={linking} onClose={() => setLinking(null)} onDone={() => done(t.history.linked)} />}
      {unlinking !== null && <UnlinkDialog id={page.id} link={unlinking} onClose={() => setUnlinking(null)} onDone={() => done(t.history.unlinked)} />}
    </section>
  );
}

function Contacts({ contacts, here, label, onLink }: { contacts: readonly Seen[]; here: string; label: string; onLink?: (id: string) => void }) {
  const { t, language } = useI18n();
  const [all, setAll] = useState(false);
  return (
    <>
      <ul className="evidence history-list" aria-label={label}>
        {contacts.slice(0, all ? contacts.length : FEW).map((c) => (
          <li key={c.id}>
            <LevelMark level={levelOf(c.level)} size={18} /> <span className="visually-hidden">{t.level(c.level)}</span>
            {c.id === here ? <strong>{dateTimeOf(c.started_at, language)}</strong> : <Link to={`/contacts/${c.id}`}>{dateTimeOf(c.started_at, language)}</Link>}
            {" "}{t.medium[c.medium]} {phoneOf(c.party)} {c.minutes > 0 && t.history.minutesOf(c.minutes)}
            {c.id === here && <span className="tag">{t.history.here}</span>}
            {"final_answers" in c && (c.final_answers > 0 ? <span className="tag">{t.history.finalHere}</span> : c.refusals > 0 && <span className="tag">{t.history.refusedHere}</span>)}
            {onLink && <button type="button" className="button small" onClick={() => onLink(c.id)}>{t.history.link}</button>}
          </li>
        ))}
      </ul>
      {contacts.length > FEW && !all && <button type="button" className="button small" onClick={() => setAll(true)}>{t.contacts.more}</button>}
    </>
  );
}

function Name({ id, name, onSaved }: { id: string; name: string; onSaved: () => void }) {
  const { t } = useI18n();
  const field = useId();
  const [text, setText] = useState(name);
  const [error, setError] = useState("");
  const save = async () => {
    setError("");
    try {
      await put(`/api/v1/contacts/${encodeURIComponent(id)}/customer_name`, { name: text.trim() });
      onSaved();
    } catch (e) {
      setError(messageOf(e, t));
    }
  };
  return (
    <form className="field" onSubmit={(e) => { e.preventDefault(); void save(); }}>
      <label htmlFor={field}>{t.history.name}</label>
      <input id={field} value={text} maxLength={60} aria-describedby={`${field}-hint`} onChange={(e) => setText(e.target.value)} />
      <p id={`${field}-hint`} className="hint">{t.history.nameHint}</p>
      {error && <p className="field-error" role="alert">{error}</p>}
      <button type="submit" className="button small" disabled={text.trim() === name}>{t.history.saveName}</button>
    </form>
  );
}

function LinkDialog({ id, other, onClose, onDone }: { id: string; other: string; onClose: () => void; onDone: () => void }) {
  const { t } = useI18n();
  const field = useId();
  const [contact, setContact] = useState(other);
  const [basis, setBasis] = useState<LinkBasis>(other ? "name" : "number");
  const [reason, setReason] = useState("");
  return (
    <Ask title={t.history.link} go={t.history.link} onClose={onClose} onGo={async () => {
      if (!contact) throw new ApiError(400, t.history.needsOther);
      if (!reason.trim()) throw new ApiError(400, t.history.needsReason);
      await post(`/api/v1/contacts/${encodeURIComponent(id)}/links`, { contact, basis, reason: reason.trim() });
      onDone();
    }}>
      <p>{t.history.linkLead}</p>
      {!other && <ContactPicker here={id} chosen={contact} onChoose={setContact} />}
      <div className="field">
        <label htmlFor={`${field}-basis`}>{t.history.basis}</label>
        <select id={`${field}-basis`} className="select" value={basis} onChange={(e) => setBasis(e.target.value as LinkBasis)}>
          {(Object.keys(t.history.bases) as LinkBasis[]).map((b) => <option key={b} value={b}>{t.history.bases[b]}</option>)}
        </select>
      </div>
      <Reason id={`${field}-reason`} value={reason} onChange={setReason} />
    </Ask>
  );
}

function UnlinkDialog({ id, link, onClose, onDone }: { id: string; link: string; onClose: () => void; onDone: () => void }) {
  const { t } = useI18n();
  const field = useId();
  const [reason, setReason] = useState("");
  return (
    <Ask title={t.history.unlinkTitle} go={t.history.unlink} onClose={onClose} onGo={async () => {
      await remove(`/api/v1/contacts/${encodeURIComponent(id)}/links/${encodeURIComponent(link)}`, { reason: reason.trim() });
      onDone();
    }}>
      <p>{t.history.unlinkLead}</p>
      <Reason id={field} value={reason} onChange={setReason} />
    </Ask>
  );
}

function Reason({ id, value, onChange }: { id: string; value: string; onChange: (text: string) => void }) {
  const { t } = useI18n();
  return (
    <div className="field">
      <label htmlFor={id}>{t.history.reason}</label>
      <textarea id={id} rows={2} maxLength={600} required value={value} onChange={(e) => onChange(e.target.value)} />
    </div>
  );
}
