// Frames: what a kind of harassment (or a sign of care, or an agent's refusal) sounds like, as data that people can read and
// change (data/frames/*.toml, described in docs/format/frames.md). Loaded once, then only read; thread-safe.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "contact/event.h"
#include "text/normalise.h"
#include "text/tokens.h"

namespace mamori::judge {

// What a frame tells, besides a category or a flag.
enum class Cue {
  kNone,
  kHeated,           // strong words, still fair: level 1
  kAgentRefusal,     // agent: no, it cannot be done
  kAgentFinal,       // agent: this is the last answer
  kAgentEndRequest,  // agent: please let us end the call, please leave
  kAgentWarning,     // agent: a warning was given
  kDemand,           // customer: a demand (counted when it comes again after a refusal)
  kStaysOn,          // customer: will not hang up or leave
};

constexpr bool of_agent(Cue cue) { return cue == Cue::kAgentRefusal || cue == Cue::kAgentFinal || cue == Cue::kAgentEndRequest || cue == Cue::kAgentWarning; }

struct Frame {
  std::string id;
  std::optional<contact::Category> category;
  std::optional<contact::Flag> flag;
  std::optional<contact::Ground> ground;  // what speaks for the customer
  Cue cue = Cue::kNone;
  contact::Level level = 0;
  contact::Level level_after_refusal = 0;  // when the agent has said no before; 0: the same level
  bool whole_word = false;                 // must begin and end at word boundaries (MeCab)
  bool quotable = true;                    // a quotation of somebody else's words does not count
  bool keep_line = false;                  // the call must not be ended
  bool hint = false;                       // distress that counts only where something could be done to the person (judge.cpp)
  bool decisive = false;                   // counts by itself; others are weighed by the classifier where there is one
  std::string why;                         // one sentence in Japanese
  std::vector<std::string> examples;
  std::vector<std::string> counter_examples;
};

// One place where a frame fits. Offsets are into the normalised text.
struct Match {
  const Frame* frame = nullptr;
  std::size_t begin = 0;
  std::size_t end = 0;
  std::string excused_by;  // why it does not count: "exception", "word", "quotation", "denial", "negation"; empty: it counts
};

class FrameSet {
 public:
  // All *.toml of the folder in order of name. An unknown key, category, or pattern that does not compile is refused with
  // file, line and reason.
  static base::Result<std::unique_ptr<FrameSet>> load(const std::string& folder);
  ~FrameSet();

  [[nodiscard]] const std::vector<Frame>& frames() const;
  [[nodiscard]] const std::string& version() const;  // "frames-" and the first 8 hex digits of a hash over all files

  // Every place where a frame for this speaker fits, excused ones included, in order of position. Linear in the text.
  [[nodiscard]] std::vector<Match> find(const text::Normalised& text, const std::vector<text::Token>& tokens, contact::Speaker speaker) const;

 private:
  struct Impl;
  explicit FrameSet(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace mamori::judge
