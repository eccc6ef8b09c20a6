// What a language model of the organisation's own makes of the contact, beside the verdict. It changes nothing.
import type { Category, SecondOpinion } from "../../api/types";
import { levelOf } from "../../api/types";
import { useWords } from "../../i18n";
import { LevelBadge } from "../../ui/level";
import { FlagTags } from "../../ui/parts";
import { isAbusive, Masked, useMasking } from "./masking";

export function OpinionCard({ opinion: o }: { opinion: SecondOpinion | null }) {
  const t = useWords();
  const { all } = useMasking();
  if (!o) return null;
  const level = levelOf(o.level ?? 0);
  const hurts = (o.categories ?? []).some((category: Category) => isAbusive({ category }));
  const hidden = hurts && !all;
  const cut = hidden && o.quote && o.reason.includes(o.quote) ? o.reason.split(o.quote) : null;
  return (
    <section className="card opinion" aria-labelledby="opinion-title">
      <h2 id="opinion-title">{t.opinion.title} {o.state === "answered" && <><LevelBadge level={level} /> <FlagTags flags={o.flags ?? []} /></>}</h2>
      <p className="hint">{t.opinion.lead} {t.opinion.why(Math.round(o.suspicion * 100))}<span className="basis"> {o.model}</span></p>
      {o.state !== "answered" ? <p>{o.state === "refused" ? t.opinion.refused : t.opinion.failed} <span className="basis">{o.error}</span></p> : (
        <>
          <p><strong>{o.agrees ? t.opinion.agrees : t.opinion.differs}</strong></p>
          {(o.categories ?? []).length > 0 && <p>{(o.categories ?? []).map((c) => <span key={c} className="tag">{t.categories[c]}</span>)}</p>}
          {o.content_erased ? <p className="hint">{t.contact.content_erased}</p> : (
            <>
              <p lang="ja">{cut ? <>{cut[0]}<Masked text={o.quote} level={level} />{cut.slice(1).join("…")}</> : o.reason}</p>
              {o.quote && <p lang="ja">{hurts ? <Masked text={o.quote} level={level} /> : t.quote(o.quote)} {typeof o.turn === "number" && <span className="basis">{t.opinion.quoted(o.turn)}</span>}</p>}
            </>
          )}
        </>
      )}
    </section>
  );
}
