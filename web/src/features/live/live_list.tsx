import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { useWords } from "../../i18n";
import { Empty } from "../../ui/parts";
import { LiveRow } from "./live_row";
import { arrange, sameOrder } from "./order";
import { useFeed, useNow } from "./use_feed";

/** The reader's hand counts as away after this long without a movement. */
const HOLD_MS = 6_000;

interface Props {
  selected: string | null;
  onSelect: (id: string) => void;
  onOrder: (ids: readonly string[]) => void;
}

export function LiveList({ selected, onSelect, onOrder }: Props) {
  const t = useWords();
  const feed = useFeed();
  const now = useNow();
  const [heldUntil, setHeldUntil] = useState(0);
  const before = useRef<readonly string[]>([]);
  const held = now < heldUntil;
  const order = useMemo(() => {
    const next = arrange(before.current, feed.contacts, held);
    if (sameOrder(before.current, next)) return before.current;
    before.current = next;
    return next;
  }, [feed.contacts, held]);
  const risk = useMemo(() => arrange([], feed.contacts, false), [feed.contacts]);
  const stirred = held && !sameOrder(order, risk);
  useEffect(() => onOrder(order), [order, onOrder]);

  const hold = useCallback(() => {
    // Coarse on purpose: one state change a second is enough.
    setHeldUntil((until) => (until - Date.now() > HOLD_MS - 1000 ? until : Date.now() + HOLD_MS));
  }, []);
  const release = useCallback(() => setHeldUntil(0), []);

  const tier = feed.health?.speech.tier ?? 0;
  const speechUp = feed.health?.speech.up ?? true;
  return (
    <section className="live-list" aria-labelledby="live-list-title">
      <header className="pane-head">
        <h2 id="live-list-title">{t.live.list} <span className="num count">{feed.contacts.size}</span></h2>
        <button type="button" className="button small" onClick={release} style={{ visibility: stirred ? "visible" : "hidden" }}>{t.live.reorder}</button>
      </header>
      {order.length === 0 && feed.ready ? (
        <Empty title={t.live.empty} lead={t.live.emptyLead} />
      ) : (
        <ul className="rows" onPointerMove={hold} onPointerDown={hold} onPointerLeave={release} onKeyDown={hold} tabIndex={-1}>
          {order.map((id) => {
            const c = feed.contacts.get(id);
            if (!c) return null;
            const seconds = Math.max(0, Math.floor(((c.ended_at || now) - (c.answered_at || c.started_at)) / 1000));
            return <LiveRow key={id} contact={c} selected={id === selected} seconds={seconds} tier={tier} speechUp={speechUp} onSelect={onSelect} />;
          })}
        </ul>
      )}
    </section>
  );
}
