#pragma once
// Hearing phrases straight in the phone posteriors, whether or not the word decoder found them.
//
// For every phrase a CTC Viterbi score runs over all windows: the log-likelihood of its phones against the best
// unconstrained path, per phone (0 = the phrase is exactly what was heard; the lower the less so). Each phrase has its
// own threshold, set on neutral speech; a phrase of two moras or fewer asks for a pause beside it (`|`), since 死ね is
// also the end of 「～しね」. One Spotter per stream, one thread; the phrase list is shared and immutable. About 0.001
// of real time for 100 phrases.
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "speech/acoustic.h"

namespace mamori::speech {

struct Phrase {
  std::string text;
  std::string category;  // a Category or Flag id
  std::vector<std::uint8_t> phones;
  bool pause_before = false;
  bool pause_after = false;
  float threshold = -0.5F;  // per-phone log-likelihood ratio, below 0
};

struct PhraseList {
  std::vector<Phrase> phrases;
  /// Reads data/speech/phrases.tsv: phrase, phonemes (space-separated, `|` at either end asks for a pause), category,
  /// threshold. Fails with the line number on a malformed line, an unknown phone or category.
  static base::Result<std::shared_ptr<const PhraseList>> load(const std::string& path, const AcousticModel& model);
  static base::Result<std::shared_ptr<const PhraseList>> parse(std::string_view text, const AcousticModel& model);
};

struct Sighting {
  std::size_t phrase = 0;  // index into the list
  int begin = 0;           // steps
  int end = 0;
  float ratio = 0;  // per-phone log-likelihood ratio
};

class Spotter {
 public:
  explicit Spotter(std::shared_ptr<const PhraseList> list);

  /// One row of log-probabilities; appends the sightings that are certain now (the peak has passed).
  void push(std::span<const float> row, int step, std::vector<Sighting>& out);
  /// Appends what is still pending.
  void finish(std::vector<Sighting>& out);

  /// 0..1, 0.5 at the phrase's threshold.
  [[nodiscard]] static double score(const Phrase& phrase, float ratio);

 private:
  struct Cell {
    float value;
    int begin;
  };
  struct Track {
    std::vector<Cell> cells;  // phone, blank after it, phone, ... in turn
    bool pending = false;
    Sighting best;
    int quiet = 0;  // blank steps since the end of `best`
    bool confirmed = false;
  };
  void advance(std::size_t phrase, std::span<const float> row, float peak, int step);
  void settle(std::size_t phrase, int heard, int step, bool last, std::vector<Sighting>& out);

  std::shared_ptr<const PhraseList> list_;
  std::vector<Track> tracks_;
  int blank_run_ = 1000;  // steps of blank just before this one; a stream begins after silence
};

}  // namespace mamori::speech
