// How long it takes to judge a past period again.
//
//   replay_bench FOLDER [contacts] [threads]
// Makes a database of so many calls (10,000) in FOLDER unless it is there - each with twenty utterances of the training corpus,
// sealed and chained as in a real one, and a voice cue every two seconds - and then compares the default criteria with others.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <random>

#include "judge/criteria_text.h"
#include "replay/run.h"

namespace {

using namespace mamori;
namespace fs = std::filesystem;
namespace json = base::json;
using Steady = std::chrono::steady_clock;

constexpr int kUtterances = 20;
constexpr base::UnixMillis kBegin = 1'790'000'000'000;

double since(Steady::time_point begin) { return std::chrono::duration<double>(Steady::now() - begin).count(); }

[[noreturn]] void give_up(const std::string& why) {
  std::fprintf(stderr, "replay_bench: %s\n", why.c_str());
  std::exit(1);
}

// What people said, of both sides, in the order of the corpus.
std::vector<std::pair<std::string, std::string>> said() {
  std::vector<std::pair<std::string, std::string>> out;
  std::ifstream in(std::string(MAMORI_SOURCE_DIR) + "/eval/judge/train.jsonl");
  for (std::string line; std::getline(in, line);) {
    const auto item = base::parse_json(line, 16u << 20);
    if (!item || !item->is_object()) continue;
    const auto& o = item->get_object();
    if (const auto text = base::get_string(o, "text"); !text.empty()) out.emplace_back("customer", text);
    if (const auto* turns = o.if_contains("turns"); turns && turns->is_array()) {
      for (const auto& t : turns->get_array()) {
        if (t.is_object()) out.emplace_back(base::get_string(t.get_object(), "speaker", "customer"), base::get_string(t.get_object(), "text"));
      }
    }
  }
  if (out.empty()) give_up("eval/judge/train.jsonl cannot be read");
  return out;
}

void make(store::Store& store, int contacts) {
  const auto words = said();
  std::mt19937 random(5);
  for (int i = 0; i < contacts; ++i) {
    const std::string id = "bench-" + std::to_string(100'000 + i);
    const auto began = kBegin + i * 250'000LL;
    store::Write w;
    std::size_t at_word = random() % words.size();
    double at = 1;
    for (int k = 0; k < kUtterances; ++k) {
      const auto& [speaker, text] = words[at_word++ % words.size()];
      const double length = 1 + static_cast<double>(text.size()) * 0.05;
      for (double v = at; v < at + length + 1; v += 2) w.entries.push_back({id, began + static_cast<base::UnixMillis>(v * 1000), "voice", {{"at", v}, {"speaker", "customer"}, {"loudness_db", 3.0}, {"f0_hz", 180.0}, {"arousal", 0.4}, {"shouting", 0.2}, {"pitch_st", 1.0}, {"effort_db", 1.0}, {"rate", 6.0}, {"rises", json::array{}}, {"overlap", 0.0}, {"interruptions", 0}, {"silence", 1.0}}, {}});
      at += length + 1;
      w.entries.push_back({id, began + static_cast<base::UnixMillis>(at * 1000), "utterance", {{"turn", k}, {"speaker", speaker}, {"start", at - length - 1}, {"end", at - 1}, {"confidence", 0.8}, {"engine", "built-in"}}, {{"text", text}, {"phonemes", ""}}});
    }
    w.projections.push_back(store::Store::upsert_contact(store.keys(), {.id = id, .line = "0312340001", .agent = "1001", .party = "0900000" + std::to_string(i % 7000), .state = "ended", .started_at = began, .answered_at = began, .ended_at = began + static_cast<base::UnixMillis>(at * 1000) + 2000}));
    store.journal().submit(std::move(w));
    if (i % 500 == 499 && !store.journal().flush(120)) give_up("the journal cannot be written");
  }
  if (!store.journal().flush(120)) give_up("the journal cannot be written");
}

long peak_kb() {
  std::ifstream in("/proc/self/status");
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with("VmHWM:")) return std::atol(line.c_str() + 6);
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) give_up("usage: replay_bench FOLDER [contacts] [threads]");
  const fs::path folder = argv[1];
  const int contacts = argc > 2 ? std::atoi(argv[2]) : 10'000;
  const auto threads = static_cast<unsigned>(argc > 3 ? std::atoi(argv[3]) : 2);
  fs::create_directories(folder);
  const auto file = folder / ("replay-" + std::to_string(contacts) + ".db");
  const bool there = fs::exists(file);
  auto store = store::Store::open("sqlite:" + file.string(), (folder / "master.key").string());
  if (!store) give_up(store.error().message);
  if (!there) {
    const auto begin = Steady::now();
    make(**store, contacts);
    std::printf("made %d calls of %d utterances in %.1f s, %.0f MB\n", contacts, kUtterances, since(begin), static_cast<double>(fs::file_size(file)) / 1e6);
  }
  auto judge = judge::Judge::load(judge::JudgeFiles::shipped(MAMORI_SOURCE_DIR));
  if (!judge) give_up(judge.error().message);
  const auto policy = policy::load_policy(std::string(MAMORI_SOURCE_DIR) + "/data/policy/default.toml");
  if (!policy) give_up(policy.error().message);
  judge::Criteria other;
  other.version = "bench";
  other.thresholds.notice_minutes = 1;
  other.categories[contact::Category::kAuthorityDemand].enabled = false;
  const base::SystemClock clock;
  replay::Plan plan{.from = kBegin, .to = kBegin + contacts * 250'000LL, .before = {(*judge)->with(judge::Criteria{}), *policy}, .after = {(*judge)->with(other), *policy}, .by = "bench", .names = {}, .workers = threads};
  const auto before = peak_kb();
  const auto begin = Steady::now();
  const auto cpu = std::clock();
  replay::Progress progress;
  const auto report = replay::run(**store, clock, plan, progress);
  if (!report) give_up(report.error().message);
  std::printf("%lld calls judged twice in %.1f s on %u threads (%.1f s of processor), %lld change; memory at most %.0f MB, of it %.0f MB for this\n", static_cast<long long>(report->contacts()), since(begin), threads,
              static_cast<double>(std::clock() - cpu) / CLOCKS_PER_SEC, static_cast<long long>(report->changed()), static_cast<double>(peak_kb()) / 1e3, static_cast<double>(peak_kb() - before) / 1e3);
  return 0;
}
