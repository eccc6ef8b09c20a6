// Sends the voices of all calls to the hub, on a tap pump's thread.
#pragma once

#include <algorithm>
#include <vector>

#include "link/server.h"
#include "telephony/media/tap.h"

namespace mamori::telephony {

// Only what the two people say: what Mamori itself plays is not to be recognised as the agent's words.
class LinkTap final : public TapConsumer {
 public:
  explicit LinkTap(link::Server& server) : server_(server) {}

  void take(const TapBlock& block) override {
    if (block.kind != TapBlock::Kind::kAudio) return;
    send(block, "/caller", block.caller);
    if (block.agent_present) send(block, "/agent", block.agent);
  }

 private:
  void send(const TapBlock& block, const char* side, const std::array<std::int16_t, kBlockSamples>& voice) {
    server_.send(link::Audio{block.call + std::string(side), kSampleRate, static_cast<std::uint64_t>(block.position), {voice.begin(), voice.begin() + block.count}});
  }
  link::Server& server_;
};

}  // namespace mamori::telephony
