#include "app/feedback_command.h"

#include <unistd.h>

#include <future>
#include <iostream>

#include "base/clock.h"
#include "feedback/feedback.h"

namespace mamori::app {
namespace {

int fail(const std::string& message) {
  std::cerr << "mamori: " << message << std::endl;
  return 1;
}

}  // namespace

int export_feedback(const Config& config) {
  const base::SystemClock clock;
  auto store = store::Store::open(config.database, config.data_dir + "/master.key");
  if (!store) return fail(store.error().message);
  std::promise<base::Result<std::int64_t>> kept;
  store::Write write;
  write.entries.push_back({"", clock.now(), "read", {{"by", "command line"}, {"what", "feedback"}}, {}});
  write.done = [&](base::Result<std::int64_t> r) { kept.set_value(std::move(r)); };
  auto done = kept.get_future();
  (*store)->journal().submit(std::move(write));
  if (auto ok = done.get(); !ok) return fail(ok.error().message);
  auto items = feedback::labelled_of(**store, 0);
  if (!items) return fail(items.error().message);
  for (const auto& item : *items) std::cout << base::json::serialize(judge::to_json(item)) << "\n";
  std::cout.flush();
  if (items->empty() && isatty(STDERR_FILENO)) std::cerr << "まだフィードバックはありません / there is no feedback yet" << std::endl;
  return 0;
}

}  // namespace mamori::app
