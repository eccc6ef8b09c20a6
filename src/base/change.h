// One difference between two versions of something people edit, in words they can read. Plain values.
#pragma once

#include <string>
#include <vector>

namespace mamori::base {

struct Words {
  std::string ja;
  std::string en;
  friend bool operator==(const Words&, const Words&) = default;
};

struct Change {
  enum class Kind { kAdded,
                    kRemoved,
                    kChanged };
  Kind kind = Kind::kChanged;
  std::string id;  // stable: "thresholds.notice_minutes", "category.threat.enabled", "phrase", "rule.warn.mode", …
  Words what;      // "通話が長いと知らせる時間"
  Words before;    // empty when added
  Words after;     // empty when removed
};

// "通話が長いと知らせる時間: 30 分 → 20 分".
Words sentence(const Change& change);

}  // namespace mamori::base
