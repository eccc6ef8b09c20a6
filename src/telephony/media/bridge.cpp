#include "telephony/media/bridge.h"

#include <algorithm>
#include <cstring>

namespace mamori::telephony {
namespace {

constexpr std::int64_t kTapDelay = kSampleRate * 14 / 100;  // 140 ms: what may still come late into recording and analysis
constexpr std::int64_t kMixDelay = 3 * kFrameSamples;       // 60 ms: jitter the mixer bears
constexpr std::int64_t kCatchUp = 5 * kFrameSamples;        // a stalled worker sends at most this much at once
constexpr std::int64_t kReportEvery = 5 * kSampleRate;      // RFC 3550 section 6.2
constexpr std::size_t kRepeatPause = kSampleRate;           // 1 s between repetitions

}  // namespace

Bridge::Bridge(std::string call, LegSockets caller, LegSockets agent, Taps taps)
    : call_(std::move(call)), legs_{Leg(caller), Leg(agent)}, taps_(taps) {
  call_.copy(block_.call, sizeof block_.call - 1);
}

void Bridge::on_rtp(Side from, std::span<const std::uint8_t> datagram, const sockaddr_in& source, std::int64_t now) {
  const auto packet = parse_rtp(datagram);
  if (!packet) return;
  const auto heard = leg(from).hear(*packet, source, now);
  if (!heard) return;
  if (prompt_) return;  // the tick sends
  Leg& to = leg(other(from));
  if (to.reachable()) to.forward(*packet, *heard, now);
}

bool Bridge::tick(std::int64_t now) {
  const bool was_finished = finished_;
  const bool was_playing = prompt_ != nullptr;
  if (prompt_) {
    if (now - cursor_ > kCatchUp) cursor_ = now - kCatchUp;
    while (prompt_ && cursor_ <= now) generate(now);
  }
  if (recording_) {
    flush(now - kTapDelay - recording_began_, false);
  } else {
    for (auto& l : legs_) l.voice.forget_before(now - kTapDelay);
    played_.forget_before(now - kTapDelay);
  }
  if (now >= next_report_) {
    if (next_report_ != 0) {
      for (auto& l : legs_) l.send_report(now);
    }
    next_report_ = now + kReportEvery;
  }
  return (was_playing && !prompt_) || (finished_ && !was_finished);
}

bool Bridge::next_prompt_frame(std::span<std::int16_t> out) {
  std::ranges::fill(out, std::int16_t{0});
  const auto& samples = *prompt_;
  if (prompt_at_ < samples.size()) {
    const std::size_t count = std::min(out.size(), samples.size() - prompt_at_);
    std::copy_n(samples.begin() + static_cast<std::ptrdiff_t>(prompt_at_), count, out.begin());
  }
  prompt_at_ += out.size();
  if (mode_ == PlayMode::kRepeat && prompt_at_ >= samples.size() + kRepeatPause) prompt_at_ = 0;
  return prompt_at_ < samples.size();
}

void Bridge::generate(std::int64_t now) {
  std::array<std::int16_t, kFrameSamples> prompt;
  std::array<std::int16_t, kFrameSamples> voice;
  std::array<std::int16_t, kFrameSamples> mixed;
  const bool more = next_prompt_frame(prompt);
  const Gains& gains = mode_ == PlayMode::kWarn ? kWarning : kAnnouncement;
  if (leg(Side::kCaller).reachable()) {
    leg(Side::kAgent).voice.read(cursor_ - kMixDelay, voice);
    mix(voice, gains.agent_to_caller, prompt, gains.prompt_to_caller, mixed);
    leg(Side::kCaller).send_frame(mixed, now);
    played_.put(cursor_, prompt);
  }
  if (!agent_released_ && leg(Side::kAgent).reachable()) {
    leg(Side::kCaller).voice.read(cursor_ - kMixDelay, voice);
    mix(voice, gains.caller_to_agent, prompt, gains.prompt_to_agent, mixed);
    leg(Side::kAgent).send_frame(mixed, now);
  }
  cursor_ += kFrameSamples;
  if (more) return;
  if (mode_ == PlayMode::kWarn) prompt_ = nullptr;
  if (mode_ == PlayMode::kAnnounce) finished_ = true;
}

void Bridge::play(PlayMode mode, Prompt prompt, std::int64_t now) {
  if (mode != PlayMode::kWarn) agent_released_ = true;
  if (!prompt_) cursor_ = now;
  prompt_ = std::move(prompt);
  mode_ = mode;
  prompt_at_ = 0;
  finished_ = false;
}

void Bridge::start_recording(std::int64_t now) {
  if (recording_) return;
  recording_ = true;
  recording_began_ = now;
  for (auto& l : legs_) l.voice.forget_before(now);
  played_.forget_before(now);
  block_.kind = TapBlock::Kind::kBegin;
  block_.count = 0;
  push(block_);
}

void Bridge::flush(std::int64_t until, bool partial) {
  while (flushed_ < until) {
    const auto count = static_cast<std::size_t>(std::min<std::int64_t>(kBlockSamples, until - flushed_));
    if (count < kBlockSamples && !partial) return;
    block_.kind = TapBlock::Kind::kAudio;
    block_.agent_present = !agent_released_;
    block_.position = flushed_;
    block_.count = static_cast<std::uint32_t>(count);
    const std::int64_t at = recording_began_ + flushed_;
    leg(Side::kCaller).voice.read(at, std::span(block_.caller).first(count));
    leg(Side::kAgent).voice.read(at, std::span(block_.agent).first(count));
    played_.read(at, std::span(block_.prompt).first(count));
    push(block_);
    flushed_ += static_cast<std::int64_t>(count);
    for (auto& l : legs_) l.voice.forget_before(recording_began_ + flushed_);
    played_.forget_before(recording_began_ + flushed_);
  }
}

void Bridge::push(TapBlock& block) {
  if (taps_.recorder != nullptr) taps_.recorder->push(block);
  if (taps_.link != nullptr) taps_.link->push(block);
}

void Bridge::finish(std::int64_t now) {
  if (!recording_) return;
  flush(now - recording_began_, true);
  block_.kind = TapBlock::Kind::kEnd;
  block_.count = 0;
  push(block_);
  recording_ = false;
}

}  // namespace mamori::telephony
