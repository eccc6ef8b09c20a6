#include "eval/judge_train.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <fstream>
#include <functional>
#include <iostream>
#include <numeric>
#include <thread>

#include "eval/judge_eval.h"
#include "eval/judge_thresholds.h"

namespace mamori::eval {

namespace json = base::json;
using contact::Category;
using contact::Flag;
using contact::Speaker;
using judge::kOutputs;
using judge::LabelledItem;
using judge::TrainingSample;

namespace {

constexpr double kMostFairFlagged = 0.01;   // on held-out fair dialogues, likewise
constexpr double kLeastInDialogue = 0.4;    // log odds (60 %): chosen on the development dialogues, where less only adds false alarms
constexpr double kVerdictBeta = 0.55;       // a fair dialogue flagged weighs a little more than a harassing one missed
constexpr double kMostFalseAlarms = 0.045;  // on fair messages; the harassment threshold is not set below what keeps to this

std::vector<std::pair<std::uint64_t, float>> pairs(const std::vector<judge::Feature>& features, bool characters_only) {
  std::vector<std::pair<std::uint64_t, float>> out;
  out.reserve(features.size());
  for (const auto& f : features) {
    if (!characters_only || f.kind == judge::FeatureKind::kCharacters) out.emplace_back(f.id, f.value);
  }
  return out;
}

signed char yes(bool b) { return b ? 1 : -1; }

// Targets of a message, or of a turn that the whole of `label` is about.
void set_targets(TrainingSample& s, const judge::Label& label) {
  for (int i = 0; i < contact::kCategoryCount; ++i) s.target[static_cast<std::size_t>(i)] = yes(label.categories.contains(static_cast<Category>(i)));
  for (int i = 0; i < contact::kFlagCount; ++i) s.target[static_cast<std::size_t>(contact::kCategoryCount + i)] = yes(label.flags.contains(static_cast<Flag>(i)));
  s.target[judge::kOutputHarassment] = yes(label.level >= 2);
  s.target[judge::kOutputLevel3] = label.level >= 2 ? yes(label.level >= 3) : 0;
  s.target[judge::kOutputLevel4] = label.level >= 2 ? yes(label.level >= 4) : 0;
  s.target[judge::kOutputHeated] = yes(label.level >= 1);
}

struct Made {
  std::vector<TrainingSample> samples;
  std::vector<std::size_t> item;  // of each sample
  std::vector<int> turn;          // of each sample
};

Made make_samples(const std::vector<LabelledItem>& items, const judge::Judge& frames, const judge::Classifier* first, bool characters_only) {
  Made out;
  for (std::size_t n = 0; n < items.size(); ++n) {
    const auto& item = items[n];
    if (!item.label) continue;
    const auto& label = *item.label;
    const auto group = item.topic.empty() ? item.id : item.topic;
    judge::DialogueState state;
    state.medium = item.medium;
    const std::size_t from = out.samples.size();
    std::vector<judge::Scores> scores;
    for (const auto& turn : item.turns) {
      if (turn.speaker == Speaker::kCustomer) {
        auto seen = frames.sample(state, turn);
        TrainingSample s;
        s.features = pairs(seen.features, characters_only);
        if (!characters_only) s.words = std::move(seen.words);
        s.group = group;
        s.calibrate = !item.dialogue && !item.chosen;  // a turn is one of many: probabilities are those of a message, and of one that nobody picked
        if (!item.dialogue) {
          set_targets(s, label);
        } else if (label.level < 2) {
          // A turn of a fair dialogue: certainly no harassment.
          for (int i = 0; i < contact::kCategoryCount; ++i) s.target[static_cast<std::size_t>(i)] = -1;
          s.target[judge::kOutputHarassment] = -1;
          if (label.level == 0) s.target[judge::kOutputHeated] = -1;
        } else {
          for (int i = 0; i < contact::kCategoryCount; ++i) {
            if (!label.categories.contains(static_cast<Category>(i))) s.target[static_cast<std::size_t>(i)] = -1;
          }
        }
        if (item.dialogue) {
          // Which turn carries a flag is not known; what is not flagged is in no turn.
          for (int i = 0; i < contact::kFlagCount; ++i) {
            if (!label.flags.contains(static_cast<Flag>(i))) s.target[static_cast<std::size_t>(contact::kCategoryCount + i)] = -1;
          }
        }
        if (first) {
          for (auto& f : seen.features) f.row = first->index().row(f.id);
          scores.push_back(first->score(seen.features));
        }
        out.samples.push_back(std::move(s));
        out.item.push_back(n);
        out.turn.push_back(turn.turn);
      }
      frames.hear(state, turn);
    }
    if (!item.dialogue || !first || scores.empty()) continue;
    const auto likeliest = [&](int output) {
      std::size_t best = 0;
      for (std::size_t k = 1; k < scores.size(); ++k) {
        if (scores[k][static_cast<std::size_t>(output)] > scores[best][static_cast<std::size_t>(output)]) best = k;
      }
      return best;
    };
    for (const auto flag : label.flags) out.samples[from + likeliest(judge::output_of(flag))].target[static_cast<std::size_t>(judge::output_of(flag))] = 1;
    if (label.level < 2) continue;
    // The likeliest turn of each category, and the turn that is known to be the first of level 3.
    const auto mark = [&](std::size_t k) {
      auto& s = out.samples[from + k];
      s.target[judge::kOutputHarassment] = 1;
      s.target[judge::kOutputHeated] = 1;
      if (label.level == 2) s.target[judge::kOutputLevel3] = s.target[judge::kOutputLevel4] = -1;
      if (label.level == 3) s.target[judge::kOutputLevel4] = -1;
    };
    for (const auto c : label.categories) {
      // What rests on the course of the dialogue need not stand in any one turn.
      if (c == Category::kRepetition || c == Category::kProlongedRestraint) continue;
      const auto best = likeliest(judge::output_of(c));
      out.samples[from + best].target[static_cast<std::size_t>(c)] = 1;
      mark(best);
    }
    for (std::size_t k = 0; k < scores.size(); ++k) {
      if (label.first_level3_turn && out.turn[from + k] == *label.first_level3_turn) {
        mark(k);
        out.samples[from + k].target[judge::kOutputLevel3] = 1;
      }
      // Before the first grave turn nothing is grave; what is far from every category is no harassment.
      if (label.first_level3_turn && out.turn[from + k] < *label.first_level3_turn && out.samples[from + k].target[judge::kOutputHarassment] == 0 && scores[k][judge::kOutputHarassment] < -1.5) {
        out.samples[from + k].target[judge::kOutputHarassment] = -1;
      }
    }
  }
  return out;
}

// How much each message counts in calibration and thresholds.
void set_weights(Made& made, const std::vector<LabelledItem>& items) {
  std::vector<std::set<Category>> kinds;
  for (const auto n : made.item) kinds.push_back(items[n].dialogue || items[n].chosen ? std::set<Category>{} : items[n].label->categories);
  const auto weights = kind_weights(kinds);
  for (std::size_t i = 0; i < weights.size(); ++i) made.samples[i].weight = weights[i];
}

// Sets the thresholds of a classifier by the scores of samples it has not seen.
void set_thresholds(judge::Classifier& classifier, const Made& made, const std::vector<judge::Scores>& held_out, const std::vector<LabelledItem>& items) {
  const auto column = [&](int output, std::vector<double>& scores, std::vector<signed char>& targets, std::vector<double>& weights) {
    for (std::size_t i = 0; i < held_out.size(); ++i) {
      const auto target = made.samples[i].target[static_cast<std::size_t>(output)];
      if (target == 0 || !made.samples[i].calibrate) continue;
      scores.push_back(held_out[i][static_cast<std::size_t>(output)]);
      targets.push_back(target);
      weights.push_back(made.samples[i].weight);
    }
  };
  for (int o = 0; o < kOutputs; ++o) {
    std::vector<double> scores;
    std::vector<signed char> targets;
    std::vector<double> weights;
    column(o, scores, targets, weights);
    if (o < contact::kCategoryCount) {
      classifier.output(o).threshold = f1_threshold(best_f1(scores, targets, weights));
      continue;
    }
    const double beta = o == judge::output_of(Flag::kDistress) ? 2 : 1;
    auto worth = [&](double t) { return f_beta(scores, targets, t, beta, weights); };
    double threshold = best_threshold(scores, worth);
    if (o == judge::kOutputHarassment) {
      std::vector<double> fair;
      for (std::size_t i = 0; i < scores.size(); ++i) {
        if (targets[i] < 0) fair.push_back(scores[i]);
      }
      threshold = std::max(threshold, above(fair, kMostFalseAlarms));
    }
    classifier.output(o).threshold = threshold;
  }
  // In dialogues the highest of many turns counts: how much more is needed so that the verdict is right most often.
  std::vector<double> highest(items.size(), -1e9);
  for (std::size_t i = 0; i < held_out.size(); ++i) highest[made.item[i]] = std::max(highest[made.item[i]], held_out[i][judge::kOutputHarassment]);
  std::vector<double> scores;
  std::vector<signed char> targets;
  for (std::size_t n = 0; n < items.size(); ++n) {
    // Ordinary talk teaches what is ordinary; where the line lies is set on dialogues that could be taken for either.
    if (!items[n].dialogue || !items[n].label || items[n].label->kind == "neutral" || highest[n] < -1e8) continue;
    scores.push_back(highest[n]);
    targets.push_back(yes(items[n].label->level >= 2));
  }
  if (scores.size() >= 20) {
    const double t = best_threshold(scores, [&](double x) { return f_beta(scores, targets, x, kVerdictBeta, std::vector<double>(scores.size(), 1)); });
    std::vector<double> fair;
    for (std::size_t i = 0; i < scores.size(); ++i) {
      if (targets[i] < 0) fair.push_back(scores[i]);
    }
    classifier.output(judge::kOutputHarassment).in_dialogue = std::max({t, above(fair, kMostFairFlagged), kLeastInDialogue}) - classifier.output(judge::kOutputHarassment).threshold;
  }
}

// What the frames' own examples and counter-examples teach: they are the only text about a frame somebody has just added.
std::vector<LabelledItem> frame_examples(const judge::Judge& judge) {
  std::vector<LabelledItem> out;
  for (const auto& frame : judge.frames()) {
    if (!frame.category || frame.level < 2) continue;
    const auto add = [&](const std::string& text, contact::Level level) {
      LabelledItem item;
      item.id = item.topic = frame.id;
      item.medium = text.find("職員") != std::string::npos || text.find("店員") != std::string::npos ? contact::Medium::kCounter : contact::Medium::kPhone;
      contact::Utterance u;
      u.text = text;
      item.turns.push_back(std::move(u));
      item.label.emplace();
      item.label->level = level;
      if (level >= 2) item.label->categories.insert(*frame.category);
      out.push_back(std::move(item));
    };
    for (const auto& text : frame.examples) add(text, frame.level);
    for (const auto& text : frame.counter_examples) add(text, 0);
  }
  return out;
}

void on_all_cores(int n, const std::function<void(int)>& work) {
  std::atomic<int> next = 0;
  std::vector<std::jthread> team;
  for (int left = std::clamp(static_cast<int>(std::thread::hardware_concurrency()), 1, n); left > 0; --left) {
    team.emplace_back([&] {
      for (int i = next++; i < n; i = next++) work(i);
    });
  }
}

std::string number(double x) {
  char text[32];
  std::snprintf(text, sizeof text, "%.3f", x);
  return text;
}

}  // namespace

base::Result<std::unique_ptr<judge::Classifier>> train_judge(const std::vector<LabelledItem>& given, const judge::Judge& frames, const judge::TrainingOptions& wanted) {
  auto options = wanted;
  if (!options.side_by_side) options.side_by_side = on_all_cores;
  auto items = given;
  std::ranges::move(frame_examples(frames), std::back_inserter(items));
  // First without the turns of harassing dialogues, whose label is not known, then with what that model makes of them.
  auto without_order = options;
  without_order.sequence.epochs = 0;
  auto first = judge::train(make_samples(items, frames, nullptr, false).samples, without_order);
  if (!first) return base::fail(first.error());
  auto made = make_samples(items, frames, first->classifier.get(), false);
  set_weights(made, items);
  auto second = judge::train(made.samples, options);
  if (!second) return base::fail(second.error());
  set_thresholds(*second->classifier, made, second->held_out, items);
  return std::move(second->classifier);
}

base::Result<std::unique_ptr<judge::Classifier>> train_plain(const std::vector<LabelledItem>& items, const judge::Judge& frames) {
  const auto made = make_samples(items, frames, nullptr, true);
  judge::TrainingOptions plain;
  plain.second_cost = 0;
  plain.side_by_side = on_all_cores;
  auto trained = judge::train(made.samples, plain);
  if (!trained) return base::fail(trained.error());
  set_thresholds(*trained->classifier, made, trained->held_out, items);
  return std::move(trained->classifier);
}

Prediction predict_plain(const LabelledItem& item, const judge::Judge& frames, const judge::Classifier& plain) {
  Prediction p;
  judge::DialogueState state;
  state.medium = item.medium;
  p.probability = 0;
  for (const auto& turn : item.turns) {
    if (turn.speaker == Speaker::kCustomer) {
      std::vector<judge::Feature> seen;
      for (const auto& f : frames.sample(state, turn).features) {
        if (f.kind != judge::FeatureKind::kCharacters) continue;
        seen.push_back(f);
        seen.back().row = plain.index().row(f.id);
      }
      const auto scores = plain.score(seen);
      const auto over = [&](int o) { return scores[static_cast<std::size_t>(o)] >= plain.output(o).threshold; };
      p.probability = std::max(p.probability, judge::probability(scores[judge::kOutputHarassment]));
      for (int i = 0; i < contact::kFlagCount; ++i) {
        if (over(contact::kCategoryCount + i)) p.flags.insert(static_cast<Flag>(i));
      }
      if (over(judge::kOutputHarassment)) {
        const int level = 2 + over(judge::kOutputLevel3) + over(judge::kOutputLevel4);
        p.level = std::max(p.level, level);
        if (level >= 3 && !p.first_level3_turn) p.first_level3_turn = turn.turn;
        for (int i = 0; i < contact::kCategoryCount; ++i) {
          if (over(i)) p.categories.insert(static_cast<Category>(i));
        }
      }
    }
    if (turn.speaker == Speaker::kAgent) ++state.agent_utterances;
  }
  p.acts = p.act_forbidden = p.level >= 3;
  return p;
}

int run_judge_train(const JudgeTrainOptions& options, const judge::Judge& judge, const policy::Policy& policy, std::ostream& out, std::ostream& errors) {
  int status = 0;
  const auto items = read_items(options.files, errors, status);
  const auto check = read_items(options.check, errors, status);
  if (status != 0) return status;
  const auto frames = judge.with(std::shared_ptr<const judge::Classifier>());
  const auto figures = [&](const judge::Judge& j) { return measure("", check, [&](const auto& item) { return predict(item, j, policy); }); };
  if (options.curve) {
    // By topics, in an order that does not depend on their number, so that each step adds other people and situations.
    std::vector<std::string> topics;
    for (const auto& i : items) topics.push_back(i.topic);
    std::ranges::sort(topics);
    topics.erase(std::ranges::unique(topics).begin(), topics.end());
    std::ranges::sort(topics, {}, [](const std::string& t) { return std::hash<std::string>{}(t); });
    for (const double part : {0.125, 0.25, 0.5, 0.75, 1.0}) {
      const std::set<std::string> some(topics.begin(), topics.begin() + static_cast<std::ptrdiff_t>(std::ceil(part * static_cast<double>(topics.size()))));
      std::vector<LabelledItem> fewer;
      std::ranges::copy_if(items, std::back_inserter(fewer), [&](const auto& i) { return some.contains(i.topic); });
      auto model = train_judge(fewer, *frames, options.training);
      if (!model) {
        errors << "mamori: " << model.error().message << " (" << fewer.size() << ")\n";
        continue;
      }
      const auto r = figures(*judge.with(std::shared_ptr<const judge::Classifier>(std::move(*model))));
      if (options.json) {
        auto object = to_json(r);
        object["learned_from"] = fewer.size();
        out << json::serialize(object) << "\n";
        continue;
      }
      out << fewer.size() << " 件から学習: F1 " << number(r.harassment.f1()) << "  macro F1 " << number(r.macro_f1()) << "  難しい反例の誤警報 " << number(r.hard_false_alarms()) << "  対話 F1 " << number(r.verdict.f1()) << "\n   ";
      for (int i = 0; i < contact::kCategoryCount; ++i) out << " " << contact::term(static_cast<Category>(i)).id << " " << number(r.categories[static_cast<std::size_t>(i)].f1());
      out << std::endl;
    }
    return 0;
  }
  auto made = train_judge(items, *frames, options.training);
  if (!made) {
    errors << "mamori: " << made.error().message << "\n";
    return 1;
  }
  (*made)->describe(json::serialize(json::object{{"learned_from", items.size()}, {"cost", options.training.cost}, {"evidence", options.training.evidence}, {"second_cost", options.training.second_cost}, {"least_count", options.training.least_count}, {"epochs", options.training.sequence.epochs}}));
  const auto bytes = (*made)->bytes();
  auto parsed = judge::Classifier::parse(bytes, options.out);
  if (!parsed) {
    errors << "mamori: " << parsed.error().message << "\n";
    return 1;
  }
  const std::shared_ptr<const judge::Classifier> fresh = std::move(*parsed);
  const auto after = figures(*judge.with(fresh));
  const auto before = figures(judge);
  out << items.size() << " 件から学習しました(" << fresh->size() << " の特徴、" << bytes.size() / 1024 << " KiB) / learned\n"
      << "確かめ " << check.size() << " 件 / checked on: F1 " << number(before.harassment.f1()) << " → " << number(after.harassment.f1()) << "、macro F1 " << number(before.macro_f1()) << " → " << number(after.macro_f1())
      << "、難しい反例の誤警報 / hard negatives " << number(before.hard_false_alarms()) << " → " << number(after.hard_false_alarms()) << "、対話 / dialogues F1 " << number(before.verdict.f1()) << " → " << number(after.verdict.f1()) << "\n";
  constexpr double kNoise = 0.005;
  const bool worse = after.harassment.f1() < before.harassment.f1() - kNoise || after.macro_f1() < before.macro_f1() - kNoise || after.hard_false_alarms() > before.hard_false_alarms() + kNoise || after.distress_forbidden > before.distress_forbidden;
  if (worse && !options.anyway) {
    out << "数字が下がるため、採用しません。いまのモデルを使い続けます / not taken: the figures fall\n";
    return 3;
  }
  std::ofstream file(options.out + ".tmp", std::ios::binary);
  file << bytes;
  file.close();
  if (!file || std::rename((options.out + ".tmp").c_str(), options.out.c_str()) != 0) {
    errors << "mamori: cannot write " << options.out << "\n";
    return 1;
  }
  out << "採用しました / taken: " << options.out << " (" << fresh->version() << ")\n";
  return 0;
}

}  // namespace mamori::eval
