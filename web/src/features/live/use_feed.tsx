import { useQueryClient } from "@tanstack/react-query";
import { createContext, useContext, useEffect, useState, useSyncExternalStore, type ReactNode } from "react";
import { Feed, type FeedState } from "./feed";
import { alertSound, unlockSound } from "./sound";

const Context = createContext<Feed | null>(null);

/** Keeps the feed open on every screen: an alert is heard wherever the supervisor is. */
export function FeedProvider({ onSignedOut, children }: { onSignedOut: () => void; children: ReactNode }) {
  const [feed] = useState(() => new Feed());
  const client = useQueryClient();
  useEffect(() => {
    feed.onAlert = (alert) => alertSound(alert.distress ? 4 : alert.level);
    feed.onCases = () => void client.invalidateQueries({ queryKey: ["cases"] });
    feed.onSignedOut = onSignedOut;
    unlockSound();
    feed.start();
    return () => feed.stop();
  }, [feed, client, onSignedOut]);
  return <Context value={feed}>{children}</Context>;
}

export function useFeed(): FeedState {
  const feed = useContext(Context);
  if (!feed) throw new Error("useFeed outside FeedProvider");
  return useSyncExternalStore(feed.subscribe, feed.read);
}

/** The time now, once a second, for durations. */
export function useNow(): number {
  const [now, set] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => set(Date.now()), 1000);
    return () => clearInterval(timer);
  }, []);
  return now;
}
