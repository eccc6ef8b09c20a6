#include "scene/scene.h"

#include <chrono>
#include <thread>

#include "audio/wav.h"
#include "telephony/softphone.h"

namespace mamori::scene {

using base::ErrorCode;
using telephony::PhoneEvent;
using telephony::Softphone;
using namespace std::chrono_literals;

namespace {

constexpr double kAfterLastLine = 4.0;  // seconds: what the server does about the last words is part of the scene
constexpr double kLongest = 300.0;

std::vector<telephony::SpeechSegment> said_by(const Scene& scene, bool customer) {
  std::vector<telephony::SpeechSegment> out;
  for (const auto& line : scene.lines) {
    if (line.customer == customer) out.push_back({line.at, line.samples});
  }
  return out;
}

double seconds_between(std::chrono::steady_clock::time_point a, std::chrono::steady_clock::time_point b) {
  return std::chrono::duration<double>(b - a).count();
}

}  // namespace

base::Result<Played> play(const Scene& scene, const PlayOptions& options) {
  const auto colon = options.agent.rfind(':');
  if (colon == std::string::npos) return base::fail(ErrorCode::kInvalidArgument, "--agent must be ADDRESS:PORT");
  telephony::SoftphoneOptions agent_options;
  agent_options.address = options.agent.substr(0, colon);
  agent_options.port = static_cast<std::uint16_t>(std::strtol(options.agent.c_str() + colon + 1, nullptr, 10));
  agent_options.user = "agent";
  agent_options.answer_after = 300ms;
  auto agent = Softphone::start(agent_options);
  if (!agent) return base::fail(agent.error(), "the agent's phone");
  telephony::SoftphoneOptions caller_options;
  caller_options.address = agent_options.address;
  caller_options.user = scene.caller;
  auto caller = Softphone::start(caller_options);
  if (!caller) return base::fail(caller.error(), "the caller's phone");
  (*agent)->say(said_by(scene, false));
  (*caller)->say(said_by(scene, true));
  (*caller)->dial("sip:" + scene.called + "@" + options.server);

  Played played;
  const auto answered = (*caller)->wait_for(PhoneEvent::Kind::kAnswered, 8s);
  if (!answered) {
    const auto failed = (*caller)->wait_for(PhoneEvent::Kind::kFailed, 1ms);
    if (failed && failed->status == 603) {
      played.ended_by = "refused:603";
      return played;
    }
    return base::fail(ErrorCode::kUnavailable, "the call to " + options.server + " was not answered" +
                                                   (failed ? " (SIP " + std::to_string(failed->status) + ")" : "") +
                                                   ": is the server running, and does its route lead to sip:agent@" + options.agent + "?");
  }
  if (!(*agent)->wait_for(PhoneEvent::Kind::kAnswered, 2s)) {
    return base::fail(ErrorCode::kUnavailable, "the call was answered by another phone than this scene's agent: the server's route must lead to sip:agent@" + options.agent);
  }
  played.answered = true;
  // Until the server or the scene ends it. An announcement may run on after the last line.
  const double limit = std::min(scene.length() + kAfterLastLine, kLongest);
  auto ended = (*caller)->wait_for(PhoneEvent::Kind::kEnded, std::chrono::milliseconds(static_cast<long>(limit * 1000)));
  const auto released = (*agent)->wait_for(PhoneEvent::Kind::kEnded, 1ms);
  if (!ended && released) ended = (*caller)->wait_for(PhoneEvent::Kind::kEnded, 30s);
  if (ended) {
    played.ended_by = "server";
    played.seconds = seconds_between(answered->at, ended->at);
  } else {
    (*caller)->hang_up();
    played.ended_by = "scene";
    played.seconds = seconds_between(answered->at, std::chrono::steady_clock::now());
    (void)(*caller)->wait_for(PhoneEvent::Kind::kEnded, 3s);
  }
  if (const auto end = (*agent)->wait_for(PhoneEvent::Kind::kEnded, 3s)) played.agent_seconds = seconds_between(answered->at, end->at);
  const auto heard = (*caller)->heard();
  played.caller_gap_ms = heard.longest_gap_ms;
  if (!options.save_dir.empty()) {
    const auto save = [&](const char* name, std::vector<std::int16_t> samples) {
      audio::Recording recording;
      recording.channels.push_back(std::move(samples));
      return audio::write_wav(options.save_dir + "/" + name, recording);
    };
    if (auto ok = save("caller-heard.wav", heard.samples); !ok) return base::fail(ok.error());
    if (auto ok = save("agent-heard.wav", (*agent)->heard().samples); !ok) return base::fail(ok.error());
  }
  return played;
}

}  // namespace mamori::scene
