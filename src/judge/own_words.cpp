#include "judge/own_words.h"

#include <re2/re2.h>
#include <re2/set.h>

#include <algorithm>

#include "text/normalise.h"

namespace mamori::judge {
namespace {

constexpr std::size_t kMost = 2000;
constexpr std::size_t kMostHits = 64;

// Literal words, found together: one pass tells which are there at all, then each of those is searched for.
class Words {
 public:
  void add(std::string_view word, std::size_t index) {
    auto folded = text::normalise(word).folded;
    if (folded.empty() || words_.size() >= 2 * kMost) return;
    words_.push_back({std::move(folded), index});
  }

  void compile() {
    if (words_.empty()) return;
    RE2::Options options;
    options.set_log_errors(false);
    options.set_literal(true);
    options.set_max_mem(64 << 20);
    set_ = std::make_unique<RE2::Set>(options, RE2::UNANCHORED);
    for (const auto& word : words_) set_->Add(word.text, nullptr);
    if (!set_->Compile()) set_.reset();
  }

  [[nodiscard]] std::vector<OwnWords::Hit> find(std::string_view folded) const {
    std::vector<OwnWords::Hit> out;
    if (words_.empty()) return out;
    std::vector<int> there;
    RE2::Set::ErrorInfo problem{};
    const bool together = set_ && (set_->Match(re2::StringPiece(folded.data(), folded.size()), &there, &problem) || problem.kind == RE2::Set::kNoError);
    if (!together) {
      there.resize(words_.size());
      for (std::size_t i = 0; i < there.size(); ++i) there[i] = static_cast<int>(i);
    }
    for (const int i : there) {
      const auto& word = words_[static_cast<std::size_t>(i)];
      std::size_t from = 0;
      for (std::size_t n = 0; n < kMostHits && (from = folded.find(word.text, from)) != std::string_view::npos; ++n) {
        out.push_back({from, from + word.text.size(), word.index});
        from += word.text.size();
      }
    }
    std::ranges::sort(out, {}, &OwnWords::Hit::begin);
    return out;
  }

 private:
  struct Word {
    std::string text;
    std::size_t index;
  };
  std::vector<Word> words_;
  std::unique_ptr<RE2::Set> set_;
};

}  // namespace

struct OwnWords::Impl {
  Words phrases;
  Words exceptions;
};

OwnWords::OwnWords(const Criteria& criteria) : impl_(std::make_unique<Impl>()) {
  for (std::size_t i = 0; i < std::min(kMost, criteria.phrases.size()); ++i) {
    impl_->phrases.add(criteria.phrases[i].text, i);
    if (!criteria.phrases[i].reading.empty()) impl_->phrases.add(criteria.phrases[i].reading, i);
  }
  for (std::size_t i = 0; i < std::min(kMost, criteria.exceptions.size()); ++i) impl_->exceptions.add(criteria.exceptions[i].text, i);
  impl_->phrases.compile();
  impl_->exceptions.compile();
}

OwnWords::~OwnWords() = default;

std::vector<OwnWords::Hit> OwnWords::phrases(std::string_view folded) const { return impl_->phrases.find(folded); }
std::vector<OwnWords::Hit> OwnWords::exceptions(std::string_view folded) const { return impl_->exceptions.find(folded); }

}  // namespace mamori::judge
