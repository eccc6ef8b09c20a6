// Findings and assessments as JSON, the same on the command line, in the journal, on the API and in replay
// (docs/format/judge-jsonl.md). Pure, thread-safe.
#pragma once

#include "base/json.h"
#include "contact/event.h"

namespace mamori::contact {

base::json::object to_json(const Finding& finding);
base::json::object to_json(const CounterEvidence& counter);
// Brings the counter-evidence of a stored finding into the form of today. Records from before the kinds were told apart hold
// Japanese sentences: the kind is read from how one begins, and it has no English.
void renew_counter_evidence(base::json::object& stored_finding);
// Moves out of such an object what quotes the speaker or may do so: what was said is content, never a fact of the journal.
base::json::object take_words(base::json::object& finding_or_assessment);
base::json::object to_json(const Verdict& verdict);
base::json::object to_json(const Assessment& assessment);

}  // namespace mamori::contact
