// Store: versions of what the organisation decides.
#include "store/lease.h"

namespace mamori::store {
namespace {

constexpr const char* kFacts =
    "SELECT kind, number, name, note, author, state, step, created_at, changed_at, submitted_at, reviewer, reviewed_at, alone, applies_from, "
    "in_force_at, ended_at";

VersionRow read(const soci::row& row) {
  VersionRow v;
  v.kind = row.get<std::string>(0);
  v.number = row.get<long long>(1);
  v.name = row.get<std::string>(2);
  v.note = row.get<std::string>(3);
  v.author = row.get<std::string>(4);
  v.state = row.get<std::string>(5);
  v.step = row.get<long long>(6);
  v.created_at = row.get<long long>(7);
  v.changed_at = row.get<long long>(8);
  v.submitted_at = row.get<long long>(9);
  v.reviewer = row.get<std::string>(10);
  v.reviewed_at = row.get<long long>(11);
  v.alone = row.get<int>(12) != 0;
  v.applies_from = row.get<long long>(13);
  v.in_force_at = row.get<long long>(14);
  v.ended_at = row.get<long long>(15);
  return v;
}

}  // namespace

base::Result<std::vector<VersionRow>> Store::versions(const std::string& kind) {
  Lease lease(*this);
  return guard([&] {
    std::vector<VersionRow> out;
    const soci::rowset<soci::row> rows = (lease.sql().prepare << std::string(kFacts) + " FROM rule_version WHERE kind = :k ORDER BY number DESC", soci::use(kind));
    for (const auto& row : rows) out.push_back(read(row));
    return out;
  });
}

base::Result<VersionRow> Store::version(const std::string& kind, std::int64_t number) {
  Lease lease(*this);
  const long long n = number;
  auto found = guard([&]() -> std::optional<VersionRow> {
    const soci::rowset<soci::row> rows = (lease.sql().prepare << std::string(kFacts) + ", body FROM rule_version WHERE kind = :k AND number = :n", soci::use(kind), soci::use(n));
    for (const auto& row : rows) {
      auto v = read(row);
      v.body = row.get<std::string>(16);
      return v;
    }
    return std::nullopt;
  });
  if (!found) return base::fail(found.error());
  if (!*found) return base::fail(base::ErrorCode::kNotFound, "この版はありません");
  return std::move(**found);
}

base::Result<std::vector<VersionStep>> Store::version_steps(const std::string& kind, std::int64_t number) {
  Lease lease(*this);
  const long long n = number;
  return guard([&] {
    std::vector<VersionStep> out;
    const soci::rowset<soci::row> rows =
        (lease.sql().prepare << "SELECT step, at, actor, what, note FROM rule_version_step WHERE kind = :k AND number = :n ORDER BY step", soci::use(kind), soci::use(n));
    for (const auto& row : rows) {
      out.push_back({row.get<long long>(0), row.get<long long>(1), row.get<std::string>(2), row.get<std::string>(3), row.get<std::string>(4)});
    }
    return out;
  });
}

Projection Store::put_version(VersionRow v, VersionStep step) {
  return [v = std::move(v), step = std::move(step)](soci::session& sql) {
    const long long number = v.number;
    const long long n = v.step;
    const long long at = step.at;
    const long long created = v.created_at;
    const long long changed = v.changed_at;
    const long long submitted = v.submitted_at;
    const long long reviewed = v.reviewed_at;
    const int alone = v.alone ? 1 : 0;
    const long long from = v.applies_from;
    const long long in_force = v.in_force_at;
    const long long ended = v.ended_at;
    sql << "INSERT INTO rule_version_step (kind, number, step, at, actor, what, note) VALUES (:k, :n, :s, :at, :by, :what, :note)", soci::use(v.kind), soci::use(number),
        soci::use(n), soci::use(at), soci::use(step.actor), soci::use(step.what), soci::use(step.note);
    sql << "INSERT INTO rule_version (kind, number, name, body, note, author, state, step, created_at, changed_at, submitted_at, reviewer, reviewed_at, "
           "alone, applies_from, in_force_at, ended_at) VALUES (:k, :n, :name, :body, :note, :author, :state, :step, :c, :m, :sub, :rev, :reva, :alone, "
           ":from, :inf, :ended) ON CONFLICT (kind, number) DO UPDATE SET name = excluded.name, body = excluded.body, note = excluded.note, "
           "state = excluded.state, step = excluded.step, changed_at = excluded.changed_at, submitted_at = excluded.submitted_at, "
           "reviewer = excluded.reviewer, reviewed_at = excluded.reviewed_at, alone = excluded.alone, applies_from = excluded.applies_from, "
           "in_force_at = excluded.in_force_at, ended_at = excluded.ended_at",
        soci::use(v.kind), soci::use(number), soci::use(v.name), soci::use(v.body), soci::use(v.note), soci::use(v.author), soci::use(v.state), soci::use(n),
        soci::use(created), soci::use(changed), soci::use(submitted), soci::use(v.reviewer), soci::use(reviewed), soci::use(alone), soci::use(from), soci::use(in_force),
        soci::use(ended);
  };
}

}  // namespace mamori::store
