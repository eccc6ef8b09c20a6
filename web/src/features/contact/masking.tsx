// Words that hurt are masked until somebody asks to read them: whoever watches all day need not take every blow.
import { createContext, useContext, useState, type ReactNode } from "react";
import type { Category, Finding } from "../../api/types";
import { useWords } from "../../i18n";

const ABUSIVE: ReadonlySet<Category> = new Set<Category>(["verbal_abuse", "threat", "sexual_harassment", "discrimination"]);
export const isAbusive = (finding: Pick<Finding, "category">): boolean => ABUSIVE.has(finding.category);

/** The first character stays, the rest are dots, at most eight: enough to recognise, too little to wound. */
export function mask(text: string): string {
  const characters = [...text];
  return characters.length === 0 ? "" : characters[0] + "●".repeat(Math.min(8, Math.max(1, characters.length - 1)));
}

const Context = createContext<{ all: boolean; setAll: (on: boolean) => void }>({ all: false, setAll: () => undefined });
export const useMasking = () => useContext(Context);

export function MaskingProvider({ children }: { children: ReactNode }) {
  const [all, setAll] = useState(false);
  return <Context value={{ all, setAll }}>{children}</Context>;
}

/** Words under a finding; one click reveals them, another hides them again. */
export function Masked({ text, level, className = "" }: { text: string; level: number; className?: string }) {
  const t = useWords();
  const { all } = useMasking();
  const [own, setOwn] = useState(false);
  const open = all || own;
  return (
    <button
      type="button"
      className={`masked m${level} ${open ? "open" : ""} ${className}`}
      aria-pressed={open}
      title={open ? t.live.hide : t.live.reveal}
      onClick={(event) => {
        event.stopPropagation();
        setOwn(!own);
      }}
    >
      {open ? text : <><span aria-hidden="true">{mask(text)}</span><span className="visually-hidden">{t.live.masked}</span></>}
      <span className="visually-hidden">({open ? t.live.hide : t.live.reveal})</span>
    </button>
  );
}
