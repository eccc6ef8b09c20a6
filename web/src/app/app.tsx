import { QueryClient, QueryClientProvider, useQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useState } from "react";
import { ApiError, get, remove, setSession, whenSignedOut } from "../api/client";
import type { RuleKind, Session } from "../api/types";
import { PromptsPage } from "../features/prompts/prompts_page";
import { WordsPage } from "../features/words/words_page";
import { ReplayPage } from "../features/replay/replay_page";
import { EditorPage } from "../features/rules/editor_page";
import { RulesPage } from "../features/rules/rules_page";
import { VersionPage } from "../features/rules/version_page";
import { BlocksPage } from "../features/blocks/blocks_page";
import { CasesPage } from "../features/cases/cases_page";
import { ContactPage } from "../features/contact/contact_page";
import { ContactsPage } from "../features/contact/contacts_page";
import { MaskingProvider } from "../features/contact/masking";
import { LivePage } from "../features/live/live_page";
import { FeedProvider } from "../features/live/use_feed";
import { ChangePassword, SignIn } from "../features/session/sign_in";
import { I18nProvider, useWords } from "../i18n";
import { Failed, Loading } from "../ui/parts";
import { ToastProvider } from "../ui/toast";
import { Link, usePath } from "./router";
import { Shell } from "./shell";

const client = new QueryClient({
  defaultOptions: { queries: { retry: (count, error) => count < 2 && !(error instanceof ApiError && error.status >= 400 && error.status < 500), refetchOnWindowFocus: false } },
});

export function App() {
  return (
    <QueryClientProvider client={client}>
      <I18nProvider>
        <ToastProvider>
          <Gate />
        </ToastProvider>
      </I18nProvider>
    </QueryClientProvider>
  );
}

/** What one person has read is not kept for the next. */
const forget = (queries: QueryClient) => queries.removeQueries({ predicate: (query) => query.queryKey[0] !== "session" });

/** Who is there decides what is shown: signing in, changing the one-time password, or the screens. */
function Gate() {
  const queries = useQueryClient();
  const [ended, setEnded] = useState(false);
  const session = useQuery({
    queryKey: ["session"],
    queryFn: async () => {
      try {
        const found = await get<Session>("/api/v1/session");
        setSession(found);
        return found;
      } catch (error) {
        if (error instanceof ApiError && error.status === 401) return null;
        throw error;
      }
    },
    staleTime: Infinity,
  });
  const enter = useCallback((next: Session) => {
    setEnded(false);
    forget(queries);
    queries.setQueryData(["session"], next);
  }, [queries]);
  const leave = useCallback((byItself: boolean) => {
    setSession(null);
    setEnded(byItself);
    forget(queries);
    queries.setQueryData(["session"], null);
  }, [queries]);
  const lost = useCallback(() => leave(true), [leave]);
  useEffect(() => whenSignedOut(lost), [lost]);

  if (session.isPending) return <main id="main" className="alone"><h1 className="visually-hidden">Mamori</h1><Loading /></main>;
  if (session.isError) return <main id="main" className="alone"><h1 className="visually-hidden">Mamori</h1><Failed error={session.error} retry={() => void session.refetch()} /></main>;
  if (!session.data) return <SignIn ended={ended} onSession={enter} />;
  if (session.data.must_change) return <ChangePassword onSession={enter} />;
  return (
    <FeedProvider onSignedOut={lost}>
      <MaskingProvider>
        <Screens session={session.data} onSignOut={() => void remove("/api/v1/session").catch(() => undefined).then(() => leave(false))} />
      </MaskingProvider>
    </FeedProvider>
  );
}

/** The pages of criteria and action rules: list, version, editor. */
function rulesAt(path: string, session: Session) {
  const m = /^\/(criteria|action-rules)(?:\/(new|\d{1,9})(\/edit)?)?$/.exec(path);
  if (!m) return null;
  const kind: RuleKind = m[1] === "criteria" ? "criteria" : "policy";
  const number = Number(m[2]) || 0;
  if (m[2] === "new" || m[3]) return <EditorPage key={path} kind={kind} number={number} />;
  return number ? <VersionPage key={path} kind={kind} number={number} session={session} /> : <RulesPage key={path} kind={kind} />;
}

function Screens({ session, onSignOut }: { session: Session; onSignOut: () => void }) {
  const t = useWords();
  const path = usePath();
  // Which contact the wall shows outlives a look at another screen.
  const [selected, setSelected] = useState<string | null>(null);
  const id = /^\/contacts\/([^/]+)$/.exec(path)?.[1];
  const rules = rulesAt(path, session);
  const title = path === "/" ? t.nav.live : path.startsWith("/contacts") ? t.nav.contacts : path === "/cases" ? t.nav.cases : path === "/blocks" ? t.nav.blocks : path === "/announcements" ? t.nav.prompts : path === "/words" ? t.nav.words : path.startsWith("/criteria") ? t.nav.criteria : path.startsWith("/action-rules") ? t.nav.policy : t.error.title;
  useEffect(() => {
    document.title = `${title} — ${t.product}`;
  }, [title, t]);
  return (
    <Shell session={session} onSignOut={onSignOut} onOpen={setSelected}>
      {path === "/" ? <LivePage session={session} selected={selected} onSelect={setSelected} />
        : id ? <ContactPage key={id} id={decodeURIComponent(id)} session={session} />
        : path === "/contacts" ? <ContactsPage />
        : path === "/cases" ? <CasesPage />
        : path === "/blocks" ? <BlocksPage />
        : path === "/words" && session.role !== "operator" ? <WordsPage />
        : path === "/criteria/replay" && session.role !== "operator" ? <ReplayPage />
        : rules && session.role !== "operator" ? rules
        : path === "/announcements" && session.role === "admin" ? <PromptsPage />
        : <div className="page"><h1>{t.error.title}</h1><p>{t.error.notFound}</p><Link to="/" className="button">{t.error.back}</Link></div>}
    </Shell>
  );
}
