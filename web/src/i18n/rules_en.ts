import type { rulesJa } from "./rules_ja";

export const rulesEn: typeof rulesJa = {
  states: { draft: "Draft", submitted: "In review", approved: "Approved", in_force: "In force", superseded: "Superseded", withdrawn: "Withdrawn" },
  kinds: {
    criteria: {
      title: "Criteria", lead: "What this organisation takes for suspected harassment. Kept in versions; every judgement names the one it rests on.",
      shipped: "What the installation came with (default)", emptyLead: "Contacts are judged by what the installation came with.",
    },
    policy: {
      title: "Action rules", lead: "What is done at which level, by itself or after a person has confirmed. Every action names the version it rests on.",
      shipped: "What the installation came with", emptyLead: "Actions follow the rules the installation came with.",
    },
  },
  version: (n) => `Version ${n}`,
  inForce: "In force now", since: (time) => `since ${time}`, approvedBy: (who) => `approved by ${who}`, alone: "Approved by its author, because there is no other administrator. Nobody else has checked it.",
  refused: (n) => `Version ${n} cannot be read and is not used`,
  create: "New version", all: "All versions", empty: "There are no versions yet",
  columns: { number: "Version", name: "Name", state: "State", author: "Author", reviewer: "Reviewer", applies: "In force from", changed: "Changed" },
  noName: "(no name)", notYet: "—", waiting: (time) => `applies from ${time}`,
  actions: { edit: "Edit", submit: "Ask for review", approve: "Approve…", sendBack: "Send back…", withdraw: "Withdraw…", copy: "New version from this", replay: "Try on past contacts", back: "Back to the list" },
  waitingForReview: "Waiting for an administrator's review.", reviewHint: "Check the changes, then approve or send back.", ownWaiting: "Waiting for another administrator. You cannot approve what you wrote.", onlyAdmin: "There is no other administrator, so you can approve it yourself. The record says so.",
  ask: {
    submit: { title: "Ask for review?", lead: "It cannot be edited after that. To change it, take it back to a draft.", go: "Ask", done: "Review asked for" },
    approve: { title: "Approve this version?", lead: "From then on everything that is said is judged by it, in contacts that are going on too.", leadPolicy: "From then on actions follow it, in contacts that are going on too.", go: "Approve", done: "Approved", now: "At once", later: "At a time", at: "In force from", needAt: "Say from when.", note: "A word (optional)" },
    sendBack: { title: "Send it back?", lead: "It becomes a draft again; its author can change it and ask once more.", reason: "Reason", go: "Send back", done: "Sent back" },
    takeBack: { title: "Take it back?", lead: "It becomes a draft that you can edit.", go: "Back to draft", action: "Back to draft…" },
    withdraw: { title: "Withdraw it?", lead: "It will not be used. The record stays.", reason: "Reason (optional)", go: "Withdraw", done: "Withdrawn" },
  },
  changes: { title: "Changes", against: "Compared with", now: "In force now", nowHint: "against what is in force", none: "No differences", what: "Item", before: "Now", beforeOther: "Compared with", after: "This version", added: "added", removed: "removed", count: (n) => (n === 1 ? "1 change" : `${n} changes`) },
  text: "Content (text)", life: "History", note: "The author's note",
  steps: { created: "Created", edited: "Edited", submitted: "Review asked for", sent_back: "Sent back", approved: "Approved", in_force: "Came into force", superseded: "Superseded", withdrawn: "Withdrawn" },
  byItself: "by itself",
  unreadable: (why) => `This program cannot read this version. ${why}`,
  editor: {
    newTitle: (kind) => `${kind}: new version`, editTitle: (kind, n) => `${kind}: edit version ${n}`, from: "Start from", fromNow: "In force now", fromPreset: (name) => `Preset: ${name}`,
    name: "Name of the version", namePlaceholder: "e.g. From autumn on", note: "Why (the reviewer reads it)", form: "As a form", text: "As text", textLabel: "TOML text", formLabel: "Way of writing",
    save: "Save draft", saveSubmit: "Save and ask for review", saved: "Draft saved", checking: "Checking…", fine: "Nothing is wrong with it", wrong: "Something has to be corrected", unsaved: "There are unsaved changes",
  },
  criteria: {
    sector: "Sector", sectors: { "": "None", town_hall: "Town hall", mail_order: "Mail order", hospital: "Hospital", saas: "Software support" }, sectorHint: "Action rules can be limited to it.", ownSector: "Other",
    thresholds: "Times and counts", thresholdsLead: "None of these numbers is official. Where each comes from stands beside it.", value: "Value", standard: (n) => `default ${n}`, basis: "Taken from",
    categories: "Kinds", categoriesLead: "A kind that is not counted is still recorded when found. No setting hides that a person needs care.", counts: "Counted", category: "Kind and official basis", ownName: "Our name for it (Japanese)", ownNameEn: "Our name in English", threshold: "Least probability", thresholdHint: "Empty: Mamori's own. 0.05–0.99", categoryNote: "Note",
    phrases: "Our own phrases", phrasesLead: "When one is found it counts as the chosen kind and level. Kana and width make no difference.", phrase: "Phrase", reading: "Reading (kana)", kind: "Kind", level: "Level", why: "Why", addPhrase: "Add a phrase", noPhrases: "None yet",
    exceptions: "Words that do not count", exceptionsLead: "Ordinary here: a product, a place. Findings that overlap one do not count.", exception: "Word", anyKind: "Any kind", addException: "Add a word",
    remove: "Remove", removeOne: (text) => `Remove "${text || "empty row"}"`, more: (n) => `Show the other ${n}`,
  },
  policy: {
    fixed: "What no rule can change", fixedItems: ["A person who needs care is never warned, cut, blocked, or sent to an announcement or a bot, by a rule or by hand.", "A call where a life is at stake, or where the police need what is said, is not ended.", "At level 3 and above a supervisor is told even if no rule says so."],
    limits: "Hourly limits for automatic actions", limitsLead: "At most this many run by themselves in any hour; anything beyond waits for a person. Empty: no limit. 0: never by itself.", perHour: "per hour", noLimit: "no limit",
    rules: "Rules", rulesLead: "When every condition holds, the action is done or proposed. Where two rules name the same action, the more automatic one stands.", add: "Add a rule", id: "Id", idHint: "Letters, digits, hyphen. It stands in the records.", why: "Why", level: "Level", levelFrom: (n) => (n === 0 ? "any" : `${n} and above`),
    categories: "Kinds (none chosen: any)", flag: "Flag", anyFlag: "any", warnings: "Warnings given", warningsFrom: (n) => (n === 0 ? "any" : `at least ${n}`), media: "Media (none chosen: any)", lines: "Lines (numbers, desks)", linesHint: "One a line. \"0312*\" for all that begin so. Empty: all.",
    hours: "Hours", hoursHint: "One a line, e.g. 17:15-08:30. Empty: all day.", zoneHint: (zone) => `Hours and days are those of the organisation's time zone (${zone}).`, days: "Days (none chosen: every day)", dayNames: { mon: "Mon", tue: "Tue", wed: "Wed", thu: "Thu", fri: "Fri", sat: "Sat", sun: "Sun" }, sectors: "Sectors (none chosen: any)",
    action: "Action", mode: "How", modes: { automatic: "by itself", confirm: "after a person confirms", advise: "as advice only" }, up: "Up", down: "Down", remove: "Remove", when: "When", always: "always", then: "→",
    summary: { level: (n) => `level ${n}+`, warnings: (n) => `${n}+ warnings` }, moveOne: (id, where) => `Rule "${id}": ${where}`, removeOne: (id) => `Remove rule "${id}"`, problem: "What is over the limit waits for a person",
  },
};
