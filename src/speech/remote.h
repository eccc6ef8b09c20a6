#pragma once
// Engines on another machine: Vosk's WebSocket protocol (a GPU next door, a vendor) and OpenAI-compatible transcription
// (whisper.cpp, vLLM, others). Every call is bounded in time and memory; nothing is sent but the sound and what is
// configured here.
#include <chrono>
#include <memory>
#include <string>

#include "base/result.h"
#include "speech/tier2.h"

namespace mamori::speech {

struct RemoteOptions {
  std::string address;                      // ws:// or wss:// for WebSocket; http:// or https:// up to ".../v1" for OpenAI
  std::string model;                        // OpenAI: name of the model the server knows
  std::string language;                     // "ja"
  std::string api_key;                      // sent as "Authorization: Bearer …"; empty: none
  std::string ca_file;                      // PEM; empty: the system's
  std::chrono::milliseconds timeout{1500};  // of one exchange
};

/// Sends {"config":{"sample_rate":8000,"words":true}}, sound in messages of 16-bit little-endian PCM, one answer each, and
/// {"eof" : 1} at the end. Nothing is connected before a stream opens.
base::Result<std::unique_ptr<StreamingEngine>> make_websocket_engine(const RemoteOptions& options);

/// POST <address>/audio/transcriptions with a WAV of the segment, response_format verbose_json (json where the server refuses
/// that).
base::Result<std::unique_ptr<SegmentEngine>> make_openai_engine(const RemoteOptions& options);

}  // namespace mamori::speech
