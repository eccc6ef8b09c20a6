// Which criteria and which action rules apply: the version of the database whose time has come, else the files of the
// installation. Looked at when the hub starts, every minute, and after each step of a version.
//
// Thread-safe; refresh() blocks (database).
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string>

#include "base/clock.h"
#include "base/json.h"
#include "judge/criteria.h"
#include "judge/judge.h"
#include "policy/policy.h"
#include "store/store.h"
#include "versions/lifecycle.h"

namespace mamori::app {

class InForce {
 public:
  struct Changed {
    std::function<void(std::shared_ptr<const judge::Judge>)> criteria;
    std::function<void(policy::Policy)> policy;
  };

  // `shipped_criteria` and `shipped_policy` are files (TOML). Errors name file, line and reason.
  static base::Result<std::unique_ptr<InForce>> open(store::Store& store, const base::Clock& clock, std::shared_ptr<const judge::Judge> frames, const std::string& shipped_criteria,
                                                     const std::string& shipped_policy);

  // Whoever is to be told of a change, from the thread that called refresh(). Set once, before threads start.
  void on_change(Changed changed) { changed_ = std::move(changed); }
  base::Result<> refresh();

  [[nodiscard]] std::shared_ptr<const judge::Judge> judge() const;
  // A judge under any criteria, for trying them.
  [[nodiscard]] std::shared_ptr<const judge::Judge> judge_with(const judge::Criteria& criteria) const { return frames_->with(criteria); }
  [[nodiscard]] policy::Policy policy() const;
  // The text in force, and of what the installation came with.
  [[nodiscard]] std::string text(versions::Kind kind) const;
  [[nodiscard]] const std::string& shipped(versions::Kind kind) const { return of(kind).shipped; }
  // {"number", "refused": [{"number", "line", "ja", "en"}]}; number 0: what the installation came with.
  [[nodiscard]] base::json::object state(versions::Kind kind) const;
  // True while every version whose time has come is readable.
  [[nodiscard]] bool fine() const;

 private:
  struct One {
    versions::Kind kind = versions::Kind::kCriteria;
    std::string shipped;
    std::string text;
    std::int64_t number = 0;
    std::vector<versions::Refused> refused;
  };
  InForce(store::Store& store, const base::Clock& clock, std::shared_ptr<const judge::Judge> frames) : store_(store), clock_(clock), frames_(std::move(frames)) {}
  base::Result<> refresh(One& one);
  base::Result<> take(One& one, const std::string& text, std::int64_t number);
  [[nodiscard]] const One& of(versions::Kind kind) const { return kind == versions::Kind::kCriteria ? criteria_ : policy_; }

  store::Store& store_;
  const base::Clock& clock_;
  std::shared_ptr<const judge::Judge> frames_;  // without criteria: what every other is made from
  Changed changed_;
  std::mutex refreshing_;
  mutable std::mutex mutex_;
  One criteria_{.kind = versions::Kind::kCriteria};
  One policy_{.kind = versions::Kind::kPolicy};
  std::shared_ptr<const judge::Judge> judge_;
  policy::Policy rules_;
};

}  // namespace mamori::app
