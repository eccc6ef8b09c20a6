import type { Health } from "../../api/types";
import { useWords } from "../../i18n";
import { gigabytes } from "../../i18n/format";
import { LevelMark } from "../../ui/level";
import { isOver } from "./order";
import { useFeed } from "./use_feed";

export function LevelCounts() {
  const t = useWords();
  const { contacts } = useFeed();
  const counts = [0, 0, 0, 0, 0];
  for (const c of contacts.values()) if (!isOver(c)) counts[c.level] = (counts[c.level] ?? 0) + 1;
  return (
    <ul className="level-counts" aria-label={t.live.counts}>
      {[4, 3, 2, 1, 0].map((level) => (
        <li key={level} className={counts[level] ? "" : "none"}>
          <LevelMark level={level} size={22} />
          <span className="word">{t.levels[level]}</span>
          <span className="num">{counts[level]}</span>
        </li>
      ))}
    </ul>
  );
}

type Part = { name: string; word: string; ok: boolean };

function partsOf(h: Health, t: ReturnType<typeof useWords>): Part[] {
  const w = t.health;
  const recording = h.media.recording;
  return [
    { name: w.media, ok: h.media.up, word: h.media.up ? w.ok : w.mediaDown },
    { name: w.speech, ok: h.speech.up && !h.speech.instead_of, word: !h.speech.up ? w.speechDown : h.speech.instead_of ? w.engineReplaced(h.speech.instead_of) : w.ok },
    { name: w.recording, ok: recording === "ok", word: recording === "ok" ? w.ok : recording === "unknown" ? w.recordingUnknown : recording },
    { name: w.journal, ok: h.journal.writable, word: h.journal.writable ? w.ok : w.journalDown },
    ...(h.judge.problem ? [{ name: w.judge, ok: false, word: w.judgeFramesOnly }] : []),
    ...[...h.criteria.refused, ...h.policy.refused].slice(0, 1).map((r) => ({ name: w.rules, ok: false, word: w.rulesRefused(r.number) })),
    { name: w.disk, ok: !h.disk.low, word: h.disk.low ? w.low(gigabytes(h.disk.free_bytes)) : w.free(gigabytes(h.disk.free_bytes)) },
  ];
}

export function HealthWords() {
  const t = useWords();
  const { health } = useFeed();
  if (!health) return null;
  return (
    <dl className="health" aria-label={t.health.label}>
      {partsOf(health, t).map((p) => (
        <div key={p.name} className={p.ok ? "" : "bad"}>
          <dt>{p.name}</dt>
          <dd>{p.word}</dd>
        </div>
      ))}
    </dl>
  );
}
