// What judging costs: judge_bench LABELLED.jsonl [megabytes] [root of the project] [only this line]
//
// Every message of the file is judged on one thread, over and over until so many megabytes of text (2 by default) are
// through: megabytes a second of processor time, and the time of one utterance (median, p99, longest). Beside it, in the
// same run, MeCab alone (what any reading of Japanese costs) and a word alert that looks for its words one after another.
#include <ctime>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <iostream>

#include "eval/judge_eval.h"
#include "judge/command.h"
#include "text/tokens.h"
#include "text/normalise.h"

namespace {

double cpu_seconds() {
  timespec t{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return static_cast<double>(t.tv_sec) + 1e-9 * static_cast<double>(t.tv_nsec);
}

}  // namespace

int main(int argc, char** argv) {
  using namespace mamori;
  if (argc < 2) {
    std::fprintf(stderr, "judge_bench LABELLED.jsonl [megabytes]\n");
    return 1;
  }
  const std::string root = argc > 3 ? argv[3] : ".";
  const double megabytes = argc > 2 ? std::atof(argv[2]) : 2;
  int status = 0;
  auto items = eval::read_items({argv[1]}, std::cerr, status);
  std::erase_if(items, [](const auto& i) { return i.dialogue || i.turns.empty(); });
  const auto judge = judge::Judge::load(judge::JudgeFiles::shipped(root));
  const auto words = text::Tokeniser::open();
  const auto alert = eval::WordAlert::load(root + "/eval/judge/word_alert.tsv");
  if (!judge || !words || !alert || items.empty()) {
    std::fprintf(stderr, "cannot load: run it in the root of the project\n");
    return 1;
  }
  double base = 0;
  const auto run = [&](const char* name, const std::function<void(const judge::LabelledItem&)>& one) {
    if (argc > 4 && std::string(argv[4]) != name) return;
    std::vector<double> times;
    double bytes = 0;
    const double from = cpu_seconds();
    for (std::size_t i = 0; bytes < megabytes * 1e6; ++i) {
      const auto& item = items[i % items.size()];
      const double t = cpu_seconds();
      one(item);
      times.push_back(cpu_seconds() - t);
      bytes += static_cast<double>(item.turns[0].text.size());
    }
    const double seconds = cpu_seconds() - from;
    std::ranges::sort(times);
    const double rate = bytes / 1e6 / seconds;
    if (base == 0) base = rate;
    std::printf("%-12s %7.2f MB/s (%.2f x)   median %.3f ms   p99 %.3f ms   longest %.3f ms\n", name, rate, rate / base, 1e3 * times[times.size() / 2], 1e3 * times[times.size() * 99 / 100], 1e3 * times.back());
  };
  for (const auto& item : items) (void)judge::judge_item(item, **judge);  // the automata are built once
  run("Mamori", [&](const auto& item) { (void)judge::judge_item(item, **judge); });
  const auto frames = (*judge)->with(std::shared_ptr<const judge::Classifier>());
  run("frames only", [&](const auto& item) { (void)judge::judge_item(item, *frames); });
  run("sample", [&](const auto& item) { judge::DialogueState st; (void)(*judge)->sample(st, item.turns[0]); });
  run("normalise", [&](const auto& item) { (void)text::normalise(item.turns[0].text); });
  run("MeCab alone", [&](const auto& item) { (void)(*words)->split(item.turns[0].text); });
  run("word alert", [&](const auto& item) { (void)alert->predict(item); });
  return 0;
}
