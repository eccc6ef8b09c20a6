import { useCallback, useEffect, useRef, useState } from "react";
import { post } from "../../api/client";
import type { LiveContactFull, Session } from "../../api/types";
import { useWords } from "../../i18n";
import { Empty, Loading, messageOf } from "../../ui/parts";
import { useToast } from "../../ui/toast";
import { useMasking } from "../contact/masking";
import { useShortcuts } from "../../app/shortcuts";
import { ConfirmAction, type Asked } from "./actions";
import { LiveDetail } from "./live_detail";
import { LiveList } from "./live_list";
import { HealthWords, LevelCounts } from "./status_strip";
import { useFeed } from "./use_feed";

export function LivePage({ session, selected, onSelect }: { session: Session; selected: string | null; onSelect: (id: string) => void }) {
  const t = useWords();
  const toast = useToast();
  const feed = useFeed();
  const masking = useMasking();
  const order = useRef<readonly string[]>([]);
  const [asked, setAsked] = useState<{ id: string; kind: Asked } | null>(null);
  const [first, setFirst] = useState<string | null>(null);
  const onOrder = useCallback((ids: readonly string[]) => {
    order.current = ids;
    setFirst(ids[0] ?? null);
  }, []);
  // Without a choice the gravest one is shown; once it is shown it stays until another is chosen or it is gone.
  // One that leaves the wall while it is read stays readable.
  const live = selected ? feed.contacts.get(selected) : undefined;
  const kept = useRef<LiveContactFull>(undefined);
  if (live) kept.current = live;
  const contact = live ?? (kept.current?.id === selected && feed.ready ? kept.current : undefined);
  useEffect(() => {
    if (!contact && first) onSelect(first);
  }, [contact, first, onSelect]);

  const stale = feed.link !== "live";
  const acknowledge = async () => {
    if (!contact) return;
    try {
      await post(`/api/v1/contacts/${encodeURIComponent(contact.id)}/acknowledge`);
      toast(t.live.acknowledgedNow);
    } catch (error) {
      toast(messageOf(error, t));
    }
  };
  const move = (by: number) => {
    const ids = order.current;
    const at = selected ? ids.indexOf(selected) : -1;
    const next = ids[Math.min(ids.length - 1, Math.max(0, at + by))];
    if (next) {
      onSelect(next);
      document.querySelector(`.live-row[data-contact="${CSS.escape(next)}"]`)?.scrollIntoView({ block: "nearest" });
    }
  };
  const click = (selector: string) => document.querySelector<HTMLButtonElement>(`.action-bar ${selector}:not(:disabled)`)?.click();
  useShortcuts(asked === null, {
    ArrowDown: () => move(1),
    ArrowUp: () => move(-1),
    KeyA: () => click(".action-buttons > button:first-child"),
    KeyW: () => click(".act-warn_caller"),
    KeyK: () => click(".act-open_case"),
    KeyM: () => masking.setAll(!masking.all),
  });

  const askedContact = asked ? feed.contacts.get(asked.id) : undefined;
  return (
    <div className="live-page">
      <h1 className="visually-hidden">{t.live.title}</h1>
      <div className="strip">
        <LevelCounts />
        <HealthWords />
      </div>
      {!feed.ready ? <Loading /> : (
        <div className={stale ? "panes is-stale" : "panes"}>
          <LiveList selected={selected} onSelect={onSelect} onOrder={onOrder} />
          <section className="detail-pane" aria-label={t.live.detail}>
            {contact ? (
              <LiveDetail contact={contact} role={session.role} stale={stale} onAsk={(kind) => setAsked({ id: contact.id, kind })} onAcknowledge={() => void acknowledge()} />
            ) : (
              <Empty title={feed.contacts.size ? t.live.choose : t.live.empty} lead={feed.contacts.size ? "" : t.live.emptyLead} />
            )}
          </section>
        </div>
      )}
      {asked && askedContact && <ConfirmAction contact={askedContact} kind={asked.kind} onClose={() => setAsked(null)} />}
    </div>
  );
}
