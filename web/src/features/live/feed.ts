// The live feed's connection: opens, folds messages into LiveState, notices silence, comes back with back-off.
import { get, ApiError, UNREACHABLE } from "../../api/client";
import type { LiveMessage, Session } from "../../api/types";
import { EMPTY, reduce, type LiveState } from "./live_state";

export type Link = "connecting" | "live" | "stale";

export interface FeedState extends LiveState {
  link: Link;
}

/** The server speaks every second; this long without a word and what is shown cannot be trusted. */
const SILENCE_MS = 4_000;
const TELL_MS = 40;
const BACK_OFF_MS = [300, 700, 1_500, 3_000, 5_000];

export class Feed {
  private state: FeedState = { ...EMPTY, link: "connecting" };
  private listeners = new Set<() => void>();
  private socket: WebSocket | null = null;
  private tries = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private watch: ReturnType<typeof setInterval> | undefined;
  private telling: ReturnType<typeof setTimeout> | undefined;
  private running = false;
  onAlert: (message: Extract<LiveMessage, { type: "alert" }>) => void = () => undefined;
  onCases: () => void = () => undefined;
  onSignedOut: () => void = () => undefined;

  read = (): FeedState => this.state;

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  start(): void {
    if (this.running) return;
    this.running = true;
    this.open();
    this.watch = setInterval(() => {
      if (this.state.link === "live" && Date.now() - this.state.heardAt > SILENCE_MS) this.lost();
    }, 500);
    addEventListener("online", this.soon);
    addEventListener("offline", this.lost);
  }

  stop(): void {
    this.running = false;
    clearTimeout(this.timer);
    clearInterval(this.watch);
    removeEventListener("online", this.soon);
    removeEventListener("offline", this.lost);
    this.drop();
  }

  // Words of many calls come in bursts: the screen is told at most 25 times a second.
  private set(next: FeedState): void {
    this.state = next;
    this.telling ??= setTimeout(() => {
      this.telling = undefined;
      for (const listener of this.listeners) listener();
    }, TELL_MS);
  }

  private drop(): void {
    const socket = this.socket;
    this.socket = null;
    if (!socket) return;
    socket.onmessage = socket.onclose = socket.onopen = null;
    socket.close();
  }

  private open(): void {
    this.drop();
    const socket = new WebSocket(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/api/v1/live`);
    this.socket = socket;
    socket.onmessage = (event: MessageEvent<string>) => this.hear(event.data);
    socket.onclose = () => this.lost();
  }

  private hear(text: string): void {
    let message: LiveMessage;
    try {
      message = JSON.parse(text) as LiveMessage;
    } catch {
      return;
    }
    const folded = reduce(this.state, message, Date.now());
    const link: Link = message.type === "snapshot" ? "live" : this.state.link;
    if (message.type === "snapshot") this.tries = 0;
    this.set({ ...folded, link });
    if (message.type === "alert") this.onAlert(message);
    if (message.type === "cases_changed" || message.type === "snapshot") this.onCases();
  }

  private lost = (): void => {
    this.drop();
    if (!this.running) return;
    if (this.state.link === "live") this.set({ ...this.state, link: "stale" });
    const wait = BACK_OFF_MS[Math.min(this.tries++, BACK_OFF_MS.length - 1)]! * (0.8 + 0.4 * Math.random());
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.again(), wait);
  };

  private soon = (): void => {
    this.tries = 0;
    if (this.state.link !== "live") void this.again();
  };

  // A WebSocket does not say why it was refused: ask first whether we are still signed in.
  private async again(): Promise<void> {
    try {
      await get<Session>("/api/v1/session");
    } catch (error) {
      if (error instanceof ApiError && error.status === 401) return this.onSignedOut();
      if (error instanceof ApiError && error.status === UNREACHABLE) return this.lost();
    }
    if (this.running) this.open();
  }
}
