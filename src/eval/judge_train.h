#pragma once
// `mamori train judge`: the classifier anew from labelled text; taken only when the figures do not fall.
#include <iosfwd>
#include <string>
#include <vector>

#include "base/result.h"
#include "eval/judge_scores.h"
#include "judge/judge.h"
#include "judge/labelled.h"
#include "judge/train.h"
#include "policy/policy.h"

namespace mamori::eval {

struct JudgeTrainOptions {
  std::vector<std::string> files;  // to learn from
  std::vector<std::string> check;  // to compare the old and the new model on; nothing of it is learned
  std::string out;                 // the new model; written only when it is taken
  judge::TrainingOptions training;
  bool anyway = false;  // taken whatever the figures say, for making the shipped model from nothing
  bool curve = false;   // instead of writing a model: figures on `check` against the share of the text learned from
  bool json = false;
};

// Messages are samples; the turns of fair dialogues are counter-examples; of a harassing dialogue, for each of its categories,
// the turn that a first model finds likeliest (multiple-instance learning: the label stands at the dialogue, not at its
// turns). So it trains in two rounds. Calibration and thresholds rest on held-out folds of `items` by topic.
base::Result<std::unique_ptr<judge::Classifier>> train_judge(const std::vector<judge::LabelledItem>& items, const judge::Judge& frames, const judge::TrainingOptions& options);

// A classifier that sees character sequences only, for comparison.
base::Result<std::unique_ptr<judge::Classifier>> train_plain(const std::vector<judge::LabelledItem>& items, const judge::Judge& frames);

// What that classifier says of an item.
Prediction predict_plain(const judge::LabelledItem& item, const judge::Judge& frames, const judge::Classifier& plain);

// Returns 0 when the model was taken, 3 when it was refused, 1 or 2 on errors.
int run_judge_train(const JudgeTrainOptions& options, const judge::Judge& judge, const policy::Policy& policy, std::ostream& out, std::ostream& errors);

}  // namespace mamori::eval
