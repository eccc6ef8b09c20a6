import type { verdictJa } from "./verdict_ja";

export const verdictEn: typeof verdictJa = {
  law: "The three elements of the law", element1: "1. Conduct of a customer: ", element1Yes: "yes", element2: "2. Beyond what society accepts: ", element2Yes: "suspected", element2No: "no",
  element3: "3. The working environment is harmed: ", element3Presumed: "presumed (please confirm)", element3Ask: "please ask the operator", element3No: "not found",
  lawHint: "Only what meets all three is customer harassment (Act on Comprehensive Promotion of Labor Policies, Art. 33). A person decides in the end.",
  axes: "Tokyo's three axes", axis: { manner: "Manner", content: "Demand", time: "Time and repetition" }, axisClear: "nothing found",
  explain: "What this rests on", hidden: "Words are masked, so what rests on them is masked too. Show all words to read it.", lower: "What would have lowered it: ", influences: "Words that moved the classifier",
  notWords: { "文全体の調子・場面": "Tone and setting of the whole", "言葉の並び方": "The order of the words" },
  towards: "towards", away: "away",
  off: (kinds) => `Also found, but not counted by this organisation's criteria: ${kinds}`, customerSide: "On the customer's side: ",
  grounds: { defect: "a defect", our_fault: "our fault", facts: "dates, amounts, records", rule: "contract, terms or law", legal_way: "legal ways", unanswered: "no answer so far", accommodation: "request for accommodation", confusion: "a misunderstanding", language: "Japanese is not their language" },
  question: "Is this judgement right?", right: "Right", wrong: "Wrong", level: "The right level", kinds: "Kinds that apply", because: "What is wrong?", becauseHint: "The reason is kept in the journal and used to review the judge.", needsKind: "Level 2 and above needs at least one kind.", send: "Send", thanks: "Your answer is kept",
  said: (by, at, right) => `${at} ${by}: ${right ? "right" : "wrong"}`,
};
