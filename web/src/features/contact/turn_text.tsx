import { Fragment } from "react";
import type { Finding } from "../../api/types";
import { useWords } from "../../i18n";
import { isAbusive, Masked } from "./masking";
import { spansOf } from "./spans";

/** What was said, with the findings marked in it. */
export function TurnText({ text, findings }: { text: string; findings: readonly Finding[] }) {
  const t = useWords();
  return (
    <>
      {spansOf(text, findings).map((span, i) => {
        const top = span.findings[0];
        if (!top) return <Fragment key={i}>{span.text}</Fragment>;
        const names = [...new Set(span.findings.map((f) => t.categories[f.category]))].join(t.list);
        return (
          <mark key={i} className={`found m${top.level}`} title={`${names}(${top.criterion})`}>
            {span.findings.some(isAbusive) ? <Masked text={span.text} level={top.level} /> : span.text}
            <span className="visually-hidden">({names})</span>
          </mark>
        );
      })}
    </>
  );
}

export function FindingTags({ findings }: { findings: readonly Finding[] }) {
  const t = useWords();
  const kinds = [...new Map(findings.map((f) => [f.category, f])).values()];
  return <>{kinds.map((f) => <span key={f.category} className={`tag m${f.level}`}>{t.categories[f.category]}</span>)}</>;
}
