#include "speech/built_in.h"

#include <algorithm>
#include <cmath>
#include <deque>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <sstream>

#include "base/edit_distance.h"
#include "base/log.h"
#include "speech/kana.h"
#include "speech/written.h"

namespace mamori::speech {
namespace {

// All counts in steps of 30 ms.
constexpr int kPreRoll = 8;       // blank steps kept before the first phone
constexpr int kPause = 14;        // 420 ms without phones, and quiet: the segment is over
constexpr int kLongPause = 30;    // 900 ms without phones, however loud (a held vowel, music, noise)
constexpr int kPartialEvery = 9;  // 270 ms
constexpr int kSoftLimit = 270;   // after 8.1 s the next short gap ends the segment
constexpr int kSoftGap = 4;
constexpr int kHardLimit = 400;     // 12 s
constexpr int kMargin = 3;          // a phone's spike comes inside the sound it stands for
constexpr float kGate = 4.0F;       // nats below the peak level: quiet
constexpr float kPeakFall = 0.01F;  // nats per step
constexpr std::size_t kLeastPhones = 2;
constexpr int kBreath = 11;                   // 330 ms between two words: a comma or a full stop
constexpr std::size_t kSilenceOnSkip = 4800;  // 600 ms: enough to let the look-ahead run out and end the segment

// The language model in force: the shipped one with the organisation's words. Thread-safe.
class Vocabulary {
 public:
  Vocabulary(const BuiltInModels& models, std::string file)
      : shipped_(models.language), phones_(models.acoustic->phones()), file_(std::move(file)), current_(models.language) {}

  [[nodiscard]] std::shared_ptr<const LanguageModel> current() const {
    const std::lock_guard lock(mutex_);
    return current_;
  }

  base::Result<> refresh() {
    if (file_.empty()) return {};
    const std::lock_guard one_at_a_time(refreshing_);
    std::error_code ec;
    const auto changed = std::filesystem::last_write_time(file_, ec);
    const auto stamp = ec ? std::filesystem::file_time_type::min() : changed;
    if (stamp == stamp_) return {};
    stamp_ = stamp;
    auto next = shipped_;
    if (!ec) {
      std::ifstream in(file_, std::ios::binary);
      std::ostringstream text;
      text << in.rdbuf();
      const auto words = parse_own_words(text.str());
      if (!words) return base::fail(words.error(), file_);
      const auto made = shipped_->with_words(*words, phones_);
      if (!made) return base::fail(made.error(), file_);
      next = *made;
    }
    const std::lock_guard lock(mutex_);
    current_ = std::move(next);
    return {};
  }

 private:
  std::shared_ptr<const LanguageModel> shipped_;
  std::vector<std::string> phones_;
  std::string file_;
  std::mutex refreshing_;
  std::filesystem::file_time_type stamp_ = std::filesystem::file_time_type::min();
  mutable std::mutex mutex_;
  std::shared_ptr<const LanguageModel> current_;
};

class BuiltInRecognizer final : public Recognizer {
 public:
  BuiltInRecognizer(const BuiltInModels& models, const BuiltInOptions& options, std::string engine,
                    std::shared_ptr<const Vocabulary> vocabulary)
      : models_(models),
        vocabulary_(std::move(vocabulary)),
        language_(vocabulary_->current()),
        engine_(std::move(engine)),
        words_(options.words),
        features_(models.acoustic->features()),
        network_(models.acoustic),
        decoder_(language_, models.acoustic->phones().size(), options.decoder),
        spotter_(models.phrases) {}

  void accept(std::span<const audio::Sample> pcm, std::vector<Event>& out) override {
    hear(pcm, out);
    std::vector<Cue> cues;
    meter_.push(pcm, cues);
    for (Cue& cue : cues) {
      cue.at += skipped_seconds_;
      out.emplace_back(cue);
    }
  }

  void skip(std::uint64_t samples, std::vector<Event>& out) override {
    const std::vector<audio::Sample> silence(std::min<std::uint64_t>(samples, kSilenceOnSkip), 0);
    accept(silence, out);
    if (samples <= kSilenceOnSkip) return;
    end_segment(out);
    skipped_seconds_ += static_cast<double>(samples - kSilenceOnSkip) / audio::kTelephoneRate;
  }

  void finish(std::vector<Event>& out) override {
    const std::vector<audio::Sample> silence(kFrame, 0);
    hear(silence, out);
    rows_.clear();
    network_.finish(rows_);
    consume(out);
    std::vector<Sighting> seen;
    spotter_.finish(seen);
    report(seen, out);
    end_segment(out);
  }

 private:
  void hear(std::span<const audio::Sample> pcm, std::vector<Event>& out) {
    frames_.clear();
    rows_.clear();
    std::vector<float> levels;
    features_.push(pcm, frames_, levels);
    levels_.insert(levels_.end(), levels.begin(), levels.end());
    network_.push(frames_, rows_);
    consume(out);
  }

