import type { historyJa } from "./history_ja";

const times = (n: number) => (n === 1 ? "1 contact" : `${n} contacts`);

export const historyEn: typeof historyJa = {
  title: "Earlier contacts", thisWeek: "This week", eightWeeks: "Eight weeks", count: (n, minutes) => `${times(n)}, ${Math.round(minutes)} min`,
  before: (refusals, finals) => `Refused ${refusals} times in the others, ${finals} of them as the final answer`, none: "No refusal on record in the others", weeks: "By week", week: "Week", contacts: "Contacts", minutes: "Talked (min)", channels: "Channels",
  list: "The contacts", here: "this contact", minutesOf: (m) => `${Math.round(m)} min`, finalHere: "final answer given", refusedHere: "refused",
  name: "Name that was given", nameHint: "Helps to find contacts under the same name. A name alone links nobody.", saveName: "Keep the name", nameSaved: "The name is kept",
  maybe: "Perhaps the same person", maybeLead: "The same name was written down. It may be another person of that name.",
  link: "Link as the same person", linkLead: "Linked contacts are counted together, final answers too, and that is used to judge the next ones. The reason is kept in the journal. It can be taken back.", linked: "Linked", 
  find: "Find the contact to link", findText: "Number, mail address, name or agent", findHint: "A part is enough. Left empty, the newest are listed. That you searched is kept in the journal.", findFrom: "From", findTo: "To", findGo: "Search", finding: "Searching",
  found: (n) => (n === 1 ? "1 contact found. Choose it." : `${n} contacts found. Choose one.`), foundNone: "Nothing found. Try other words or dates. Contacts that count as the same person's already, and those that were erased, are left out.", foundMore: "There may be more. Narrow it down by words or dates.", foundList: "Contacts found", nobody: "no number", wrongDates: "The last day is before the first.",
  basis: "This rests on", bases: { number: "phone number", mail: "mail address", name: "name and what was said", voiceprint: "voiceprint (compared)" }, reason: "Reason", needsReason: "Say why.", needsOther: "Search for the other contact and choose it.",
  links: "Links", linkedBy: (by, at, basis) => `${at} ${by} (${basis})`, unlink: "Take back", unlinkTitle: "Take the link back?", unlinkLead: "They are counted apart from now on. Judgements of contacts that are over stay as they are.", unlinked: "The link was taken back",
  events: { party_linked: "Linked as the same person", party_unlinked: "Link taken back", customer_named: "Name written down", answered: "Refused" }, final: "final answer", read: "read the earlier contacts",
};
