#include "versions/lifecycle.h"

#include <algorithm>

namespace mamori::versions {
namespace {

using base::ErrorCode;
using store::VersionRow;

constexpr base::UnixMillis kMostAhead = 2LL * 366 * 24 * 3600 * 1000;

Moved step(VersionRow row, std::string state, std::string what, const std::string& by, std::string note, base::UnixMillis now) {
  ++row.step;
  row.state = std::move(state);
  row.changed_at = now;
  store::VersionStep done{row.step, now, by, std::move(what), std::move(note)};
  return {std::move(row), std::move(done)};
}

std::unexpected<base::Error> not_in_state() { return base::fail(ErrorCode::kConflict, "この版は、もうその状態ではありません。画面を読み込み直してください"); }

}  // namespace

std::string_view to_id(Kind kind) { return kind == Kind::kCriteria ? "criteria" : "policy"; }

std::optional<Kind> kind_from_id(std::string_view id) {
  if (id == "criteria") return Kind::kCriteria;
  if (id == "policy") return Kind::kPolicy;
  return std::nullopt;
}

Moved create(Kind kind, std::int64_t number, std::string name, std::string body, std::string note, const std::string& by, base::UnixMillis now) {
  VersionRow row;
  row.kind = to_id(kind);
  row.number = number;
  row.name = std::move(name);
  row.body = std::move(body);
  row.note = std::move(note);
  row.author = by;
  row.created_at = now;
  return step(std::move(row), "draft", "created", by, "", now);
}

Move edit(VersionRow row, std::string name, std::string body, std::string note, const std::string& by, base::UnixMillis now) {
  if (row.state != "draft") return not_in_state();
  if (row.author != by) return base::fail(ErrorCode::kPermissionDenied, "下書きを直せるのは、書いた人だけです。別の下書きとして保存してください");
  row.name = std::move(name);
  row.body = std::move(body);
  row.note = std::move(note);
  return step(std::move(row), "draft", "edited", by, "", now);
}

Move submit(VersionRow row, const std::string& by, base::UnixMillis now) {
  if (row.state != "draft") return not_in_state();
  if (row.author != by) return base::fail(ErrorCode::kPermissionDenied, "確認を依頼できるのは、書いた人だけです");
  row.submitted_at = now;
  return step(std::move(row), "submitted", "submitted", by, "", now);
}

Move send_back(VersionRow row, std::string reason, const std::string& by, base::UnixMillis now) {
  if (row.state != "submitted") return not_in_state();
  if (reason.empty() && row.author != by) return base::fail(ErrorCode::kInvalidArgument, "差し戻す理由を書いてください");
  row.submitted_at = 0;
  return step(std::move(row), "draft", "sent_back", by, std::move(reason), now);
}

Move approve(VersionRow row, base::UnixMillis applies_from, std::string note, const std::string& by, int admins, base::UnixMillis now) {
  if (row.state != "submitted") return not_in_state();
  const bool own = row.author == by;
  if (own && admins > 1) return base::fail(ErrorCode::kPermissionDenied, "自分が書いた版は承認できません。ほかの管理者に確認してもらってください");
  if (applies_from > now + kMostAhead) return base::fail(ErrorCode::kInvalidArgument, "適用の開始は 2 年先までです");
  row.reviewer = by;
  row.reviewed_at = now;
  row.alone = own;
  row.applies_from = std::max(applies_from, now);
  return step(std::move(row), "approved", "approved", by, std::move(note), now);
}

Move withdraw(VersionRow row, std::string reason, const std::string& by, base::UnixMillis now) {
  if (row.state != "draft" && row.state != "submitted" && row.state != "approved") return not_in_state();
  row.ended_at = now;
  return step(std::move(row), "withdrawn", "withdrawn", by, std::move(reason), now);
}

Choice choose(const std::vector<VersionRow>& versions, base::UnixMillis now, const std::function<std::optional<base::Mistake>(const VersionRow&)>& mistake) {
  // 0 approved and due, 1 in force, 2 superseded, in the order in which they are tried.
  const auto rank = [&](const VersionRow& v) { return v.state == "approved" && v.applies_from <= now ? 0 : v.state == "in_force"                      ? 1
                                                                                                       : v.state == "superseded" && v.in_force_at > 0 ? 2
                                                                                                                                                      : 3; };
  std::vector<const VersionRow*> order;
  for (const auto& v : versions) {
    if (rank(v) < 3) order.push_back(&v);
  }
  std::ranges::stable_sort(order, [&](const auto* a, const auto* b) {
    if (rank(*a) != rank(*b)) return rank(*a) < rank(*b);
    const auto when = [&](const VersionRow& v) { return rank(v) == 0 ? v.applies_from : v.in_force_at; };
    return when(*a) != when(*b) ? when(*a) > when(*b) : a->number > b->number;
  });
  Choice choice;
  const VersionRow* found = nullptr;
  for (const auto* v : order) {
    if (auto wrong = mistake(*v)) {
      if (rank(*v) < 2) choice.refused.push_back({v->number, std::move(*wrong)});
      continue;
    }
    found = v;
    break;
  }
  if (!found) return choice;
  choice.number = found->number;
  if (rank(*found) != 0) return choice;
  auto fresh = *found;
  fresh.in_force_at = now;
  choice.moved.push_back(step(std::move(fresh), "in_force", "in_force", "mamori", "", now));
  for (const auto* v : order) {
    // What was in force, and approved ones whose turn the new one has taken. One that cannot be read stays as it is: it may be
    // readable again (an older program was put back), and people are told until they withdraw it.
    if (v == found || rank(*v) == 2) continue;
    if (rank(*v) == 0 && (v->applies_from > found->applies_from || (v->applies_from == found->applies_from && v->number > found->number))) continue;
    auto old = *v;
    old.ended_at = now;
    choice.moved.push_back(step(std::move(old), "superseded", "superseded", "mamori", "", now));
  }
  return choice;
}

}  // namespace mamori::versions
