// The second opinion: a language model that the organisation runs itself is asked about contacts that are over and doubtful
// (opinion/). Off unless an address is configured.
//
// One question at a time on a thread of its own, with a deadline each, at most so many an hour; a server that is slow, away or
// lies costs nothing but the opinion. add() from any thread; `question` and `done` are called on the worker's thread. What waits
// when the hub stops is not asked any more.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "app/config.h"
#include "base/clock.h"
#include "base/result.h"
#include "net/client.h"
#include "opinion/answer.h"
#include "opinion/prompt.h"
#include "store/journal.h"

namespace mamori::app {

// What is asked about one contact, and what our own judge said of it.
struct OpinionQuestion {
  opinion::Question question;
  judge::Label judged;
};

struct OpinionResult {
  std::string contact;
  double suspicion = 0;
  std::string model;
  std::int64_t took_ms = 0;
  std::string state;  // answered, refused (an answer that is not of the form), failed (no answer)
  std::string error;  // for people; a fixed sentence without a word of anybody. Empty when answered
  std::optional<opinion::Opinion> opinion;
  bool agrees = true;
};

// Kind "second_opinion" (docs/format/journal.md).
store::NewEntry entry_of(const OpinionResult& result, base::UnixMillis at);

class SecondOpinion {
 public:
  struct Options {
    net::Url url;  // up to ".../v1"
    std::string model;
    std::string key;
    std::string ca_file;
    std::chrono::milliseconds timeout{60'000};
    int most_per_hour = 60;
  };
  // From the configuration: the address and the key are looked at now, not with the first contact.
  static base::Result<Options> options(const SecondOpinionConfig& config);

  // `question`: reads the contact when its turn comes; nothing when there is nothing to ask (any more).
  using Ask = std::function<std::optional<OpinionQuestion>(const std::string& contact)>;
  SecondOpinion(Options options, Ask question, std::function<void(OpinionResult)> done);
  ~SecondOpinion();  // within half a second, whatever the server does
  SecondOpinion(const SecondOpinion&) = delete;
  SecondOpinion& operator=(const SecondOpinion&) = delete;

  void add(std::string contact, double suspicion);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace mamori::app
