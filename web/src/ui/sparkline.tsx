import { useWords } from "../i18n";

const W = 84;
const H = 24;

/** Shouting of the last 20 seconds, 0 to 1; the newest at the right. */
export function Sparkline({ values }: { values: readonly number[] }) {
  const t = useWords();
  const shown = values.slice(-40);
  const x = (i: number) => W - (shown.length - 1 - i) * (W / 39);
  const y = (v: number) => H - 2 - Math.min(1, Math.max(0, v)) * (H - 4);
  const line = shown.map((v, i) => `${x(i).toFixed(1)},${y(v).toFixed(1)}`).join(" ");
  const loud = shown.length > 0 && shown.slice(-4).reduce((a, b) => a + b, 0) / Math.min(4, shown.length) > 0.6;
  return (
    <svg className={loud ? "sparkline loud" : "sparkline"} width={W} height={H} viewBox={`0 0 ${W} ${H}`} role="img" aria-label={loud ? `${t.live.shouting}${t.colon}${t.live.shoutingNow}` : t.live.shouting}>
      <line x1="0" x2={W} y1={H - 2} y2={H - 2} className="base" />
      {shown.length > 1 && <polygon points={`${x(0).toFixed(1)},${H - 2} ${line} ${W},${H - 2}`} className="area" />}
      {shown.length > 1 && <polyline points={line} className="line" />}
    </svg>
  );
}

export function Trend({ value }: { value: number }) {
  const t = useWords();
  const word = value > 0 ? t.live.trendUp : value < 0 ? t.live.trendDown : t.live.trendFlat;
  const path = value > 0 ? "M2 12 L12 3 M12 3 L6 3.500 M12 3 L11.500 9" : value < 0 ? "M2 3 L12 12 M12 12 L6 11.500 M12 12 L11.500 6" : "M1.500 7.500 L12.500 7.500";
  return <svg className={`trend t${value}`} width="16" height="16" viewBox="0 0 14 15" role="img" aria-label={word}><path d={path} /></svg>;
}
