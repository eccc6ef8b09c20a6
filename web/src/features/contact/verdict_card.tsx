// The verdict with all it rests on: the law's three elements, Tokyo's three axes, each finding with why and what would have
// lowered it, what speaks for the customer - and the question whether it is right.
import type { ContactPage as Page, CounterEvidence, Finding } from "../../api/types";
import { useI18n } from "../../i18n";
import { LevelBadge, LevelMark } from "../../ui/level";
import { FlagTags } from "../../ui/parts";
import { counterSide, sentenceOf } from "./counter";
import { FeedbackForm } from "./feedback_form";
import { isAbusive, Masked, useMasking } from "./masking";
import { feedbackOf, lastVerdict } from "./story";
import { FindingTags } from "./turn_text";

export function VerdictCard({ page, findings, onSaid }: { page: Page; findings: readonly Finding[]; onSaid: () => void }) {
  const { t, language } = useI18n();
  const { all } = useMasking();
  const verdict = lastVerdict(page.events);
  const reason = language === "en" ? verdict.reason_en || verdict.reason : verdict.reason;
  const counted = findings.filter((f) => f.level >= 2);
  const best = [...new Map([...counted].sort((a, b) => a.level - b.level).map((f) => [f.category, f])).values()].sort((a, b) => b.level - a.level);
  const off = [...new Set(findings.filter((f) => f.level < 2).map((f) => f.category))];
  const top = best[0];
  const cut = top && top.text && isAbusive(top) && !all && reason.includes(top.text) ? reason.split(top.text) : null;
  const axes = verdict.axes;
  const side = counterSide(findings, verdict.grounds);
  const erased = page.erased_at !== 0;
  return (
    <section className="card" aria-labelledby="verdict-title">
      <h2 id="verdict-title">{t.contact.verdict} <LevelBadge level={page.level} /> <FlagTags flags={page.flags} /></h2>
      <p className="verdict-reason">{cut ? <>{cut[0]}<Masked text={top!.text} level={top!.level} />{cut.slice(1).join(top!.text)}</> : reason || (page.flags.includes("distress") ? t.live.distressReason : t.live.noVerdict)}</p>
      <h3>{t.verdict.law}</h3>
      <ol className="law">
        <li>{t.verdict.element1}<strong>{t.verdict.element1Yes}</strong></li>
        <li>{t.verdict.element2}<strong>{page.level >= 2 ? t.verdict.element2Yes : t.verdict.element2No}</strong></li>
        <li>{t.verdict.element3}<strong>{page.level >= 3 ? t.verdict.element3Presumed : page.level === 2 ? t.verdict.element3Ask : t.verdict.element3No}</strong></li>
      </ol>
      <p className="hint">{t.verdict.lawHint}</p>
      {axes && (
        <dl className="axes" aria-label={t.verdict.axes}>
          {(["manner", "content", "time"] as const).map((a) => (
            <div key={a}><dt>{t.verdict.axis[a]}</dt><dd><LevelMark level={axes[a]} size={18} /> {axes[a] >= 2 ? t.levels[axes[a]] : t.verdict.axisClear}</dd></div>
          ))}
        </dl>
      )}
      <h3>{t.contact.evidence}</h3>
      {best.length === 0 ? <p className="hint">{t.contact.noEvidence}</p> : (
        <ul className="evidence">
          {best.map((f) => <Evidence key={f.category} finding={f} />)}
        </ul>
      )}
      {off.length > 0 && <p className="hint">{t.verdict.off(off.map((c) => t.categories[c]).join(t.list))}</p>}
      <h3>{t.contact.against}</h3>
      {side.grounds.length > 0 && <p>{t.verdict.customerSide}{side.grounds.map((g) => t.verdict.grounds[g] ?? g).join(t.list)}</p>}
      {side.against.length > 0 && <ul className="evidence">{side.against.map((c) => <Counter key={c.why} counter={c} />)}</ul>}
      {side.against.length === 0 && side.grounds.length === 0 && <p className="hint">{t.empty}</p>}
      {!erased && page.state !== "live" && <FeedbackForm page={page} given={feedbackOf(page.events)} onSaid={onSaid} />}
    </section>
  );
}

/** Its words would be harassment if they counted: they stay masked like those that do. */
function Counter({ counter: c }: { counter: CounterEvidence }) {
  const { language } = useI18n();
  const sentence = sentenceOf(c, language);
  return <li><span lang={sentence.language}>{sentence.text}</span>{c.text && <> <Masked text={c.text} level={0} /></>}</li>;
}

function Evidence({ finding: f }: { finding: Finding }) {
  const { t, language } = useI18n();
  const why = language === "en" ? f.why_en || f.why : f.why;
  const lower = language === "en" ? f.lower_en || f.lower : f.lower;
  const { all } = useMasking();
  const hidden = isAbusive(f) && !all; // the words of an explanation are those of the caller
  return (
    <li>
      <FindingTags findings={[f]} /> {!f.text ? t.contact.content_erased : isAbusive(f) ? <Masked text={f.text} level={f.level} /> : t.quote(f.text)}
      {why && <span className="why">{why}</span>}
      <span className="basis">{t.live.criterion} {f.criterion}・{t.live.basis} {f.basis}</span>
      {(lower || (f.influences?.length ?? 0) > 0) && (
        <details className="explain">
          <summary>{t.verdict.explain}</summary>
          {hidden && <p className="hint">{t.verdict.hidden}</p>}
          {lower && !hidden && <p><span className="basis">{t.verdict.lower}</span>{lower}</p>}
          {!hidden && f.influences && f.influences.length > 0 && (
            <table className="influences">
              <caption>{t.verdict.influences}</caption>
              <tbody>
                {f.influences.map((i, n) => (
                  <tr key={n} className={i.weight > 0 ? "for" : "against"}>
                    {t.verdict.notWords[i.what] ? <th scope="row">{t.verdict.notWords[i.what]}</th> : <th scope="row" lang="ja">{i.what}</th>}
                    <td><span className="bar" style={{ inlineSize: `${Math.min(100, Math.abs(i.weight) * 22)}px` }} aria-hidden="true" /> {i.weight > 0 ? t.verdict.towards : t.verdict.away} {Math.abs(i.weight).toFixed(1)}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          )}
        </details>
      )}
    </li>
  );
}