  void consume(std::vector<Event>& out) {
    const std::size_t phones = models_.acoustic->phones().size();
    for (std::size_t at = 0; at < rows_.size(); at += phones) step(std::span(rows_).subspan(at, phones), out);
  }

  void step(std::span<const float> row, std::vector<Event>& out) {
    const int now = step_++;
    float level = -20;
    for (int i = 0; i < 3 && !levels_.empty(); ++i) {
      level = std::max(level, levels_.front());
      levels_.pop_front();
    }
    peak_level_ = std::max(level, peak_level_ - kPeakFall);

    std::vector<Sighting> seen;
    spotter_.push(row, now, seen);
    report(seen, out);

    const auto best = static_cast<std::uint8_t>(std::ranges::max_element(row) - row.begin());
    const bool phone = best != kBlank;
    if (!in_segment_) {
      if (!phone) {
        before_.emplace_back(row.begin(), row.end());
        if (before_.size() > kPreRoll) before_.pop_front();
        last_best_ = kBlank;
        return;
      }
      begin_segment(now);
    }
    feed(row, now);
    if (phone) {
      if (best != last_best_) {
        heard_.push_back(best);
        certainty_ += std::exp(row[best]);
      }
      last_phone_ = now;
    }
    last_best_ = best;

    const int gap = now - last_phone_;
    const int length = now - first_phone_;
    const bool quiet = level < peak_level_ - kGate;
    if ((gap >= kPause && quiet) || gap >= kLongPause || (length > kSoftLimit && gap >= kSoftGap) ||
        length > kHardLimit) {
      end_segment(out);
      return;
    }
    if (words_ && ++since_partial_ >= kPartialEvery) {
      since_partial_ = 0;
      std::string text = decoder_.text(decoder_.partial());
      if (!text.empty() && text != shown_) {
        shown_ = text;
        out.emplace_back(
            Partial{segment_, seconds(first_phone_ - kMargin), seconds(last_phone_ + kMargin), std::move(text)});
      }
    }
  }

  void begin_segment(int now) {
    if (auto now_in_force = vocabulary_->current(); now_in_force != language_) {
      language_ = std::move(now_in_force);
      decoder_.use(language_);
    }
    in_segment_ = true;
    first_phone_ = last_phone_ = now;
    heard_.clear();
    certainty_ = 0;
    since_partial_ = 0;
    shown_.clear();
    const int first = now - static_cast<int>(before_.size());
    for (std::size_t i = 0; i < before_.size(); ++i) feed(before_[i], first + static_cast<int>(i));
    before_.clear();
  }

  void feed(std::span<const float> row, int now) {
    if (words_) decoder_.push(row, now);
  }

  void end_segment(std::vector<Event>& out) {
    if (!in_segment_) return;
    in_segment_ = false;
    last_best_ = kBlank;
    Final segment;
    std::vector<std::uint8_t> spoken;
    if (words_) {
      const auto words = decoder_.finish();
      segment.text = punctuated(words);
      for (const auto& w : words) {
        const auto p = language_->pronunciation(w.word);
        spoken.insert(spoken.end(), p.begin(), p.end());
      }
      std::vector<std::string> symbols;
      for (const auto p : spoken) symbols.push_back(models_.acoustic->phones()[p]);
      for (const auto& mora : morae(symbols)) segment.reading += mora;
    }
    if (heard_.size() < kLeastPhones) return;  // a click, a breath
    segment.segment = segment_++;
    segment.start = seconds(first_phone_ - kMargin);
    segment.end = seconds(last_phone_ + kMargin);
    for (const auto p : heard_) {
      if (!segment.phonemes.empty()) segment.phonemes += ' ';
      segment.phonemes += models_.acoustic->phones()[p];
    }
    // How sure the network was of its phones, and how well the words agree with them.
    const double sure = certainty_ / static_cast<double>(heard_.size());
    const double apart = static_cast<double>(base::edit_distance<std::uint8_t>(heard_, spoken)) /
                         static_cast<double>(std::max(heard_.size(), spoken.size()));
    segment.confidence = words_ ? sure * (1 - std::min(1.0, apart)) : sure;
    segment.engine = engine_;
    out.emplace_back(std::move(segment));
  }

  // Marks where the caller took a breath; numbers as people write them.
  [[nodiscard]] std::string punctuated(std::span<const DecodedWord> words) const {
    std::string all;
    for (std::size_t from = 0; from < words.size();) {
      std::size_t to = from + 1;
      while (to < words.size() && words[to].begin - words[to - 1].end < kBreath) ++to;
      all += decoder_.text(words.subspan(from, to - from));
      const std::string_view mark = mark_after(all);
      if (to < words.size() || mark != "、") all += mark;
      from = to;
    }
    return written(all);
  }

  void report(std::span<const Sighting> seen, std::vector<Event>& out) const {
    for (const auto& s : seen) {
      const auto& phrase = models_.phrases->phrases[s.phrase];
      out.emplace_back(Spotted{seconds(s.begin - 1), seconds(s.end + kMargin), phrase.text, phrase.category,
                               Spotter::score(phrase, s.ratio)});
    }
  }

