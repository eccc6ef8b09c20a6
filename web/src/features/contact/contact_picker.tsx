// Finds the other contact of the same customer by what people know of it. It searches when asked to, never while somebody types:
// every search is a read of personal data and a line in the journal.
import { useId, useState, type KeyboardEvent } from "react";
import { post } from "../../api/client";
import { levelOf, type FoundContacts } from "../../api/types";
import { useI18n } from "../../i18n";
import { dateTimeOf, phoneOf } from "../../i18n/format";
import { beginOf, endOf } from "../../ui/days";
import { LevelMark } from "../../ui/level";
import { messageOf } from "../../ui/parts";

export function ContactPicker({ here, chosen, onChoose }: { here: string; chosen: string; onChoose: (id: string) => void }) {
  const { t, language } = useI18n();
  const w = t.history;
  const id = useId();
  const [text, setText] = useState("");
  const [from, setFrom] = useState("");
  const [to, setTo] = useState("");
  const [busy, setBusy] = useState(false);
  const [found, setFound] = useState<FoundContacts | null>(null);
  const [error, setError] = useState("");
  const search = async () => {
    setError("");
    setFound(null);
    onChoose("");
    if (from && to && to < from) return setError(w.wrongDates);
    setBusy(true);
    try {
      setFound(await post<FoundContacts>("/api/v1/contacts/search", { text: text.trim(), from: from ? beginOf(from) : 0, before: to ? endOf(to) : 0, not_of: here }));
    } catch (e) {
      setError(messageOf(e, t));
    }
    setBusy(false);
  };
  const onEnter = (e: KeyboardEvent) => {
    if (e.key !== "Enter" || e.nativeEvent.isComposing) return;
    e.preventDefault();
    if (!busy) void search();
  };
  return (
    <fieldset className="picker">
      <legend>{w.find}</legend>
      <div role="search" aria-label={w.find}>
        <div className="field">
          <label htmlFor={`${id}-text`}>{w.findText}</label>
          <input id={`${id}-text`} value={text} maxLength={60} autoComplete="off" aria-describedby={`${id}-hint`} onChange={(e) => setText(e.target.value)} onKeyDown={onEnter} />
          <p id={`${id}-hint`} className="hint">{w.findHint}</p>
        </div>
        <div className="picker-days">
          <div className="field"><label htmlFor={`${id}-from`}>{w.findFrom}</label><input id={`${id}-from`} type="date" value={from} onChange={(e) => setFrom(e.target.value)} onKeyDown={onEnter} /></div>
          <div className="field"><label htmlFor={`${id}-to`}>{w.findTo}</label><input id={`${id}-to`} type="date" value={to} onChange={(e) => setTo(e.target.value)} onKeyDown={onEnter} /></div>
          <button type="button" className="button" disabled={busy} onClick={() => void search()}>{w.findGo}</button>
        </div>
      </div>
      {error && <p className="field-error" role="alert">{error}</p>}
      <p className="hint" role="status">{busy ? w.finding : found ? found.contacts.length > 0 ? w.found(found.contacts.length) : w.foundNone : ""}</p>
      {found && found.contacts.length > 0 && (
        <div className="picker-found" role="radiogroup" aria-label={w.foundList}>
          {found.contacts.map((c) => (
            <label key={c.id}>
              <input type="radio" name={`${id}-found`} value={c.id} checked={chosen === c.id} onChange={() => onChoose(c.id)} />
              <LevelMark level={levelOf(c.level)} size={18} /><span className="visually-hidden">{t.level(c.level)}</span>
              <span className="num">{dateTimeOf(c.started_at, language)}</span>
              <span>{t.medium[c.medium]} {phoneOf(c.party) || w.nobody}</span>
              {c.name && <span>{c.name}</span>}
              {c.agent && <span className="basis">{t.contacts.agent}{t.colon}{c.agent}</span>}
            </label>
          ))}
        </div>
      )}
      {found && !found.whole && <p className="hint">{w.foundMore}</p>}
    </fieldset>
  );
}
