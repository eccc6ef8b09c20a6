import { useId } from "react";
import { useWords } from "../../i18n";
import { clockOf } from "../../i18n/format";
import { VoiceMark } from "./voice_line";
import { RAISED, riseText, spansOf, type VoicePoint } from "./voice_words";
import "./voice.css";

const W = 1000;
const H = 64;
const GAP = 8;  // seconds without a point: the caller was silent, the line stops

/** Arousal (full line) and shouting (dotted) over the call, and the same in words below. */
export function VoiceCurve({ points, onSeek }: { points: readonly VoicePoint[]; onSeek?: (seconds: number) => void }) {
  const t = useWords();
  const title = useId();
  if (points.length < 2) return null;
  const end = Math.max(points.at(-1)!.at, 1);
  const x = (at: number) => (at / end) * W;
  const y = (v: number) => H - 4 - Math.min(1, Math.max(0, v)) * (H - 8);
  const path = (value: (p: VoicePoint) => number) => points.map((p, i) => `${i === 0 || p.at - points[i - 1]!.at > GAP ? "M" : "L"}${x(p.at).toFixed(1)} ${y(value(p)).toFixed(1)}`).join(" ");
  const spans = spansOf(points);
  return (
    <section className="card voice-curve" aria-labelledby={title}>
      <header>
        <h2 id={title}>{t.voice.title}</h2>
        <p className="voice-legend" aria-hidden="true">
          <span><svg width="28" height="10"><line className="arousal" x1="0" x2="28" y1="5" y2="5" /></svg> {t.voice.arousal}</span>
          <span><svg width="28" height="10"><line className="shouting" x1="0" x2="28" y1="5" y2="5" /></svg> {t.voice.shouting}</span>
        </p>
        <p className="hint">{t.voice.never}</p>
      </header>
      <div className="voice-plot">
        <span className="voice-axis" aria-hidden="true"><span>{t.voice.full}</span><span>{t.voice.zero}</span></span>
        <svg viewBox={`0 0 ${W} ${H}`} preserveAspectRatio="none" role="img" aria-label={t.voice.curve}>
          {spans.map((s) => <rect key={s.from} className={`span ${s.mood}`} x={x(s.from)} width={Math.max(3, x(s.to) - x(s.from))} y="0" height={H} />)}
          <line className="limit" x1="0" x2={W} y1={y(RAISED)} y2={y(RAISED)} />
          <path className="arousal" d={path((p) => p.arousal)} />
          <path className="shouting" d={path((p) => p.shouting)} />
        </svg>
      </div>
      <details className="voice-list" open={spans.length <= 3}>
        <summary>{t.voice.list}{spans.length > 0 && t.paren(t.live.calls(spans.length))}</summary>
      {spans.length === 0 ? <p className="hint">{t.voice.none}</p> : (
        <ul className="voice-spans">
          {spans.map((s) => (
            <li key={s.from}>
              <VoiceMark mood={s.mood} />
              {onSeek ? <button type="button" className="turn-seek num" aria-label={t.voice.seek(clockOf(s.from))} onClick={() => onSeek(s.from)}>{t.voice.span(clockOf(s.from), clockOf(s.to))}</button> : <span className="num">{t.voice.span(clockOf(s.from), clockOf(s.to))}</span>}
              <strong>{t.voice[s.mood]}</strong>
              <span>{s.rises.map((r) => riseText(r, t)).join(t.list)}</span>
            </li>
          ))}
        </ul>
      )}
      </details>
    </section>
  );
}
