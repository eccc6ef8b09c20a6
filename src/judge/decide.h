// What one reading of a customer's words amounts to: frames, own words and the classifier weighed together, each finding with
// its explanation. Pure, thread-safe.
#pragma once

#include <string>
#include <vector>

#include "judge/classifier.h"
#include "judge/criteria.h"
#include "judge/dialogue.h"
#include "judge/own_words.h"
#include "judge/reading.h"

namespace mamori::judge {

struct Decision {
  std::vector<contact::Finding> findings;  // spans in bytes of the utterance's text
  std::set<contact::Flag> flags;
  std::set<contact::Ground> grounds;
  bool keep_line = false;
  bool heated = false;
  bool demand = false;
  bool stays_on = false;
  double harassment = 0;   // the classifier's probability; 0 without one
  double care = 0;         // the classifier's probability of distress; 0 without one
  bool care_hint = false;  // a frame sees a sign of distress, if only a weak one
};

struct Evidence {
  const Reading& reading;
  const Surroundings& around;
  const std::vector<Feature>& features;
  const std::vector<SeenWord>& words;  // empty where their order was not asked
  const OrderModel::Heard& heard;      // ... and what the classifier's networks say of it
  const Classifier* classifier;        // null: frames alone decide
  Scores first{};                      // each output by itself
  Scores scores{};
  const Criteria& criteria;
  const OwnWords& own;
};

Decision decide(const Evidence& evidence, const contact::Utterance& utterance);

}  // namespace mamori::judge
