import { memo } from "react";
import type { LiveContact } from "../../api/types";
import { useWords } from "../../i18n";
import { clockOf, phoneOf } from "../../i18n/format";
import { LevelMark } from "../../ui/level";
import { FlagTags } from "../../ui/parts";
import { Sparkline, Trend } from "../../ui/sparkline";
import { isAbusive, Masked } from "../contact/masking";
import { isCalling, isOver } from "./order";

interface Props {
  contact: LiveContact;
  selected: boolean;
  /** Whole seconds since the call began: the row is drawn anew once a second at most. */
  seconds: number;
  tier: number;
  speechUp: boolean;
  onSelect: (id: string) => void;
}

export const LiveRow = memo(function LiveRow({ contact: c, selected, seconds, tier, speechUp, onSelect }: Props) {
  const t = useWords();
  const over = isOver(c);
  const calling = isCalling(c);
  const tall = c.level >= 2 || c.flags.includes("distress");
  const lag = c.speech_behind_ms > 2000;
  return (
    <li className={`live-row l${c.level} ${tall ? "tall" : ""} ${selected ? "selected" : ""} ${over ? "over" : ""} ${c.flags.includes("distress") ? "care-row" : ""}`} data-contact={c.id}>
      <button type="button" className="row-hit" aria-pressed={selected} onClick={() => onSelect(c.id)}>
        <span className="row-level">
          <LevelMark level={c.level} size={tall ? 38 : 26} pulse={c.level === 4 && calling} />
          <span className="visually-hidden">{t.levelWord}{c.level}</span>
          <span className="row-word">{t.levels[c.level]}</span>
        </span>
        <span className="row-main">
          <span className="row-who">
            <span className="row-agent">{c.agent || t.live.noAgent}</span>
            <span className="row-line">{phoneOf(c.party) || t.live.unknownParty}<span className="arrow" aria-hidden="true"> → </span><span className="visually-hidden"> {t.live.line} </span>{phoneOf(c.line)}</span>
          </span>
          {tall && (
            <span className="row-tags">
              <FlagTags flags={c.flags.filter((f) => f === "distress")} />
              {calling && <span className="tag calling">{t.live.calling}</span>}
              {c.categories.slice(0, 2).map((k) => <span key={k} className="tag">{t.categories[k]}</span>)}
              {c.categories.length > 2 && <span className="tag">+{c.categories.length - 2}</span>}
              {c.many_contacts && <span className="tag">{t.live.repeatShort(c.contacts_on_matter)}</span>}
              {c.warnings > 0 && <span className="tag">{t.live.warned(c.warnings)}</span>}
              {c.prompt && <span className="tag playing">{t.live.playing(t.live.promptNames[c.prompt] ?? c.prompt)}</span>}
            </span>
          )}
        </span>
        <span className="row-side">
          <span className="row-time">
            {!over && <Trend value={c.trend} />}
            <span className="visually-hidden">{t.live.elapsed} </span>
            <span className="num">{clockOf(seconds)}</span>
          </span>
          {over ? <span className="row-state">{t.live.states[c.state] ?? t.live.over}</span>
            : c.state !== "bridged" && c.state !== "live" ? <span className="row-state">{t.live.states[c.state]}</span>
            : <Sparkline values={c.shouting} />}
          {tall && <span className="row-tier">{!speechUp ? t.live.noSpeech : lag ? t.live.behind(Math.round(c.speech_behind_ms / 1000)) : t.live.tier(tier)}</span>}
        </span>
      </button>
      {tall && c.evidence && (
        <p className="row-evidence">
          <span aria-hidden="true">「</span>
          {isAbusive(c.evidence) ? <Masked text={c.evidence.text} level={c.evidence.level} /> : <span className={`found m${c.evidence.level}`}>{c.evidence.text}</span>}
          <span aria-hidden="true">」</span>
        </p>
      )}
    </li>
  );
});
