import { useWords } from "../i18n";

// Colour, shape and word; the number inside makes it safe in greyscale too.
function Shape({ level }: { level: number }) {
  switch (level) {
    case 0: return <circle cx="12" cy="12" r="8.500" className="shape hollow" />;
    case 1: return <circle cx="12" cy="12" r="10" className="shape" />;
    case 2: return <path d="M12 1.500 23.200 21.500H.8z" className="shape" />;
    case 3: return <rect x="2" y="2" width="20" height="20" rx="1.500" className="shape" />;
    default: return <path d="M7.600.8h8.800l6.800 6.800v8.800l-6.800 6.800H7.600L.8 16.400V7.600z" className="shape" />;
  }
}

export function LevelMark({ level, size = 24, pulse = false }: { level: number; size?: number; pulse?: boolean }) {
  return (
    <svg className={`level-mark l${level}${pulse ? " pulse" : ""}`} width={size} height={size} viewBox="0 0 24 24" aria-hidden="true">
      <Shape level={level} />
      <text x="12" y={level === 2 ? 18.6 : 16.4} textAnchor="middle" fontSize={level === 2 ? 11.5 : 12.5} fontWeight="700">{level}</text>
    </svg>
  );
}

export function LevelBadge({ level, size = 20, pulse = false }: { level: number; size?: number; pulse?: boolean }) {
  const t = useWords();
  return (
    <span className={`level-badge l${level}`}>
      <LevelMark level={level} size={size} pulse={pulse} />
      <span className="visually-hidden">{t.levelWord}{level} </span>
      <span className="word">{t.levels[level]}</span>
    </span>
  );
}
