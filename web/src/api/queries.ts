// What the screens read from the server. Components take these; they do not fetch.
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { get, getBytes } from "./client";
import type { CustomerHistory, Disagreement, Replay, ReplayDifference, RuleChange, RuleKind, RuleVersionFull, RuleVersions, OwnWords, Block, Case, Contact, ContactPage, Policy, Prompts, Voiceprints } from "./types";

const path = (id: string) => `/api/v1/contacts/${encodeURIComponent(id)}`;

export const useCases = () => useQuery({ queryKey: ["cases"], queryFn: async () => (await get<{ cases: Case[] }>("/api/v1/cases")).cases, staleTime: 0 });

/** The enrolled voices; an error while the organisation does not use voiceprints. */
export const useVoiceprints = () => useQuery({ queryKey: ["voiceprints"], queryFn: () => get<Voiceprints>("/api/v1/voiceprints"), staleTime: 0, retry: false });

export const useBlocks = () => useQuery({ queryKey: ["blocks"], queryFn: async () => (await get<{ blocks: Block[] }>("/api/v1/blocks")).blocks, staleTime: 0 });

export const useContact = (id: string) => useQuery({ queryKey: ["contact", id], queryFn: () => get<ContactPage>(path(id)), staleTime: 0 });

/** What had been with the customer of this contact before. The read is in the journal. */
export const useHistory = (id: string) => useQuery({ queryKey: ["history", id], queryFn: () => get<CustomerHistory>(`${path(id)}/history`), staleTime: 60_000 });

export const useSecondOpinions = () => useQuery({ queryKey: ["second_opinions"], queryFn: async () => (await get<{ contacts: Disagreement[] }>("/api/v1/second_opinions")).contacts, staleTime: 60_000 });

const PAGE = 100;
/** Newest first, in pages; only those of at least `level`. */
export const useContacts = (level: number) => useInfiniteQuery({
  queryKey: ["contacts", level],
  queryFn: async ({ pageParam }) => (await get<{ contacts: Contact[] }>(`/api/v1/contacts?limit=${PAGE}&level=${level}${pageParam ? `&before=${pageParam}` : ""}`)).contacts,
  initialPageParam: 0,
  getNextPageParam: (last) => (last.length === PAGE ? last.at(-1)!.started_at : undefined),
  staleTime: 0,
});

/** The waveform file; `version` changes while a call goes on and its recording grows. */
export const usePeaksFile = <T,>(id: string, version: string, parse: (bytes: ArrayBuffer) => T) =>
  useQuery({ queryKey: ["peaks", id, version], queryFn: async () => parse(await getBytes(`${path(id)}/peaks`)), staleTime: Infinity });

export const recordingUrl = (id: string, version: string): string => `${path(id)}/recording?v=${version}`;

// An administrator may have put other words in place: what is shown before a caller hears it must be today's.
export const useWords = () => useQuery({ queryKey: ["words"], queryFn: async () => (await get<OwnWords>("/api/v1/words")).words, staleTime: 0 });
export const usePrompts = () => useQuery({ queryKey: ["prompts"], queryFn: () => get<Prompts>("/api/v1/prompts"), staleTime: 60_000 });

export const usePolicy = () => useQuery({ queryKey: ["policy"], queryFn: () => get<Policy>("/api/v1/policy"), staleTime: 60_000 });

/** Versions of criteria or action rules, and what is in force. */
export const useRules = (kind: RuleKind) => useQuery({ queryKey: ["rules", kind], queryFn: () => get<RuleVersions>(`/api/v1/rules/${kind}`), staleTime: 0 });
export const useRuleVersion = (kind: RuleKind, number: number) =>
  useQuery({ queryKey: ["rules", kind, number], queryFn: () => get<RuleVersionFull>(`/api/v1/rules/${kind}/${number}`), staleTime: 0, enabled: number > 0 });
/** What changes when `number` takes the place of `against` (0: what is in force). */
export const useRuleChanges = (kind: RuleKind, number: number, against: number) =>
  useQuery({ queryKey: ["rules", kind, number, "changes", against], queryFn: async () => (await get<{ changes: RuleChange[] }>(`/api/v1/rules/${kind}/${number}/changes?against=${against}`)).changes, staleTime: 0 });

const WATCH = 400; // ms between two looks at a run that goes on
/** Runs over past contacts, newest first; looked at again and again while one goes on. */
export const useReplays = () => useQuery({
  queryKey: ["replays"],
  queryFn: async () => (await get<{ replays: Replay[] }>("/api/v1/replays")).replays,
  staleTime: 0,
  refetchInterval: (query) => (query.state.data?.some((r) => r.state === "running") ? WATCH : false),
});
/** The contacts behind one number of a run. */
export const useReplayContacts = (id: string, what: string) =>
  useQuery({ queryKey: ["replays", id, what], queryFn: () => get<{ contacts: ReplayDifference[]; total: number }>(`/api/v1/replays/${id}/contacts?what=${encodeURIComponent(what)}`), staleTime: Infinity });
