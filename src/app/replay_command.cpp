#include "app/replay_command.h"

#include <unistd.h>

#include <chrono>
#include <iostream>
#include <thread>

#include "api/errors.h"
#include "app/rule_source.h"
#include "flow/time_zone.h"
#include "replay/run.h"

namespace mamori::app {
namespace {

using contact::ActionKind;

int fail(const std::string& message) {
  const auto english = api::english(message);
  std::cerr << "mamori: " << message << (english == message ? "" : " / " + english) << std::endl;
  return 1;
}

void line(const std::string& name, const replay::Pair& p) {
  if (p.before == 0 && p.after == 0) return;
  std::cout << "  " << name << ": " << p.before << " → " << p.after;
  if (p.gained > 0) std::cout << "  新たに / gained " << p.gained;
  if (p.lost > 0) std::cout << "  なくなる / lost " << p.lost;
  std::cout << "\n";
}

void print(const replay::Report& r, bool list) {
  std::cout << "応対 / contacts " << r.contacts() << "、変わるもの / changed " << r.changed() << "\n危険度 / level\n";
  for (int before = 0; before <= 4; ++before) {
    for (int after = 0; after <= 4; ++after) {
      if (before != after && r.level(before, after) > 0) std::cout << "  " << before << " → " << after << ": " << r.level(before, after) << "\n";
    }
  }
  line("上席者を呼ぶ / a supervisor is called", r.alerts());
  std::cout << "種類 / kinds\n";
  for (int i = 0; i < contact::kCategoryCount; ++i) {
    const auto c = static_cast<contact::Category>(i);
    line(std::string(contact::term(c).ja) + " / " + std::string(contact::term(c).en), r.of(c));
  }
  std::cout << "対処 / actions\n";
  for (int i = 1; i < contact::kActionKindCount; ++i) {
    const auto kind = static_cast<ActionKind>(i);
    const auto& a = r.of(kind);
    line(std::string(contact::term(kind).ja) + " / " + std::string(contact::term(kind).en), a);
    if (a.automatic_before > 0 || a.automatic_after > 0) std::cout << "    うち自動 / by itself: " << a.automatic_before << " → " << a.automatic_after << "\n";
    if (a.over_limit > 0) std::cout << "    上限を超え、人の確認を待つ / over the limit, waiting for a person: " << a.over_limit << "\n";
  }
  if (!list) return;
  for (const auto& d : r.differences()) std::cout << d.contact << "  " << d.before.level << " → " << d.after.level << "\n";
}

}  // namespace

int run_replay(const Config& config, const ReplayOptions& options) {
  const auto zone = flow::TimeZone::named(config.time_zone);
  if (!zone) return fail(zone.error().message);
  const auto from = zone->midnight_of(options.from);
  if (!from) return fail(from.error().message);
  const auto last = zone->midnight_of(options.to);
  if (!last) return fail(last.error().message);
  const auto to = zone->midnight(*last, -1);  // the last day is included
  const base::SystemClock clock;
  auto store = store::Store::open(config.database, config.data_dir + "/master.key");
  if (!store) return fail(store.error().message);
  auto loaded = judge::Judge::load(config.judge);
  if (!loaded) return fail(loaded.error().message);
  const RuleSource source(**store, clock, config, true);
  const auto side = [&](const std::string& criteria, const std::string& policy, replay::Side& out) -> base::Result<> {
    auto rules = source.policy(policy);
    if (!rules) return base::fail(rules.error());
    out.policy = std::move(*rules);
    if (criteria == "recorded") return {};
    auto read = source.criteria(criteria);
    if (!read) return base::fail(read.error());
    out.judge = (*loaded)->with(*read);
    return {};
  };
  replay::Plan plan{.from = *from, .to = to, .before = {}, .after = {}, .by = "command line", .names = {}, .workers = options.workers, .zone = *zone};
  if (options.criteria == "recorded") return fail("--criteria に recorded は使えません / --criteria cannot be recorded");
  if (auto ok = side(options.against_criteria, options.against_policy, plan.before); !ok) return fail(ok.error().message);
  if (auto ok = side(options.criteria, options.policy, plan.after); !ok) return fail(ok.error().message);
  plan.names = {{"criteria_before", plan.before.judge ? plan.before.judge->criteria_version() : "recorded"}, {"policy_before", plan.before.policy.version}, {"criteria_after", plan.after.judge->criteria_version()}, {"policy_after", plan.after.policy.version}};
  replay::Progress progress;
  std::atomic<bool> over{false};
  std::thread shown([&] {
    while (!over && isatty(STDERR_FILENO)) {
      std::cerr << "\r" << progress.done << " / " << progress.total << std::flush;
      std::this_thread::sleep_for(std::chrono::milliseconds(200));
    }
  });
  auto report = replay::run(**store, clock, plan, progress);
  over = true;
  shown.join();
  if (isatty(STDERR_FILENO)) std::cerr << "\r\033[K";
  if (!report) return fail(report.error().message);
  if (!options.json) {
    print(*report, options.list);
    return 0;
  }
  auto out = report->to_json();
  for (const auto& [key, value] : plan.names) out[key] = value;
  base::json::array differences;
  for (const auto& d : report->differences()) differences.push_back(to_json(d));
  out["differences"] = std::move(differences);
  std::cout << base::json::serialize(out) << std::endl;
  return 0;
}

}  // namespace mamori::app
