import { useState } from "react";
import { Dialog, Heading, Modal, ModalOverlay } from "react-aria-components";
import type { Session } from "../api/types";
import { isCalling } from "../features/live/order";
import { soundChoice } from "../features/live/sound";
import { useFeed } from "../features/live/use_feed";
import { useI18n, useWords } from "../i18n";
import { phoneOf, timeOf } from "../i18n/format";
import { LevelMark } from "../ui/level";
import { Mark } from "../ui/mark";
import { go, Link, usePath } from "./router";
import { useShortcuts } from "./shortcuts";
import { setTheme, theme, type Theme } from "./theme";

interface Props {
  session: Session;
  onSignOut: () => void;
  onOpen: (contact: string) => void;
  children: React.ReactNode;
}

export function Shell({ session, onSignOut, onOpen, children }: Props) {
  const { t, language, choose } = useI18n();
  const [sound, setSound] = useState(soundChoice.get);
  const [colours, setColours] = useState<Theme>(theme);
  const [keys, setKeys] = useState(false);
  useShortcuts(!keys, { Slash: () => setKeys(true) });
  return (
    <div className="shell">
      <a href="#main" className="skip">{t.skip}</a>
      <header className="top">
        <Link to="/" className="brand"><Mark size={26} /><span>{t.title}</span></Link>
        <Nav role={session.role} />
        <div className="top-tools">
          <button type="button" className="button quiet" aria-pressed={sound === "on"} aria-label={t.menu.soundLabel} onClick={() => {
            const next = sound === "on" ? "off" : "on";
            soundChoice.set(next);
            setSound(next);
          }}>{sound === "on" ? t.menu.soundOn : t.menu.soundOff}</button>
          <label className="visually-hidden" htmlFor="theme">{t.menu.theme}</label>
          <select id="theme" className="select quiet" value={colours} onChange={(e) => {
            const value = e.target.value as Theme;
            setTheme(value);
            setColours(value);
          }}>
            <option value="system">{t.menu.themeSystem}</option>
            <option value="light">{t.menu.themeLight}</option>
            <option value="dark">{t.menu.themeDark}</option>
          </select>
          <button type="button" className="button quiet" lang={language === "ja" ? "en" : "ja"} onClick={() => choose(language === "ja" ? "en" : "ja")}>{t.menu.language}</button>
          <button type="button" className="button quiet keys-button" aria-keyshortcuts="Alt+/" onClick={() => setKeys(true)}>{t.menu.help}</button>
          <span className="who"><span>{session.display_name || session.name}</span>{session.display_name !== t.roles[session.role] && <span className="who-role">{t.roles[session.role]}</span>}</span>
          <button type="button" className="button quiet" onClick={onSignOut}>{t.menu.signOut}</button>
        </div>
      </header>
      <Notices onOpen={onOpen} />
      <main id="main" tabIndex={-1}>{children}</main>
      {keys && <Keys onClose={() => setKeys(false)} />}
    </div>
  );
}

function Nav({ role }: { role: Session["role"] }) {
  const t = useWords();
  const path = usePath();
  const items: Array<[string, string]> = [["/", t.nav.live]];
  if (role !== "operator") items.push(["/contacts", t.nav.contacts], ["/cases", t.nav.cases], ["/blocks", t.nav.blocks], ["/words", t.nav.words], ["/criteria", t.nav.criteria], ["/action-rules", t.nav.policy]);
  if (role === "admin") items.push(["/announcements", t.nav.prompts]);
  return (
    <nav aria-label={t.nav.label}>
      {items.map(([to, name]) => (
        <Link key={to} to={to} aria-current={(to === "/" ? path === "/" : path.startsWith(to)) ? "page" : undefined}>{name}</Link>
      ))}
    </nav>
  );
}

/** One line that is always there: stale data first, then who is waiting for a human. Its height never changes. */
function Notices({ onOpen }: { onOpen: (contact: string) => void }) {
  const { t, language } = useI18n();
  const feed = useFeed();
  const calling = feed.alerts.filter((a) => {
    const c = feed.contacts.get(a.contact);
    return c && isCalling(c) && (c.level >= 3 || c.flags.includes("distress"));
  });
  calling.sort((a, b) => (feed.contacts.get(b.contact)?.level ?? 0) - (feed.contacts.get(a.contact)?.level ?? 0));
  const alert = calling[0];
  const contact = alert && feed.contacts.get(alert.contact);
  return (
    <div className="notices">
      <div role="alert" className="notice-live">
        {feed.link === "stale" && (
          <p className="bar stale"><strong>{t.live.stale}</strong><span>{t.live.staleSince(feed.heardAt ? timeOf(feed.heardAt) : "—")}</span></p>
        )}
      </div>
      <div aria-live="polite" className="notice-live">
        {feed.link === "connecting" && <p className="bar">{t.live.never}</p>}
        {feed.link === "live" && !(alert && contact) && <p className="bar quiet">{t.live.nothingWaiting}</p>}
        {feed.link === "live" && alert && contact && (
          <p className={`bar alert l${contact.level}`}>
            <LevelMark level={contact.level} size={22} />
            <span className="bar-text"><strong>{contact.flags.includes("distress") ? `${t.live.distress} ` : ""}{t.levels[contact.level]}</strong> {contact.agent} ← {phoneOf(contact.party) || t.live.unknownParty}
              <span className="bar-why"> {contact.categories.map((c) => t.categories[c]).join(t.list)}</span></span>
            {calling.length > 1 && <span className="bar-more">{t.live.others(calling.length - 1)}</span>}
            <button type="button" className="button small" lang={language} onClick={() => {
              onOpen(alert.contact);
              go("/");
            }}>{t.live.open}</button>
          </p>
        )}
      </div>
    </div>
  );
}

function Keys({ onClose }: { onClose: () => void }) {
  const t = useWords();
  const rows: Array<[string, string]> = [
    ["Alt + ↓", t.keys.next], ["Alt + ↑", t.keys.previous], ["Alt + A", t.keys.acknowledge], ["Alt + W", t.keys.warn], ["Alt + K", t.keys.case], ["Alt + M", t.keys.reveal], ["Alt + /", t.keys.help],
  ];
  return (
    <ModalOverlay isOpen isDismissable onOpenChange={(open) => { if (!open) onClose(); }} className="overlay">
      <Modal className="modal">
        <Dialog className="dialog">
          <Heading slot="title" className="dialog-title">{t.keys.title}</Heading>
          <dl className="keys">{rows.map(([key, what]) => <div key={key}><dt><kbd>{key}</kbd></dt><dd>{what}</dd></div>)}</dl>
          <div className="dialog-actions"><button type="button" className="button" onClick={onClose} autoFocus>{t.menu.close}</button></div>
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}
