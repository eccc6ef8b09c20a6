#include "speech/spotter.h"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <sstream>

#include "contact/category.h"

namespace mamori::speech {
namespace {

using base::ErrorCode;

constexpr float kNever = -1e30F;
constexpr int kPauseSteps = 6;         // 180 ms: longer than the blanks inside words
constexpr int kHoldSteps = 8;          // a better match within 240 ms replaces the last
constexpr float kBlankCost = 0.12F;    // nats per blank step inside a phrase: it may be slow, not torn apart
constexpr int kMaxStepsPerPhone = 14;  // 420 ms
constexpr std::size_t kMaxPhrases = 2000;
constexpr std::size_t kMaxPhones = 60;
constexpr float kPruned = -1.2F;  // per phone of the whole phrase: hopeless

std::unexpected<base::Error> bad(std::size_t line, const std::string& what) {
  return base::fail(ErrorCode::kInvalidArgument, "phrase list, line " + std::to_string(line) + ": " + what);
}

std::vector<std::string> split(const std::string& line, char separator) {
  std::vector<std::string> parts;
  std::stringstream stream(line);
  for (std::string part; std::getline(stream, part, separator);) parts.push_back(part);
  return parts;
}

}  // namespace

base::Result<std::shared_ptr<const PhraseList>> PhraseList::load(const std::string& path, const AcousticModel& model) {
  std::ifstream in(path);
  if (!in) return base::fail(ErrorCode::kNotFound, path + ": no such phrase list");
  std::stringstream text;
  text << in.rdbuf();
  auto list = parse(text.str(), model);
  if (!list) return base::fail(list.error(), path);
  return list;
}

base::Result<std::shared_ptr<const PhraseList>> PhraseList::parse(std::string_view text, const AcousticModel& model) {
  auto list = std::make_shared<PhraseList>();
  std::stringstream stream{std::string(text)};
  std::size_t number = 0;
  for (std::string line; std::getline(stream, line);) {
    ++number;
    if (!line.empty() && line.back() == '\r') line.pop_back();
    if (line.empty() || line.front() == '#') continue;
    const auto fields = split(line, '\t');
    if (fields.size() != 4)
      return bad(number, "four tab-separated fields are expected (phrase, phonemes, category, threshold)");
    Phrase phrase;
    phrase.text = fields[0];
    phrase.category = fields[2];
    if (!contact::category_from_id(phrase.category) && !contact::flag_from_id(phrase.category)) {
      return bad(number, "unknown category \"" + phrase.category + "\"");
    }
    char* end = nullptr;
    phrase.threshold = std::strtof(fields[3].c_str(), &end);
    if (end == fields[3].c_str() || !(phrase.threshold < 0))
      return bad(number, "the threshold must be a number below 0");
    for (const auto& symbol : split(fields[1], ' ')) {
      if (symbol.empty()) continue;
      if (symbol == "|") {
        (phrase.phones.empty() ? phrase.pause_before : phrase.pause_after) = true;
        continue;
      }
      const int p = model.phone(symbol);
      if (p <= 0) return bad(number, "unknown phone \"" + symbol + "\"");
      phrase.phones.push_back(static_cast<std::uint8_t>(p));
    }
    if (phrase.phones.empty() || phrase.phones.size() > kMaxPhones)
      return bad(number, "between 1 and 60 phones are expected");
    list->phrases.push_back(std::move(phrase));
    if (list->phrases.size() > kMaxPhrases) return bad(number, "more than 2000 phrases");
  }
  return list;
}

Spotter::Spotter(std::shared_ptr<const PhraseList> list) : list_(std::move(list)) {
  for (const auto& p : list_->phrases) {
    Track track;
    track.cells.assign(p.phones.size() * 2, {kNever, 0});
    tracks_.push_back(std::move(track));
  }
}

double Spotter::score(const Phrase& phrase, float ratio) {
  return 1.0 / (1.0 + std::exp(-5.0 * (ratio - phrase.threshold)));
}

void Spotter::advance(std::size_t index, std::span<const float> row, float peak, int step) {
  const Phrase& phrase = list_->phrases[index];
  auto& cells = tracks_[index].cells;
  const float blank = row[kBlank] - peak - kBlankCost;
  const auto length = static_cast<float>(phrase.phones.size());
  // From the end, so that the cells before still hold the last step.
  for (std::size_t i = phrase.phones.size(); i-- > 0;) {
    Cell& phone = cells[2 * i];
    Cell& gap = cells[2 * i + 1];
    Cell best_gap = phone.value > gap.value ? phone : gap;
    best_gap.value += blank;

    Cell entered = phone;
    if (i == 0) {
      if ((!phrase.pause_before || blank_run_ >= kPauseSteps) && 0 >= entered.value) entered = {0.0F, step};
    } else {
      if (cells[2 * i - 1].value > entered.value) entered = cells[2 * i - 1];
      if (phrase.phones[i] != phrase.phones[i - 1] && cells[2 * i - 2].value > entered.value)
        entered = cells[2 * i - 2];
    }
    entered.value += row[phrase.phones[i]] - peak;
    if (entered.value < kPruned * length) entered.value = kNever;
    if (best_gap.value < kPruned * length) best_gap.value = kNever;
    phone = entered;
    gap = best_gap;
  }
}

void Spotter::settle(std::size_t index, int heard, int step, bool last, std::vector<Sighting>& out) {
  const Phrase& phrase = list_->phrases[index];
  Track& track = tracks_[index];
  const auto length = static_cast<float>(phrase.phones.size());
  const Cell& end = track.cells[2 * phrase.phones.size() - 2];
  const float ratio = end.value / length;
  const bool plausible = step - end.begin < kMaxStepsPerPhone * static_cast<int>(phrase.phones.size());
  if (ratio >= phrase.threshold && plausible && (!track.pending || ratio > track.best.ratio)) {
    track.pending = true;
    track.confirmed = !phrase.pause_after;
    track.quiet = 0;
    track.best = {index, end.begin, step, ratio};
    if (!last) return;
  }
  if (!track.pending) return;
  if (!track.confirmed && step > track.best.end) {
    if (heard == kBlank) {
      if (++track.quiet >= kPauseSteps) track.confirmed = true;
    } else if (track.quiet > 0 ||
               heard != phrase.phones.back()) {  // the last phone may be held, nothing else may follow
      track.pending = false;
      return;
    }
  }
  if (last) track.confirmed = true;
  if (!track.confirmed || (!last && step - track.best.end < kHoldSteps)) return;
  out.push_back(track.best);
  track.pending = false;
  for (Cell& c : track.cells) c.value = kNever;  // the same sound is not reported twice
}

void Spotter::push(std::span<const float> row, int step, std::vector<Sighting>& out) {
  const float peak = *std::ranges::max_element(row);
  const int heard = static_cast<int>(std::ranges::max_element(row) - row.begin());
  for (std::size_t i = 0; i < tracks_.size(); ++i) {
    advance(i, row, peak, step);
    settle(i, heard, step, false, out);
  }
  blank_run_ = heard == kBlank ? blank_run_ + 1 : 0;
}

void Spotter::finish(std::vector<Sighting>& out) {
  for (std::size_t i = 0; i < tracks_.size(); ++i) {
    if (tracks_[i].pending) settle(i, kBlank, tracks_[i].best.end + kPauseSteps, true, out);
  }
}

}  // namespace mamori::speech
