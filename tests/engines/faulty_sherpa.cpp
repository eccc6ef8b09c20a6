// A library that passes for sherpa-onnx 1.13.8 until it has heard two seconds of loud sound, and then does what MAMORI_FAULT
// says: "abort" or "hang". For the tests of what happens in the middle of a call (src/speech/engines_test.cpp, tests/e2e).
// It hears "もしもし" once a second in what is loud.
#include <unistd.h>

#include <cmath>
#include <cstdlib>
#include <cstring>

#include "speech/sherpa_api.h"

namespace sherpa = mamori::speech::sherpa;

namespace {

struct Stream {
  long loud = 0;  // samples at 16 kHz
  long since = 0;
  bool said = false;
};

Stream* of(const sherpa::OnlineStream* s) { return reinterpret_cast<Stream*>(const_cast<sherpa::OnlineStream*>(s)); }

void fault() {
  const char* what = std::getenv("MAMORI_FAULT");
  if (what != nullptr && std::strcmp(what, "abort") == 0) std::abort();
  while (what != nullptr && std::strcmp(what, "hang") == 0) pause();
}

}  // namespace

extern "C" {

const char* SherpaOnnxGetVersionStr() { return "1.13.8"; }

const sherpa::OnlineRecognizer* SherpaOnnxCreateOnlineRecognizer(const sherpa::OnlineRecognizerConfig*) { return reinterpret_cast<const sherpa::OnlineRecognizer*>(new int(1)); }
void SherpaOnnxDestroyOnlineRecognizer(const sherpa::OnlineRecognizer* r) { delete reinterpret_cast<const int*>(r); }
const sherpa::OnlineStream* SherpaOnnxCreateOnlineStream(const sherpa::OnlineRecognizer*) { return reinterpret_cast<const sherpa::OnlineStream*>(new Stream); }
void SherpaOnnxDestroyOnlineStream(const sherpa::OnlineStream* s) { delete of(s); }
void SherpaOnnxOnlineStreamAcceptWaveform(const sherpa::OnlineStream* s, std::int32_t, const float* samples, std::int32_t n) {
  for (std::int32_t i = 0; i < n; ++i) {
    if (std::fabs(samples[i]) > 0.05F) {
      of(s)->loud += 40;  // speech is above that for one sample in forty or so
      of(s)->since += 40;
    }
  }
  if (of(s)->loud > 32000) fault();
}
std::int32_t SherpaOnnxIsOnlineStreamReady(const sherpa::OnlineRecognizer*, const sherpa::OnlineStream* s) { return of(s)->since > 16000 && !of(s)->said ? 1 : 0; }
void SherpaOnnxDecodeOnlineStream(const sherpa::OnlineRecognizer*, const sherpa::OnlineStream* s) { of(s)->said = true; }
std::int32_t SherpaOnnxOnlineStreamIsEndpoint(const sherpa::OnlineRecognizer*, const sherpa::OnlineStream* s) { return of(s)->said ? 1 : 0; }
void SherpaOnnxOnlineStreamReset(const sherpa::OnlineRecognizer*, const sherpa::OnlineStream* s) {
  of(s)->said = false;
  of(s)->since = 0;
}
const sherpa::OnlineRecognizerResult* SherpaOnnxGetOnlineStreamResult(const sherpa::OnlineRecognizer*, const sherpa::OnlineStream* s) {
  return new sherpa::OnlineRecognizerResult{of(s)->said ? "もしもし" : "", "", nullptr, nullptr, 0, "{}"};
}
void SherpaOnnxDestroyOnlineRecognizerResult(const sherpa::OnlineRecognizerResult* r) { delete r; }
void SherpaOnnxOnlineStreamInputFinished(const sherpa::OnlineStream*) {}

// What this test needs no behaviour of, but the loader asks for.
#define NOTHING(name) \
  void* name() { return nullptr; }
NOTHING(SherpaOnnxCreateOfflineRecognizer)
NOTHING(SherpaOnnxDestroyOfflineRecognizer)
NOTHING(SherpaOnnxCreateOfflineStream)
NOTHING(SherpaOnnxDestroyOfflineStream)
NOTHING(SherpaOnnxAcceptWaveformOffline)
NOTHING(SherpaOnnxDecodeOfflineStream)
NOTHING(SherpaOnnxGetOfflineStreamResult)
NOTHING(SherpaOnnxDestroyOfflineRecognizerResult)
NOTHING(SherpaOnnxCreateVoiceActivityDetector)
NOTHING(SherpaOnnxDestroyVoiceActivityDetector)
NOTHING(SherpaOnnxVoiceActivityDetectorAcceptWaveform)
NOTHING(SherpaOnnxVoiceActivityDetectorEmpty)
NOTHING(SherpaOnnxVoiceActivityDetectorFront)
NOTHING(SherpaOnnxVoiceActivityDetectorPop)
NOTHING(SherpaOnnxVoiceActivityDetectorFlush)
NOTHING(SherpaOnnxDestroySpeechSegment)
NOTHING(SherpaOnnxCreateSpeakerEmbeddingExtractor)
NOTHING(SherpaOnnxDestroySpeakerEmbeddingExtractor)
NOTHING(SherpaOnnxSpeakerEmbeddingExtractorDim)
NOTHING(SherpaOnnxSpeakerEmbeddingExtractorCreateStream)
NOTHING(SherpaOnnxSpeakerEmbeddingExtractorIsReady)
NOTHING(SherpaOnnxSpeakerEmbeddingExtractorComputeEmbedding)
NOTHING(SherpaOnnxSpeakerEmbeddingExtractorDestroyEmbedding)
NOTHING(SherpaOnnxCreateOfflineSpeechDenoiser)
NOTHING(SherpaOnnxDestroyOfflineSpeechDenoiser)
NOTHING(SherpaOnnxOfflineSpeechDenoiserGetSampleRate)
NOTHING(SherpaOnnxOfflineSpeechDenoiserRun)
NOTHING(SherpaOnnxDestroyDenoisedAudio)

}  // extern "C"
