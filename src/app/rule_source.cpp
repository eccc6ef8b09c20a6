#include "app/rule_source.h"

#include <algorithm>
#include <fstream>
#include <sstream>

#include "judge/criteria_text.h"
#include "versions/content.h"

namespace mamori::app {
namespace {

using base::ErrorCode;
using versions::Kind;

base::Result<judge::Criteria> criteria_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::stringstream text;
  text << in.rdbuf();
  if (!in) return base::fail(ErrorCode::kNotFound, path + ": 読めません / cannot be read");
  auto criteria = judge::parse_criteria(text.str(), path);
  if (criteria && criteria->version.empty()) criteria->version = "file";
  return criteria;
}

bool is_number(const std::string& name) {
  return !name.empty() && name.size() < 10 && std::ranges::all_of(name, [](char c) { return c >= '0' && c <= '9'; });
}

// "preset:town_hall" → town_hall; never a path.
std::string preset_id(const std::string& name) {
  static constexpr std::string_view kHead = "preset:";
  if (!name.starts_with(kHead)) return {};
  auto id = name.substr(kHead.size());
  return std::ranges::all_of(id, [](char c) { return (c >= 'a' && c <= 'z') || c == '_'; }) ? id : std::string{};
}

}  // namespace

base::Result<std::optional<store::VersionRow>> RuleSource::in_force(Kind kind) const {
  auto rows = store_.versions(std::string(to_id(kind)));
  if (!rows) return base::fail(rows.error());
  std::optional<store::VersionRow> found;
  base::Result<> failed;
  const auto choice = versions::choose(*rows, clock_.now(), [&](const store::VersionRow& row) -> std::optional<base::Mistake> {
    auto whole = store_.version(row.kind, row.number);
    if (!whole) {
      failed = base::fail(whole.error());
      return base::Mistake{row.kind, 0, "読めません", "cannot be read"};
    }
    auto mistake = versions::mistake_in(*whole);
    if (!mistake) found = std::move(*whole);
    return mistake;
  });
  if (!failed) return base::fail(failed.error());
  return choice.number == 0 ? std::nullopt : std::move(found);
}

base::Result<std::optional<store::VersionRow>> RuleSource::kept(Kind kind, const std::string& name) const {
  if (name == "in_force") return in_force(kind);
  if (!is_number(name)) return std::nullopt;
  auto row = store_.version(std::string(to_id(kind)), std::stoll(name));
  if (!row) return base::fail(row.error());
  return std::optional(std::move(*row));
}

base::Result<judge::Criteria> RuleSource::criteria(const std::string& name) const {
  auto row = kept(Kind::kCriteria, name);
  if (!row) return base::fail(row.error());
  if (*row) {
    auto read = versions::criteria_of(**row);
    if (!read) return base::fail(read.error().error());
    return std::move(*read);
  }
  if (name == "in_force") return criteria_file(config_.criteria_file);
  if (const auto id = preset_id(name); !id.empty()) return criteria_file(config_.presets_dir() + "/" + id + ".toml");
  if (files_) return criteria_file(name);
  return base::fail(ErrorCode::kNotFound, "この版はありません");
}

base::Result<policy::Policy> RuleSource::policy(const std::string& name) const {
  auto row = kept(Kind::kPolicy, name);
  if (!row) return base::fail(row.error());
  if (*row) {
    auto read = versions::policy_of(**row);
    if (!read) return base::fail(read.error().error());
    return std::move(*read);
  }
  if (name == "in_force") return policy::load_policy(config_.policy_file);
  if (files_) return policy::load_policy(name);
  return base::fail(ErrorCode::kNotFound, "この版はありません");
}

}  // namespace mamori::app
