// What streams of speech cost, and how late their words come.
//
//   speech_bench WAV [streams] [--live SECONDS]
// Without --live every stream is fed as fast as it takes it: processor time against real time, memory per stream.
// With --live the streams are fed at the pace of a telephone, 100 ms at a time, on one thread, each beginning elsewhere in
// the recording: the lag from a segment's last sound to its text, which holds the look-ahead, the pause that ends the
// segment and the waiting for the other streams; and the lag without that pause, from the moment the pause was long enough.
#include <malloc.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <thread>

#include "audio/resample.h"
#include "audio/wav.h"
#include "speech/built_in.h"
#include "speech/transcribe.h"

namespace {

using Clock = std::chrono::steady_clock;

double percentile(std::vector<double> values, double part) {
  if (values.empty()) return 0;
  std::ranges::sort(values);
  return values[std::min(values.size() - 1, static_cast<std::size_t>(part * static_cast<double>(values.size())))];
}

void live(const mamori::speech::Engine& engine, const std::vector<mamori::audio::Sample>& pcm, std::size_t streams, double seconds) {
  using namespace mamori;
  struct Stream {
    std::unique_ptr<speech::Recognizer> recognizer;
    std::size_t at;
    double last_partial_end = 0;
  };
  std::vector<Stream> all;
  for (std::size_t i = 0; i < streams; ++i) all.push_back({engine.open(), pcm.size() * i / streams, 0});
  std::vector<double> final_lag;
  std::vector<double> partial_lag;
  const auto begin = Clock::now();
  const auto steps = static_cast<std::size_t>(seconds * 10);
  const std::clock_t before = std::clock();
  for (std::size_t step = 0; step < steps; ++step) {
    // Streams do not all come at the same moment: each has its own place within the 100 ms.
    for (std::size_t i = 0; i < streams; ++i) {
      const auto due = begin + std::chrono::milliseconds(100 * (step + 1)) + std::chrono::microseconds(100000 * i / streams);
      std::this_thread::sleep_until(due);
      Stream& s = all[i];
      std::vector<audio::Sample> chunk(800);
      for (auto& x : chunk) x = pcm[s.at++ % pcm.size()];
      std::vector<speech::Event> events;
      s.recognizer->accept(chunk, events);
      const double fed = static_cast<double>(step + 1) / 10;
      const double late = std::chrono::duration<double>(Clock::now() - due).count();
      for (const auto& e : events) {
        if (const auto* f = std::get_if<speech::Final>(&e)) final_lag.push_back(fed - f->end + late);
        if (const auto* p = std::get_if<speech::Partial>(&e)) partial_lag.push_back(fed - p->end + late);
      }
    }
  }
  const double load = static_cast<double>(std::clock() - before) / CLOCKS_PER_SEC / seconds;
  std::printf("live            %zu streams, %.0f s, one thread, %.0f %% of a core\n", streams, seconds, 100 * load);
  std::printf("word to screen  median %.0f ms, p95 %.0f ms (n = %zu): last sound of a partial to its text\n",
              1000 * percentile(partial_lag, 0.5), 1000 * percentile(partial_lag, 0.95), partial_lag.size());
  std::printf("final           median %.0f ms, p95 %.0f ms (n = %zu): last sound of a segment to its final text, the pause that ends it included\n",
              1000 * percentile(final_lag, 0.5), 1000 * percentile(final_lag, 0.95), final_lag.size());
}

}  // namespace

int main(int argc, char** argv) {
  using namespace mamori;
  if (argc < 2) {
    std::fprintf(stderr, "usage: speech_bench WAV [streams] [--live SECONDS]\n");
    return 2;
  }
  const std::size_t streams = argc > 2 ? std::strtoul(argv[2], nullptr, 10) : 20;
  const double live_seconds = argc > 4 && std::strcmp(argv[3], "--live") == 0 ? std::strtod(argv[4], nullptr) : 0;
  const auto recording = audio::read_recording(argv[1]);
  if (!recording) {
    std::fprintf(stderr, "%s: %s\n", argv[1], recording.error().message.c_str());
    return 2;
  }
  const auto pcm = audio::to_telephone_rate(recording->channels[0], recording->rate);

  auto start = Clock::now();
  const auto engine = speech::make_built_in({speech::default_model_dir(), speech::default_phrases(), {}});
  if (!engine) {
    std::fprintf(stderr, "%s\n", engine.error().message.c_str());
    return 1;
  }
  std::printf("load            %.2f s, %.1f MB\n", std::chrono::duration<double>(Clock::now() - start).count(), static_cast<double>(mallinfo2().uordblks) / 1e6);
  if (live_seconds > 0) {
    live(**engine, *pcm, streams, live_seconds);
    return 0;
  }

  const std::size_t before = mallinfo2().uordblks;
  std::vector<std::unique_ptr<speech::Recognizer>> open;
  for (std::size_t i = 0; i < streams; ++i) open.push_back((*engine)->open());
  std::vector<speech::Event> events;
  double worst = 0;
  const std::clock_t spent_before = std::clock();
  for (std::size_t at = 0; at + 800 <= pcm->size(); at += 800) {
    for (auto& r : open) {
      const std::clock_t chunk = std::clock();
      r->accept(std::span(*pcm).subspan(at, 800), events);
      worst = std::max(worst, static_cast<double>(std::clock() - chunk) / CLOCKS_PER_SEC);
    }
  }
  const double spent = static_cast<double>(std::clock() - spent_before) / CLOCKS_PER_SEC;
  std::vector<speech::Event>().swap(events);
  const double sound = static_cast<double>(pcm->size()) / 8000 * static_cast<double>(streams);
  std::printf("streams         %zu, 100 ms at a time, one thread\n", streams);
  std::printf("time            %.4f x real time per stream (%.0f streams a core)\n", spent / sound, sound / spent);
  std::printf("slowest 100 ms  %.1f ms\n", worst * 1000);
  std::printf("memory          %.2f MB per stream\n", static_cast<double>(mallinfo2().uordblks - before) / 1e6 / static_cast<double>(streams));
  return 0;
}
