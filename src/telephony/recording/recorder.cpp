#include "telephony/recording/recorder.h"

#include <algorithm>

#include "base/log.h"

namespace mamori::telephony {
namespace {

constexpr auto kHeaderEvery = std::chrono::seconds(1);

}  // namespace

Recorder::Recorder(std::string folder, std::function<void(const Recorded&)> finished)
    : folder_(std::move(folder)), finished_(std::move(finished)) {}

std::string Recorder::path_of(std::string_view call) const { return folder_ + "/" + std::string(call) + ".wav"; }

std::string Recorder::health() const {
  const std::lock_guard lock(mutex_);
  return health_;
}

void Recorder::set_health(std::string text) {
  const std::lock_guard lock(mutex_);
  health_ = std::move(text);
}

void Recorder::take(const TapBlock& block) {
  switch (block.kind) {
    case TapBlock::Kind::kBegin: return begin(block);
    case TapBlock::Kind::kAudio: return audio(block);
    case TapBlock::Kind::kEnd: return end(block);
  }
}

void Recorder::begin(const TapBlock& block) {
  Recording& recording = recordings_[std::string(block.call_id())];
  auto file = WavFile::create(path_of(block.call_id()));
  if (!file) return stop(recording, file.error());
  recording.file = std::make_unique<WavFile>(std::move(*file));
}

void Recorder::audio(const TapBlock& block) {
  const auto it = recordings_.find(std::string(block.call_id()));
  if (it == recordings_.end() || !it->second.file) return;
  // The right channel is what the caller hears: the agent and what Mamori plays.
  std::array<std::int16_t, kBlockSamples> right;
  for (std::size_t i = 0; i < block.count; ++i) {
    right[i] = static_cast<std::int16_t>(std::clamp(block.agent[i] + block.prompt[i], -32768, 32767));
  }
  Recording& recording = it->second;
  auto done = recording.file->write(block.position, std::span(block.caller).first(block.count), std::span(right).first(block.count));
  recording.frames = recording.file->frames();
  if (!done) return stop(recording, done.error());
  if (health() != "ok") set_health("ok");
}

void Recorder::end(const TapBlock& block) {
  const auto it = recordings_.find(std::string(block.call_id()));
  if (it == recordings_.end()) return;
  Recorded recorded{it->first, path_of(it->first), static_cast<double>(it->second.frames) / kSampleRate,
                    it->second.file != nullptr};
  if (it->second.file) {
    if (auto done = it->second.file->finish(); !done) {
      recorded.complete = false;
      stop(it->second, done.error());
    }
  }
  recordings_.erase(it);
  if (finished_) finished_(recorded);
}

void Recorder::stop(Recording& recording, const base::Error& error) {
  recording.file.reset();  // its header is brought up to date; what was recorded stays playable
  set_health(error.code == base::ErrorCode::kResourceExhausted ? "stopped: disk full" : "stopped: " + error.message);
  base::log_error("recording stopped, the call goes on", {{"reason", error.message}});
}

void Recorder::idle() {
  const auto now = std::chrono::steady_clock::now();
  if (now - headers_at_ < kHeaderEvery) return;
  headers_at_ = now;
  for (auto& [call, recording] : recordings_) {
    if (!recording.file) continue;
    if (auto done = recording.file->write_header(); !done) stop(recording, done.error());
  }
}

}  // namespace mamori::telephony
