import { useWords } from "../../i18n";
import { certaintyOf } from "./certainty";
import "./voiceprint.css";

/** "May be the caller of case 12": said with how sure it is, never more than a hint. */
export function MatchHint({ number, llr, seconds }: { number: number; llr: number; seconds: number }) {
  const t = useWords();
  return (
    <div className="voice-match" role="note">
      <strong>{t.voiceprint.mayBe(number)}</strong>
      <span>{t.voiceprint.certainty[certaintyOf(llr)]}{t.paren(t.voiceprint.rests(Math.round(seconds)))}</span>
      <span className="hint">{t.voiceprint.hintOnly}</span>
    </div>
  );
}
