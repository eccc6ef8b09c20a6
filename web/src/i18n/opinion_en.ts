import type { opinionJa } from "./opinion_ja";

export const opinionEn: typeof opinionJa = {
  title: "Second opinion (language model)", lead: "For reference. It changes no judgement.", agrees: "Sees the same as the judge", differs: "Differs from the judgement: please look again",
  quoted: (turn) => `From turn ${turn + 1}`, why: (percent) => `Asked when the contact was over, because the classifier was in doubt (${percent}%)`,
  refused: "The answer was not of the form that was asked for, so it was not used.", failed: "There was no answer.",
  list: "Contacts to look at again", listLead: "The language model sees these otherwise than the judge did. Which of them is right, a person decides.", judged: "Judgement", opinion: "Second opinion", reviewed: "Looked at", open: "Open", hideReviewed: "Show those looked at too",
  event: "Second opinion", read: "the language model was asked",
};
