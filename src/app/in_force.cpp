#include "app/in_force.h"

#include <fstream>
#include <sstream>

#include "base/log.h"
#include "judge/criteria_text.h"
#include "policy/policy_text.h"
#include "versions/content.h"

namespace mamori::app {

namespace json = base::json;
using versions::Kind;

namespace {

base::Result<std::string> read_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::stringstream text;
  text << in.rdbuf();
  if (!in) return base::fail(base::ErrorCode::kNotFound, path + ": 読めません / cannot be read");
  return text.str();
}

}  // namespace

base::Result<std::unique_ptr<InForce>> InForce::open(store::Store& store, const base::Clock& clock, std::shared_ptr<const judge::Judge> frames, const std::string& shipped_criteria,
                                                     const std::string& shipped_policy) {
  std::unique_ptr<InForce> out(new InForce(store, clock, std::move(frames)));
  // Checked under their own names first: an administrator is to see the file and the line.
  if (auto policy = policy::load_policy(shipped_policy); !policy) return base::fail(policy.error());
  for (auto* one : {&out->criteria_, &out->policy_}) {
    const auto& path = one->kind == Kind::kCriteria ? shipped_criteria : shipped_policy;
    auto text = read_file(path);
    if (!text) return base::fail(text.error());
    if (one->kind == Kind::kCriteria) {
      if (auto criteria = judge::parse_criteria(*text, path); !criteria) return base::fail(criteria.error());
    }
    one->shipped = std::move(*text);
    if (auto ok = out->take(*one, one->shipped, 0); !ok) return base::fail(ok.error());
  }
  if (auto ok = out->refresh(); !ok) return base::fail(ok.error());
  return out;
}

base::Result<> InForce::refresh() {
  const std::lock_guard lock(refreshing_);
  for (auto* one : {&criteria_, &policy_}) {
    if (auto ok = refresh(*one); !ok) return ok;
  }
  return {};
}

base::Result<> InForce::refresh(One& one) {
  auto rows = store_.versions(std::string(to_id(one.kind)));
  if (!rows) return base::fail(rows.error());
  std::map<std::int64_t, store::VersionRow> read;  // with their bodies, as far as they were asked for
  base::Result<> failed;
  auto choice = versions::choose(*rows, clock_.now(), [&](const store::VersionRow& row) -> std::optional<base::Mistake> {
    auto whole = store_.version(row.kind, row.number);
    if (!whole) {
      failed = base::fail(whole.error());
      return base::Mistake{row.kind, 0, "読めません", "cannot be read"};
    }
    auto mistake = versions::mistake_in(*whole);
    read[row.number] = std::move(*whole);
    return mistake;
  });
  if (!failed) return failed;  // the database could not be read: nothing changes
  for (const auto& r : choice.refused) base::log_error("a version is not taken: it cannot be read", {{"kind", std::string(to_id(one.kind))}, {"reason", r.mistake.message()}});
  const bool other = choice.number != one.number;
  {
    const std::lock_guard lock(mutex_);
    one.refused = std::move(choice.refused);
  }
  if (other) {
    if (auto ok = take(one, choice.number == 0 ? one.shipped : read.at(choice.number).body, choice.number); !ok) return ok;
    base::log_info("other rules apply", {{"kind", std::string(to_id(one.kind))}, {"number", std::to_string(choice.number)}});
  }
  if (!other || choice.moved.empty()) return {};
  store::Write write;
  for (auto& move : choice.moved) {
    if (auto body = read.find(move.row.number); body != read.end()) {
      move.row.body = body->second.body;
    } else {
      auto whole = store_.version(move.row.kind, move.row.number);
      if (!whole) return base::fail(whole.error());
      move.row.body = std::move(whole->body);
    }
    write.entries.push_back({"", move.step.at, std::string(to_id(one.kind)) + "_changed", {{"what", move.step.what}, {"number", move.row.number}, {"by", move.step.actor}, {"sha256", store::sha256_hex(move.row.body)}}, {}});
    write.projections.push_back(store::Store::put_version(move.row, move.step));
  }
  // Another hub on the same database may have written it first: then it is written.
  write.done = [](const base::Result<std::int64_t>& done) {
    if (!done && done.error().code != base::ErrorCode::kConflict) base::log_error("rules in force: " + done.error().message);
  };
  store_.journal().submit(std::move(write));
  // Whoever asked reads the version next and must not find it as it was. The rules apply even if this cannot be written yet.
  if (auto ok = store_.journal().flush(); !ok) base::log_error("rules in force: " + ok.error().message);
  return {};
}

base::Result<> InForce::take(One& one, const std::string& text, std::int64_t number) {
  const auto row = store::VersionRow{.kind = std::string(to_id(one.kind)), .number = number, .body = text};
  if (one.kind == Kind::kCriteria) {
    auto criteria = number == 0 ? judge::read_criteria(text, "criteria") : versions::criteria_of(row);
    if (!criteria) return base::fail(criteria.error().error());
    std::shared_ptr<const judge::Judge> judge = frames_->with(*criteria);
    {
      const std::lock_guard lock(mutex_);
      judge_ = judge;
      one.number = number;
      one.text = text;
    }
    if (changed_.criteria) changed_.criteria(std::move(judge));
    return {};
  }
  auto policy = number == 0 ? policy::read_policy(text, "policy") : versions::policy_of(row);
  if (!policy) return base::fail(policy.error().error());
  {
    const std::lock_guard lock(mutex_);
    rules_ = *policy;
    one.number = number;
    one.text = text;
  }
  if (changed_.policy) changed_.policy(std::move(*policy));
  return {};
}

std::shared_ptr<const judge::Judge> InForce::judge() const {
  const std::lock_guard lock(mutex_);
  return judge_;
}

policy::Policy InForce::policy() const {
  const std::lock_guard lock(mutex_);
  return rules_;
}

std::string InForce::text(Kind kind) const {
  const std::lock_guard lock(mutex_);
  return of(kind).text;
}

json::object InForce::state(Kind kind) const {
  const std::lock_guard lock(mutex_);
  json::array refused;
  for (const auto& r : of(kind).refused) refused.push_back(json::object{{"number", r.number}, {"line", r.mistake.line}, {"ja", r.mistake.ja}, {"en", r.mistake.en}});
  return {{"number", of(kind).number}, {"refused", std::move(refused)}};
}

bool InForce::fine() const {
  const std::lock_guard lock(mutex_);
  return criteria_.refused.empty() && policy_.refused.empty();
}

}  // namespace mamori::app
