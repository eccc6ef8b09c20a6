import type { VoiceCue } from "../../api/types";
import { useWords } from "../../i18n";
import { moodOf, riseText } from "./voice_words";
import "./voice.css";

/** How the caller sounds just now, and what in the voice says so. */
export function VoiceLine({ cue }: { cue: VoiceCue }) {
  const t = useWords();
  const mood = moodOf(cue);
  const own = cue.rises.filter((r) => r.own);
  const general = cue.rises.filter((r) => !r.own);
  return (
    <section className={`voice-line ${mood}`} aria-label={t.voice.title}>
      <VoiceMark mood={mood} />
      <span className="voice-mood"><span className="visually-hidden">{t.voice.title}{t.colon}</span>{t.voice[mood]}</span>
      {mood !== "calm" && <span className="voice-never" title={t.voice.never}>{t.voice.short}</span>}
      {mood !== "calm" && (
        <span className="voice-why" title={t.voice.never}>
          {own.length > 0 && <span><span className="against-what">{t.voice.own}</span> {own.map((r) => riseText(r, t)).join(t.list)}</span>}
          {general.length > 0 && <span><span className="against-what">{t.voice.general}</span> {general.map((r) => riseText(r, t)).join(t.list)}</span>}
        </span>
      )}
      {(cue.interruptions > 0 || cue.overlap >= 1 || cue.silence >= 5) && (
        <span className="voice-turns"><span className="against-what">{t.voice.lastTen}</span>{" "}
          {[cue.interruptions > 0 && t.voice.broke(cue.interruptions), cue.overlap >= 1 && t.voice.both(cue.overlap.toFixed(0)), cue.silence >= 5 && t.voice.silence(cue.silence.toFixed(0))].filter(Boolean).join(t.list)}
        </span>
      )}
    </section>
  );
}

// One, two or three arcs: told apart without colour.
export function VoiceMark({ mood }: { mood: "calm" | "raised" | "shouting" }) {
  const arcs = mood === "shouting" ? 3 : mood === "raised" ? 2 : 1;
  return (
    <svg className="voice-mark" width="24" height="18" viewBox="0 0 24 18" aria-hidden="true">
      <circle cx="4" cy="9" r="2.5" className="dot" />
      {Array.from({ length: arcs }, (_, i) => <path key={i} d={`M${8 + i * 4} ${5 - i * 1.5} Q${11 + i * 5} 9 ${8 + i * 4} ${13 + i * 1.5}`} />)}
    </svg>
  );
}
