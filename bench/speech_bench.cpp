// What one stream of speech costs: time against real time, and memory. Run: speech_bench WAV [streams]
#include <malloc.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>

#include "audio/resample.h"
#include "audio/wav.h"
#include "speech/built_in.h"
#include "speech/transcribe.h"

int main(int argc, char** argv) {
  using namespace mamori;
  if (argc < 2) {
    std::fprintf(stderr, "usage: speech_bench WAV [streams]\n");
    return 2;
  }
  const std::size_t streams = argc > 2 ? std::strtoul(argv[2], nullptr, 10) : 20;
  const auto recording = audio::read_recording(argv[1]);
  if (!recording) {
    std::fprintf(stderr, "%s: %s\n", argv[1], recording.error().message.c_str());
    return 2;
  }
  const auto pcm = audio::to_telephone_rate(recording->channels[0], recording->rate);
  const auto now = [] { return std::chrono::steady_clock::now(); };
  const auto since = [&](auto start) { return std::chrono::duration<double>(now() - start).count(); };

  auto start = now();
  const auto engine = speech::make_built_in({speech::default_model_dir(), speech::default_phrases()});
  if (!engine) {
    std::fprintf(stderr, "%s\n", engine.error().message.c_str());
    return 1;
  }
  std::printf("load            %.2f s, %.1f MB\n", since(start), static_cast<double>(mallinfo2().uordblks) / 1e6);

  const std::size_t before = mallinfo2().uordblks;
  std::vector<std::unique_ptr<speech::Recognizer>> open;
  for (std::size_t i = 0; i < streams; ++i) open.push_back((*engine)->open());
  std::vector<speech::Event> events;
  double worst = 0;
  start = now();
  for (std::size_t at = 0; at + 800 <= pcm->size(); at += 800) {
    for (auto& r : open) {
      const auto chunk = now();
      r->accept(std::span(*pcm).subspan(at, 800), events);
      worst = std::max(worst, since(chunk));
    }
  }
  const double spent = since(start);
  std::vector<speech::Event>().swap(events);
  const double sound = static_cast<double>(pcm->size()) / 8000 * static_cast<double>(streams);
  std::printf("streams         %zu, 100 ms at a time, one thread\n", streams);
  std::printf("time            %.4f x real time per stream (%.0f streams a core)\n", spent / sound, sound / spent);
  std::printf("slowest 100 ms  %.1f ms\n", worst * 1000);
  std::printf("memory          %.2f MB per stream\n", static_cast<double>(mallinfo2().uordblks - before) / 1e6 / static_cast<double>(streams));
  return 0;
}
