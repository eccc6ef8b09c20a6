#include "speech/transcribe.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <iostream>

#include "audio/resample.h"
#include "audio/wav.h"
#include "speech/built_in.h"

namespace mamori::speech {
namespace {

namespace fs = std::filesystem;

constexpr int kBadInput = 2;
constexpr double kCueSeconds = 0.5;   // what one cue describes
constexpr std::size_t kChunk = 8000;  // a second at a time

std::string find(const std::string& relative) {
  std::vector<fs::path> roots;
  if (const char* data = std::getenv("MAMORI_DATA"); data != nullptr && *data != '\0') roots.emplace_back(data);
  std::error_code ec;
  const auto program = fs::read_symlink("/proc/self/exe", ec);
  if (!ec) {
    roots.push_back(program.parent_path() / "../share/mamori");
    // A program run from its build tree finds the source tree above it.
    for (auto dir = program.parent_path(); dir != dir.root_path(); dir = dir.parent_path()) roots.push_back(dir);
  }
  roots.emplace_back("/usr/share/mamori");
  for (const auto& root : roots) {
    if (!root.empty() && fs::exists(root / relative, ec)) return (root / relative).lexically_normal().string();
  }
  return relative;
}

double rounded(double value, double unit) { return std::round(value / unit) * unit; }

double start_of(const Event& event) {
  return std::visit(
      [](const auto& e) {
    if constexpr (requires { e.start; }) {
      return e.start;
    } else {
      return e.at;
    }
  },
      event);
}

std::vector<Event> recognise(const Engine& engine, std::span<const audio::Sample> pcm) {
  std::vector<Event> events;
  const auto recognizer = engine.open();
  for (std::size_t at = 0; at < pcm.size(); at += kChunk)
    recognizer->accept(pcm.subspan(at, std::min(kChunk, pcm.size() - at)), events);
  recognizer->finish(events);
  return events;
}

std::string clock(double seconds) {
  char text[32];
  std::snprintf(text, sizeof text, "%02d:%05.2f", static_cast<int>(seconds) / 60, std::fmod(seconds, 60));
  return text;
}

void print(const Heard& heard, std::ostream& out) {
  if (const auto* f = std::get_if<Final>(&heard.event)) {
    char confidence[16];
    std::snprintf(confidence, sizeof confidence, "%.2f", f->confidence);
    out << clock(f->start) << "-" << clock(f->end) << "  " << heard.channel << "  " << f->text << "  (" << confidence
        << ")\n";
  } else if (const auto* s = std::get_if<Spotted>(&heard.event)) {
    char score[16];
    std::snprintf(score, sizeof score, "%.2f", s->score);
    out << clock(s->start) << "-" << clock(s->end) << "  " << heard.channel << "  ! " << s->phrase << "  ["
        << s->category << " " << score << "]\n";
  }
}

// What is worth saying about a channel that can be used only in part.
void warn(const std::string& where, const audio::Quality& quality, std::ostream& err) {
  if (quality.silent()) {
    err << where << ": silent: no sound above line noise (peak " << rounded(quality.peak, 1e-5) << " of full scale)\n";
  } else if (quality.clipped()) {
    err << where << ": clipped: " << rounded(quality.clipped_share * 100, 0.1)
        << " % of the samples are at full scale; words may be missed\n";
  }
}

}  // namespace

std::string default_model_dir() { return find("models/ctc-ja-8k"); }
std::string default_phrases() { return find("data/speech/phrases.tsv"); }

std::vector<std::string> channel_names(std::size_t channels) {
  if (channels == 1) return {"mono"};
  return {"caller", "agent"};
}

base::json::object to_json(const Heard& heard) {
  base::json::object o;
  const auto times = [&](double start, double end) {
    o["start"] = rounded(start, 0.01);
    o["end"] = rounded(end, 0.01);
    o["channel"] = heard.channel;
  };
  if (const auto* f = std::get_if<Final>(&heard.event)) {
    times(f->start, f->end);
    o["text"] = f->text;
    o["phonemes"] = f->phonemes;
    o["confidence"] = rounded(f->confidence, 0.001);
    o["engine"] = f->engine;
    if (!f->emotion.empty()) o["emotion"] = f->emotion;
  } else if (const auto* s = std::get_if<Spotted>(&heard.event)) {
    times(s->start, s->end);
    o["phrase"] = s->phrase;
    o["category"] = s->category;
    o["score"] = rounded(s->score, 0.001);
  } else if (const auto* c = std::get_if<Cue>(&heard.event)) {
    times(std::max(0.0, c->at - kCueSeconds), c->at);
    for (auto& [key, value] : to_json(*c)) {
      if (key != "at") o[key] = value.is_double() ? base::json::value(rounded(value.get_double(), 0.001)) : value;
    }
  }
  return o;
}

int transcribe(const TranscribeOptions& options, const Engine& engine, std::ostream& out, std::ostream& err) {
  if (!options.format.empty() && options.format != "jsonl") {
    err << "transcribe: unknown format \"" << options.format << "\" (jsonl, or nothing for reading)\n";
    return kBadInput;
  }
  if (options.files.empty()) {
    err << "transcribe: no file given\n";
    return kBadInput;
  }
  int status = 0;
  for (const auto& file : options.files) {
    auto recording = audio::read_recording(file);
    if (!recording) {
      err << file << ": " << recording.error().message << "\n";
      status = kBadInput;
      continue;
    }
    if (recording->truncated) {
      err << file << ": truncated: the header promises more sound than the file holds; what is there ("
          << rounded(recording->seconds(), 0.1) << " s) is transcribed\n";
      status = kBadInput;
    }
    const auto names = channel_names(recording->channels.size());
    std::vector<Heard> heard;
    std::size_t silent = 0;
    for (std::size_t c = 0; c < recording->channels.size(); ++c) {
      const auto quality = audio::measure(recording->channels[c]);
      warn(names.size() > 1 ? file + " (" + names[c] + ")" : file, quality, err);
      if (quality.silent()) {
        ++silent;
        continue;
      }
      const auto pcm = audio::to_telephone_rate(recording->channels[c], recording->rate);
      recording->channels[c] = {};  // hours of sound are not kept twice
      if (!pcm) {
        err << file << ": " << pcm.error().message << "\n";
        status = kBadInput;
        continue;
      }
      for (auto& event : recognise(engine, *pcm)) {
        // Cues are for programs: two lines a second say nothing to a reader.
        if (std::holds_alternative<Final>(event) || std::holds_alternative<Spotted>(event) ||
            (options.format == "jsonl" && options.cues && std::holds_alternative<Cue>(event)))
          heard.push_back({names[c], std::move(event)});
      }
    }
    if (silent == names.size()) status = kBadInput;
    std::ranges::stable_sort(heard, {}, [](const Heard& h) { return start_of(h.event); });
    if (options.format.empty() && options.files.size() > 1) out << "== " << file << "\n";
    for (const auto& h : heard) {
      if (options.format == "jsonl") {
        auto line = to_json(h);
        if (options.files.size() > 1) line["file"] = file;
        out << base::json::serialize(line) << "\n";
      } else {
        print(h, out);
      }
    }
    out.flush();
  }
  return status;
}

int run_transcribe(const TranscribeOptions& options, std::ostream& out, std::ostream& err) {
  BuiltInOptions built_in;
  built_in.model_dir = options.model_dir.empty() ? default_model_dir() : options.model_dir;
  built_in.phrases = options.phrases.empty() ? default_phrases() : options.phrases;
  const auto engine = make_engine(options.engine, built_in, true);
  if (!engine) {
    err << "transcribe: " << engine.error().message << "\n";
    return 1;
  }
  const int status = transcribe(options, **engine, out, err);
  if (const auto state = (*engine)->state(); !state.instead_of.empty()) err << "transcribe: " << state.info.name << " took the place of " << state.instead_of << ": " << state.problem << "\n";
  if ((*engine)->abandoned() == 0) return status;
  // An engine hangs in a thread of its own: nothing that it may still touch is taken down.
  out.flush();
  err.flush();
  std::_Exit(status);
}

int run_transcribe(const TranscribeOptions& options) { return run_transcribe(options, std::cout, std::cerr); }

}  // namespace mamori::speech