  [[nodiscard]] double seconds(int at) const { return std::max(0.0, at * kStepSeconds) + skipped_seconds_; }

  BuiltInModels models_;
  std::shared_ptr<const Vocabulary> vocabulary_;
  std::shared_ptr<const LanguageModel> language_;  // of the segment that goes on
  std::string engine_;
  bool words_;
  Features features_;
  AcousticStream network_;
  Decoder decoder_;
  Spotter spotter_;
  VoiceMeter meter_;
  std::vector<MelFrame> frames_;
  std::vector<float> rows_;
  std::deque<float> levels_;               // of feature frames whose step has not come out yet
  std::deque<std::vector<float>> before_;  // the last blank rows
  double skipped_seconds_ = 0;
  float peak_level_ = -13;
  int step_ = 0;
  bool in_segment_ = false;
  int segment_ = 0;
  int first_phone_ = 0;
  int last_phone_ = 0;
  int since_partial_ = 0;
  std::uint8_t last_best_ = kBlank;
  std::vector<std::uint8_t> heard_;
  double certainty_ = 0;
  std::string shown_;
};

class BuiltIn final : public Engine {
 public:
  BuiltIn(BuiltInModels models, BuiltInOptions options)
      : models_(std::move(models)),
        options_(std::move(options)),
        vocabulary_(std::make_shared<Vocabulary>(models_, options_.own_words)) {
    info_ = {"mamori-" + models_.acoustic->name(), 1, models_.acoustic->name(), "Apache-2.0 (attributions in NOTICE)"};
  }
  [[nodiscard]] std::unique_ptr<Recognizer> open() const override {
    return std::make_unique<BuiltInRecognizer>(models_, options_, info_.name, vocabulary_);
  }
  [[nodiscard]] const EngineInfo& info() const override { return info_; }
  [[nodiscard]] base::Result<> refresh() const override { return vocabulary_->refresh(); }
  [[nodiscard]] std::vector<std::pair<std::string, std::string>> phrases() const override {
    std::vector<std::pair<std::string, std::string>> all;
    for (const auto& p : models_.phrases->phrases) all.emplace_back(p.text, p.category);
    return all;
  }

 private:
  BuiltInModels models_;
  BuiltInOptions options_;
  std::shared_ptr<Vocabulary> vocabulary_;
  EngineInfo info_;
};

}  // namespace

base::Result<std::vector<OwnWord>> parse_own_words(std::string_view text) {
  constexpr std::size_t kMost = 20000;
  std::vector<OwnWord> words;
  std::size_t number = 0;
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    std::string_view line = text.substr(at, end - at);
    at = end + 1;
    ++number;
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.empty() || line.front() == '#') continue;
    const auto tab = line.find('\t');
    const auto where = "line " + std::to_string(number) + ": ";
    if (tab == std::string_view::npos || tab == 0 || tab + 1 == line.size())
      return base::fail(base::ErrorCode::kInvalidArgument, where + "a spelling, a tab and a reading are expected");
    if (line.size() > 400) return base::fail(base::ErrorCode::kInvalidArgument, where + "too long");
    if (phonemes_of_kana(line.substr(tab + 1)).empty())
      return base::fail(base::ErrorCode::kInvalidArgument, where + "the reading 「" + std::string(line.substr(tab + 1)) + "」 is not kana");
    if (words.size() == kMost) return base::fail(base::ErrorCode::kInvalidArgument, where + "more than 20,000 words");
    words.push_back({std::string(line.substr(0, tab)), std::string(line.substr(tab + 1))});
  }
  return words;
}

base::Result<BuiltInModels> load_models(const BuiltInOptions& options) {
  BuiltInModels models;
  auto acoustic = AcousticModel::load(options.model_dir + "/acoustic.bin");
  if (!acoustic) return base::fail(acoustic.error(), "speech model");
  models.acoustic = *acoustic;
  auto language = LanguageModel::load(options.model_dir + "/language.bin", models.acoustic->phones().size());
  if (!language) return base::fail(language.error(), "speech model");
  models.language = *language;
  if (options.phrases.empty()) {
    models.phrases = std::make_shared<PhraseList>();
    return models;
  }
  auto phrases = PhraseList::load(options.phrases, *models.acoustic);
  if (!phrases) return std::unexpected(phrases.error());
  models.phrases = *phrases;
  return models;
}

std::unique_ptr<Engine> make_built_in(BuiltInModels models, const BuiltInOptions& options) {
  return std::make_unique<BuiltIn>(std::move(models), options);
}

base::Result<std::unique_ptr<Engine>> make_built_in(const BuiltInOptions& options) {
  auto models = load_models(options);
  if (!models) return std::unexpected(models.error());
  auto engine = make_built_in(std::move(*models), options);
  if (const auto fresh = engine->refresh(); !fresh) base::log_warning("speech: own words not used: " + fresh.error().message);
  return engine;
}

}  // namespace mamori::speech
