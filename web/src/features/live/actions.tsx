import { useState } from "react";
import { post } from "../../api/client";
import { usePrompts } from "../../api/queries";
import type { ActionKind, LiveContact, Session } from "../../api/types";
import { useI18n, useWords } from "../../i18n";
import { phoneOf } from "../../i18n/format";
import { Ask } from "../../ui/parts";
import { useToast } from "../../ui/toast";
import { isCalling, isOver } from "./order";

export type Asked = "warn_caller" | "switch_to_announcement" | "disconnect" | "block_number" | "open_case";
const KINDS: readonly Asked[] = ["warn_caller", "switch_to_announcement", "disconnect", "block_number", "open_case"];
const SPOKEN: Partial<Record<Asked, string>> = { warn_caller: "warning", switch_to_announcement: "announcement" };

/** Why this may not be done now, or nothing. */
function hindrance(c: LiveContact, kind: Asked, role: Session["role"], stale: boolean, t: ReturnType<typeof useWords>): string {
  const done = c.actions.some((a) => a.kind === kind && a.state === "done");
  const call = kind === "warn_caller" || kind === "switch_to_announcement" || kind === "disconnect";
  const forbidden = c.forbidden[kind];
  if (stale) return t.live.staleCannot;
  if (role === "operator" && kind !== "open_case") return t.live.operatorCannot;
  if (forbidden) return t.live.forbidden[forbidden] ?? forbidden;
  if (call && isOver(c)) return t.live.endedCannot;
  if (kind === "open_case" && done) return t.live.alreadyCase;
  if (kind === "block_number" && done) return t.live.alreadyBlocked;
  if (kind === "block_number" && !c.party) return t.live.noNumber;
  if ((kind === "warn_caller" || kind === "switch_to_announcement") && c.state !== "bridged" && c.state !== "live") return t.live.bridgedOnly;
  if (c.actions.some((a) => a.kind === kind && a.state === "running")) return t.live.running_wait;
  return "";
}

export function ConfirmAction({ contact, kind, onClose }: { contact: Pick<LiveContact, "id" | "party" | "agent">; kind: Asked; onClose: (done: boolean) => void }) {
  const { t, language } = useI18n();
  const toast = useToast();
  const prompts = usePrompts();
  const words = t.confirm[kind];
  const spoken = SPOKEN[kind];
  const prompt = spoken ? prompts.data?.prompts.find((p) => p.name === spoken) : undefined;
  const [done, setDone] = useState(false);
  return (
    <Ask
      title={words.title}
      go={words.go}
      danger={kind === "disconnect" || kind === "switch_to_announcement"}
      onGo={async () => {
        await post(`/api/v1/contacts/${encodeURIComponent(contact.id)}/actions`, { kind });
        setDone(true);
        toast(kind === "open_case" ? t.live.openedCase : kind === "block_number" ? t.live.blockedNow : t.live.sent(t.actions[kind]));
      }}
      onClose={() => onClose(done)}
    >
      <p>{words.lead}</p>
      <p className="ask-about">{t.confirm.to}{t.colon}{phoneOf(contact.party) || t.live.unknownParty}{contact.agent && t.paren(`${t.live.agent} ${contact.agent}`)}</p>
      {kind !== "open_case" && kind !== "block_number" && (
        <figure className="hears">
          <figcaption>{t.confirm.hears}</figcaption>
          {!spoken ? <p>{t.confirm.nothing}</p> : prompts.isPending ? <p>{t.loading}</p> : prompt?.text ? <blockquote lang="ja">{prompt.text}</blockquote> : <p>{t.confirm.noText}</p>}
          {prompt?.text_en && language === "en" && <p className="hint">{prompt.text_en}</p>}
          {prompt && !prompt.playable && <p className="field-error">{t.confirm.noSound}</p>}
        </figure>
      )}
    </Ask>
  );
}

interface BarProps {
  contact: LiveContact;
  role: Session["role"];
  stale: boolean;
  onAsk: (kind: Asked) => void;
  onAcknowledge: () => void;
}

export function ActionBar({ contact: c, role, stale, onAsk, onAcknowledge }: BarProps) {
  const t = useWords();
  const proposed = (kind: ActionKind) => c.actions.some((a) => a.kind === kind && a.state === "proposed");
  const reasons = new Map<string, string[]>();
  const hindrances = KINDS.map((kind) => {
    const why = hindrance(c, kind, role, stale, t);
    if (why && why !== t.live.alreadyCase && why !== t.live.alreadyBlocked) reasons.set(why, [...(reasons.get(why) ?? []), t.actions[kind]]);
    return why;
  });
  const calling = isCalling(c);
  return (
    <div className="action-bar" role="group" aria-label={t.live.actionBar}>
      <div className="action-buttons">
        <button type="button" className={calling ? "button accent" : "button"} disabled={!calling || stale} onClick={onAcknowledge} aria-keyshortcuts="Alt+A">
          {c.acknowledged_by ? t.live.acknowledged(c.acknowledged_by) : t.live.acknowledge}
        </button>
        <span className="action-gap" />
        {KINDS.map((kind, i) => {
          const why = hindrances[i]!;
          return (
            <button
              key={kind}
              type="button"
              className={`button act-${kind} ${proposed(kind) ? "proposed" : ""}`}
              disabled={why !== ""}
              aria-describedby={why ? "action-reasons" : undefined}
              title={why || undefined}
              aria-keyshortcuts={kind === "warn_caller" ? "Alt+W" : kind === "open_case" ? "Alt+K" : undefined}
              onClick={() => onAsk(kind)}
            >
              {why === t.live.alreadyCase || why === t.live.alreadyBlocked ? why : t.actions[kind]}
            </button>
          );
        })}
      </div>
      <p id="action-reasons" className="action-reasons">
        {[...reasons].map(([why, kinds]) => <span key={why}>{kinds.join("・")}{t.colon}{why}</span>)}
      </p>
    </div>
  );
}
