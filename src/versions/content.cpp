#include "versions/content.h"

#include <sstream>

#include "judge/criteria_text.h"
#include "policy/policy_text.h"

namespace mamori::versions {
namespace {

std::string file_of(const store::VersionRow& row) { return row.kind + " " + std::to_string(row.number); }

// The text laid out by us, of whatever kind.
std::expected<std::string, base::Mistake> laid_out(Kind kind, std::string_view body) {
  if (kind == Kind::kCriteria) {
    const auto read = judge::read_criteria(body, "criteria");
    if (!read) return std::unexpected(read.error());
    return judge::to_toml(*read);
  }
  const auto read = policy::read_policy(body, "policy");
  if (!read) return std::unexpected(read.error());
  return policy::to_toml(*read);
}

}  // namespace

std::expected<judge::Criteria, base::Mistake> criteria_of(const store::VersionRow& row) {
  auto read = judge::read_criteria(row.body, file_of(row));
  if (!read) return read;
  read->version = std::to_string(row.number);
  if (read->name.empty()) read->name = row.name;
  return read;
}

std::expected<policy::Policy, base::Mistake> policy_of(const store::VersionRow& row) {
  auto read = policy::read_policy(row.body, file_of(row));
  if (read) read->version = std::to_string(row.number);
  return read;
}

std::optional<base::Mistake> mistake_in(const store::VersionRow& row) {
  const auto of = [](const auto& read) { return read ? std::nullopt : std::optional(read.error()); };
  return row.kind == to_id(Kind::kCriteria) ? of(criteria_of(row)) : of(policy_of(row));
}

std::expected<Checked, base::Mistake> check(Kind kind, std::string_view body) {
  auto text = laid_out(kind, body);
  if (!text) return std::unexpected(text.error());
  auto root = base::parse_toml(*text, "");
  if (!root) return std::unexpected(root.error());
  return Checked{base::to_json(*root).as_object(), std::move(*text)};
}

std::expected<std::string, base::Mistake> text_of(Kind kind, const base::json::object& value) {
  std::ostringstream out;
  out << base::to_toml_table(value);
  return laid_out(kind, out.str());
}

std::expected<std::vector<base::Change>, base::Mistake> changes(Kind kind, std::string_view before, std::string_view after) {
  const auto compare = [&](auto read, auto differ) -> std::expected<std::vector<base::Change>, base::Mistake> {
    auto was = read(before);
    if (!was) return std::unexpected(was.error());
    auto is = read(after);
    if (!is) return std::unexpected(is.error());
    return differ(*was, *is);
  };
  if (kind == Kind::kCriteria) {
    return compare([](std::string_view t) { return judge::read_criteria(t, "criteria"); }, [](const auto& a, const auto& b) { return judge::changes(a, b); });
  }
  return compare([](std::string_view t) { return policy::read_policy(t, "policy"); }, [](const auto& a, const auto& b) { return policy::changes(a, b); });
}

}  // namespace mamori::versions
