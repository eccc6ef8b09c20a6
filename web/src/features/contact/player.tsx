import { useEffect, useImperativeHandle, useLayoutEffect, useRef, useState, type Ref } from "react";
import { recordingUrl, usePeaksFile } from "../../api/queries";
import type { Finding } from "../../api/types";
import { useWords } from "../../i18n";
import { clockOf } from "../../i18n/format";
import { parsePeaks, type Peaks } from "./peaks";

export interface Region {
  start: number;
  end: number;
  level: number;
  finding: Finding;
}
export interface PlayerHandle {
  seek: (seconds: number, play: boolean) => void;
}

interface Props {
  id: string;
  version: string;
  regions: readonly Region[];
  live: boolean;
  onTime: (seconds: number) => void;
  ref: Ref<PlayerHandle>;
}

const HEIGHT = 132;

export function Player({ id, version, regions, live, onTime, ref }: Props) {
  const t = useWords();
  const audio = useRef<HTMLAudioElement>(null);
  const peaks = usePeaksFile(id, version, parsePeaks);
  const [playing, setPlaying] = useState(false);
  const [time, setTime] = useState(0);
  const [length, setLength] = useState(0);
  const [failed, setFailed] = useState(false);
  const [speed, setSpeed] = useState(1);
  const duration = Math.max(length, peaks.data?.seconds ?? 0);

  useImperativeHandle(ref, () => ({
    seek: (seconds, play) => {
      const a = audio.current;
      if (!a) return;
      a.currentTime = seconds;
      setTime(seconds);
      if (play) void a.play().catch(() => undefined);
    },
  }), []);
  // `timeupdate` comes four times a second: too coarse for the line to move smoothly.
  useEffect(() => {
    if (!playing) return;
    let frame = 0;
    const step = () => {
      if (audio.current) setTime(audio.current.currentTime);
      frame = requestAnimationFrame(step);
    };
    frame = requestAnimationFrame(step);
    return () => cancelAnimationFrame(frame);
  }, [playing]);
  useEffect(() => onTime(time), [time, onTime]);
  useEffect(() => {
    if (audio.current) audio.current.playbackRate = speed;
  }, [speed]);

  const seek = (seconds: number) => {
    if (audio.current) audio.current.currentTime = seconds;
    setTime(seconds);
  };
  const toggle = () => {
    const a = audio.current;
    if (!a) return;
    if (a.paused) void a.play().catch(() => setFailed(true));
    else a.pause();
  };
  return (
    <section className="player card" aria-label={t.contact.recording}>
      <audio ref={audio} src={recordingUrl(id, version)} preload="metadata"
        onPlay={() => setPlaying(true)} onPause={() => setPlaying(false)} onEnded={() => setPlaying(false)} onError={() => setFailed(true)}
        onLoadedMetadata={(e) => { setFailed(false); setLength(Number.isFinite(e.currentTarget.duration) ? e.currentTarget.duration : 0); }}
        onTimeUpdate={(e) => setTime(e.currentTarget.currentTime)} />
      {failed && <p className="notice bad" role="alert">{t.contact.recordingFailed}</p>}
      <div className="wave-box">
        <div className="wave-names" aria-hidden="true"><span>{t.contact.left}</span><span>{t.contact.right}</span></div>
        <Wave peaks={peaks.data} duration={duration} time={time} regions={regions} onSeek={seek} label={t.contact.waveform} />
      </div>
      <div className="player-controls">
        <button type="button" className="button primary" onClick={toggle}>{playing ? t.contact.pause : t.contact.play}</button>
        <span className="num">{clockOf(time)} / {clockOf(duration)}</span>
        <input type="range" className="position" min={0} max={Math.max(1, duration)} step={0.1} value={Math.min(time, duration)} aria-label={t.contact.position} aria-valuetext={clockOf(time)} onChange={(e) => seek(Number(e.target.value))} />
        <label className="speed">{t.contact.speed}
          <select className="select" value={speed} onChange={(e) => setSpeed(Number(e.target.value))}>
            {[0.75, 1, 1.25, 1.5, 2].map((s) => <option key={s} value={s}>{s}×</option>)}
          </select>
        </label>
        {live && <span className="hint">{t.contact.liveNote}</span>}
      </div>
    </section>
  );
}

function Wave({ peaks, duration, time, regions, onSeek, label }: { peaks: Peaks | undefined; duration: number; time: number; regions: readonly Region[]; onSeek: (s: number) => void; label: string }) {
  const box = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const [width, setWidth] = useState(0);
  const [theme, setTheme] = useState(0);
  useLayoutEffect(() => {
    const observer = new ResizeObserver(([entry]) => setWidth(Math.floor(entry!.contentRect.width)));
    observer.observe(box.current!);
    const colours = new MutationObserver(() => setTheme((n) => n + 1));
    colours.observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });
    return () => {
      observer.disconnect();
      colours.disconnect();
    };
  }, []);
  useEffect(() => {
    const element = canvas.current;
    const c = element?.getContext("2d");
    if (!element || !c || width === 0) return;
    const ratio = devicePixelRatio || 1;
    element.width = width * ratio;
    element.height = HEIGHT * ratio;
    c.scale(ratio, ratio);
    const style = getComputedStyle(element);
    const lane = HEIGHT / 2;
    c.fillStyle = style.getPropertyValue("--line");
    c.fillRect(0, lane - 0.5, width, 1);
    if (!peaks || duration === 0) return;
    const shown = (peaks.seconds / duration) * width;
    for (let channel = 0; channel < 2; ++channel) {
      c.fillStyle = style.getPropertyValue(channel === 0 ? "--accent" : "--ink-2");
      for (let x = 0; x < shown; ++x) {
        const from = Math.floor((x / shown) * peaks.count);
        const to = Math.max(from + 1, Math.floor(((x + 1) / shown) * peaks.count));
        let least = 0;
        let most = 0;
        for (let i = from; i < to; ++i) {
          least = Math.min(least, peaks.values[4 * i + 2 * channel]!);
          most = Math.max(most, peaks.values[4 * i + 2 * channel + 1]!);
        }
        // A square root shows quiet speech too.
        const up = Math.sqrt(most / 128) * (lane / 2 - 3);
        const down = Math.sqrt(-least / 128) * (lane / 2 - 3);
        c.fillRect(x, lane * channel + lane / 2 - up, 1, Math.max(1, up + down));
      }
    }
  }, [peaks, duration, width, theme]);
  const percent = (s: number) => `${duration ? (100 * s) / duration : 0}%`;
  return (
    <div ref={box} className="wave" role="img" aria-label={label} onClick={(e) => {
      const r = e.currentTarget.getBoundingClientRect();
      onSeek(((e.clientX - r.left) / r.width) * duration);
    }}>
      {regions.map((r, i) => <span key={i} className={`region m${r.level}`} style={{ left: percent(r.start), width: percent(Math.max(0.3, r.end - r.start)) }} />)}
      <canvas ref={canvas} style={{ width: "100%", height: HEIGHT }} />
      <span className="cursor" style={{ left: percent(time) }} />
    </div>
  );
}
