#include "app/voiceprint_command.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <iostream>
#include <map>
#include <random>

#include "audio/resample.h"
#include "audio/wav.h"
#include "speech/voiceprint.h"
#include "speech/voiceprint_train.h"

namespace mamori::app {
namespace {

namespace fs = std::filesystem;
using speech::TrainingSpeaker;

int fail(const std::string& message) {
  std::cerr << "mamori: " << message << std::endl;
  return 1;
}

// The caller's channel: the left one, as Mamori records.
base::Result<std::vector<audio::Sample>> read_caller(const std::string& path) {
  auto recording = audio::read_recording(path);
  if (!recording) return base::fail(recording.error(), path);
  auto pcm = audio::to_telephone_rate(recording->channels[0], recording->rate);
  if (!pcm) return base::fail(pcm.error(), path);
  return std::move(*pcm);
}

base::Result<std::vector<TrainingSpeaker>> read_speakers(const VoiceprintOptions& options) {
  std::error_code ec;
  if (!fs::is_directory(options.folder, ec)) return base::fail(base::ErrorCode::kNotFound, options.folder + " is not a folder");
  std::map<std::string, TrainingSpeaker> speakers;
  std::vector<fs::path> files;
  for (const auto& entry : fs::recursive_directory_iterator(options.folder, fs::directory_options::follow_directory_symlink, ec)) {
    if (entry.is_regular_file(ec)) files.push_back(entry.path());
  }
  std::ranges::sort(files);
  for (const auto& file : files) {
    const auto folder = file.parent_path().lexically_relative(options.folder).string();
    const bool known = folder != "." && folder != "unnamed";
    const std::string id = known ? folder : file.filename().string();
    if (std::ranges::find(options.except, id) != options.except.end()) continue;
    auto pcm = read_caller(file.string());
    if (!pcm) {
      std::cerr << "mamori: " << pcm.error().message << std::endl;
      continue;
    }
    auto& speaker = speakers[(known ? "k" : "u") + id];
    speaker.id = id;
    speaker.known = known;
    speaker.recordings.push_back(std::move(*pcm));
  }
  std::vector<TrainingSpeaker> out;
  for (auto& [id, s] : speakers) out.push_back(std::move(s));
  return out;
}

std::string model_path(const Config& config) { return config.voiceprint_model; }

}  // namespace

int train_voiceprint_model(const VoiceprintOptions& options) {
  auto speakers = read_speakers(options);
  if (!speakers) return fail(speakers.error().message);
  speech::VoiceprintTraining training;
  training.name = options.name;
  const auto report = speech::train_voiceprint(*speakers, training, options.out, [](const std::string& line) { std::cerr << line << std::endl; });
  if (!report) return fail(report.error().message);
  std::cout << fmt::format("{}: {} speakers, {:.1f} h; kept speakers: equal error rate {:.1f} % over {} same and {} different pairs, Cllr {:.2f}",
                           options.out, report->speakers, report->speech_hours, 100 * report->equal_error, report->trials_same,
                           report->trials_different, report->cost)
            << std::endl;
  return 0;
}

int evaluate_voiceprint_model(const Config& config, const VoiceprintOptions& options) {
  const auto model = speech::VoiceprintModel::load(model_path(config));
  if (!model) return fail(model.error().message);
  auto speakers = read_speakers(options);
  if (!speakers) return fail(speakers.error().message);
  struct Part {
    std::size_t speaker;
    std::size_t from;  // in the speaker's sound: parts that overlap are never compared
    std::size_t to;
    speech::Voiceprint print;
  };
  std::vector<Part> enrolled;
  std::vector<Part> tests;
  for (std::size_t s = 0; s < speakers->size(); ++s) {
    std::vector<audio::Sample> all;
    // In no order of words or days; the same each time.
    std::shuffle((*speakers)[s].recordings.begin(), (*speakers)[s].recordings.end(), std::mt19937(7));
    for (const auto& r : (*speakers)[s].recordings) all.insert(all.end(), r.begin(), r.end());
    const auto cut = [&](double seconds, std::vector<Part>& out) {
      const auto length = static_cast<std::size_t>(seconds * audio::kTelephoneRate);
      for (std::size_t at = 0; at + length <= all.size() && out.size() < 4000; at += length) {
        if (auto print = (*model)->print(std::span(all).subspan(at, length))) out.push_back({s, at, at + length, std::move(*print)});
      }
    };
    cut(options.enrol_seconds, enrolled);
    cut(options.test_seconds, tests);
  }
  std::vector<double> same;
  std::vector<double> different;
  for (const auto& e : enrolled) {
    for (const auto& t : tests) {
      if (e.speaker == t.speaker && e.from < t.to && t.from < e.to) continue;
      const auto llr = (*model)->compare(e.print, t.print);
      if (!llr) return fail(llr.error().message);
      (e.speaker == t.speaker ? same : different).push_back(*llr);
    }
  }
  if (same.empty() || different.empty()) return fail("too little speech: there is no pair to compare");
  double cost = 0;
  double missed = 0;
  double taken = 0;
  for (const double l : same) {
    cost += std::log2(1 + std::exp(-l)) / static_cast<double>(same.size());
    missed += (l < config.voiceprint_threshold) / static_cast<double>(same.size());
  }
  for (const double l : different) {
    cost += std::log2(1 + std::exp(l)) / static_cast<double>(different.size());
    taken += (l >= config.voiceprint_threshold) / static_cast<double>(different.size());
  }
  std::cout << fmt::format("{} speakers, enrolment {:.0f} s, test {:.0f} s: equal error rate {:.1f} % over {} same and {} different pairs, Cllr {:.2f}; at the threshold {:.1f}: {:.1f} % missed, {:.2f} % taken for another",
                           speakers->size(), options.enrol_seconds, options.test_seconds, 100 * speech::equal_error_rate(same, different), same.size(),
                           different.size(), cost / 2, config.voiceprint_threshold, 100 * missed, 100 * taken)
            << std::endl;
  return 0;
}

int compare_voiceprints(const Config& config, const VoiceprintOptions& options) {
  const auto model = speech::VoiceprintModel::load(model_path(config));
  if (!model) return fail(model.error().message);
  std::vector<speech::Voiceprint> prints;
  for (const auto& file : options.files) {
    const auto pcm = read_caller(file);
    if (!pcm) return fail(pcm.error().message), 2;
    auto print = (*model)->print(*pcm);
    if (!print) return fail(file + ": " + print.error().message), 2;
    prints.push_back(std::move(*print));
  }
  const auto llr = (*model)->compare(prints.at(0), prints.at(1));
  if (!llr) return fail(llr.error().message);
  std::cout << fmt::format("llr {:.2f}  probability {:.3f} (when half of all pairs are one person)", *llr, speech::probability(*llr)) << std::endl;
  return 0;
}

}  // namespace mamori::app
