#pragma once
// `mamori eval judge`: what the judge is worth on labelled text (docs/format/judge-jsonl.md), beside what one would use
// instead: a word alert, and a plain classifier of character sequences trained on the same text.
#include <functional>
#include <iosfwd>
#include <string>
#include <vector>

#include "eval/judge_scores.h"
#include "judge/judge.h"
#include "policy/policy.h"

namespace mamori::eval {

JudgeReport measure(const std::string& name, const std::vector<judge::LabelledItem>& items, const std::function<Prediction(const judge::LabelledItem&)>& predict);

// What the judge says of a whole item, with what the policy would propose at its end.
Prediction predict(const judge::LabelledItem& item, const judge::Judge& judge, const policy::Policy& policy);

// The word alert: `tsv` holds a word and a category id a line. A text that contains the word is taken for level 3.
class WordAlert {
 public:
  static base::Result<WordAlert> load(const std::string& path);
  [[nodiscard]] Prediction predict(const judge::LabelledItem& item) const;

 private:
  std::vector<std::pair<std::string, contact::Category>> words_;
};

struct JudgeEvalOptions {
  std::vector<std::string> files;
  std::string word_alert;   // file; empty: no such column
  std::string plain_train;  // labelled file a plain classifier is trained on; empty: no such column
  bool json = false;
  std::string show;  // "errors": also every item that was judged otherwise than labelled
};

// Returns 0; 2 when a file or a line could not be used.
int run_judge_eval(const JudgeEvalOptions& options, const judge::Judge& judge, const policy::Policy& policy, std::ostream& out, std::ostream& errors);

// All items of some files; bad lines and files go to `errors` and set `status` to 2.
std::vector<judge::LabelledItem> read_items(const std::vector<std::string>& files, std::ostream& errors, int& status);

}  // namespace mamori::eval
