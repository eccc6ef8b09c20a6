// mamori judge: judging text from files or standard input (docs/format/judge-jsonl.md).
#pragma once

#include <iosfwd>
#include <string>

#include "base/json.h"
#include "judge/judge.h"
#include "judge/labelled.h"
#include "policy/policy.h"

namespace mamori::judge {

// Reads one JSON object per line and writes one per line (jsonl), or something to read (people). A line that cannot be judged
// is named on `errors` with its number and reason; the other lines are still judged. Returns 0, or 2 if any line was bad.
// Lines over 16 MiB are refused.
int run_judge(std::istream& in, std::ostream& out, std::ostream& errors, const Judge& judge, const policy::Policy& policy, bool jsonl);

// Judges all turns of an item, from nothing to its end.
DialogueState judge_item(const LabelledItem& item, const Judge& judge);

// One item: {"id","channel","text"} or {"id","channel","turns":[{"t","speaker","text"}]} to the result object.
base::Result<base::json::object> judge_item(const base::json::object& item, const Judge& judge, const policy::Policy& policy);

}  // namespace mamori::judge
