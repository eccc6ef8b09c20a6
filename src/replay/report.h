// What a comparison came to: numbers, and the contacts behind each of them. Values; pure.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "replay/outcome.h"

namespace mamori::replay {

// A contact that the two sides see differently. No words of anybody.
struct Difference {
  std::string contact;
  base::UnixMillis started_at = 0;
  contact::Medium medium = contact::Medium::kPhone;
  std::string line;
  std::string agent;
  Outcome before;
  Outcome after;
};

struct Pair {
  std::int64_t before = 0;  // contacts that have it on the first side
  std::int64_t after = 0;   // … on the second
  std::int64_t gained = 0;  // only on the second
  std::int64_t lost = 0;    // only on the first
};

struct ActionPair : Pair {
  std::int64_t automatic_before = 0;
  std::int64_t automatic_after = 0;
  std::int64_t more_automatic = 0;  // on both, but more by itself on the second
  std::int64_t less_automatic = 0;
  std::int64_t over_limit = 0;  // of automatic_after: would have waited for a person, the hourly limit was reached
};

class Report {
 public:
  // Beyond it contacts are still counted, but not listed: memory is bounded whatever the period.
  static constexpr std::size_t kMostDifferences = 20'000;

  void add(const store::PastContact& past, Outcome before, Outcome after);
  void add_unreadable() { ++unreadable_; }
  // Takes in what another thread counted.
  void merge(Report&& other);
  // Once at the end: newest first, and how often the second side's hourly limits would have been reached.
  void finish(const policy::Policy& after);

  [[nodiscard]] std::int64_t contacts() const { return contacts_; }
  [[nodiscard]] std::int64_t changed() const { return changed_; }
  [[nodiscard]] const Pair& alerts() const { return alerts_; }
  [[nodiscard]] const Pair& of(contact::Category c) const { return categories_[static_cast<std::size_t>(c)]; }
  [[nodiscard]] const ActionPair& of(contact::ActionKind a) const { return actions_[static_cast<std::size_t>(a)]; }
  [[nodiscard]] std::int64_t level(contact::Level before, contact::Level after) const { return levels_[static_cast<std::size_t>(before)][static_cast<std::size_t>(after)]; }
  [[nodiscard]] const std::vector<Difference>& differences() const { return differences_; }

  [[nodiscard]] base::json::object to_json() const;  // the numbers

 private:
  std::int64_t contacts_ = 0;
  std::int64_t unreadable_ = 0;
  std::int64_t changed_ = 0;
  std::array<std::array<std::int64_t, 5>, 5> levels_{};
  Pair alerts_;
  std::array<Pair, contact::kCategoryCount> categories_{};
  std::array<Pair, contact::kFlagCount> flags_{};
  std::array<ActionPair, contact::kActionKindCount> actions_{};
  std::vector<Difference> differences_;
  bool truncated_ = false;
  std::vector<std::pair<base::UnixMillis, contact::ActionKind>> automatic_;  // of the second side, what touches the customer
};

// Which number a contact stands behind: "changed", "level:1:3", "alert:gained", "alert:lost", "category:ID:gained|lost",
// "flag:ID:gained|lost", "action:ID:gained|lost|more|less". Nothing for what is none of these.
bool stands_behind(const Difference& difference, std::string_view what);
base::json::object to_json(const Difference& difference);

}  // namespace mamori::replay
