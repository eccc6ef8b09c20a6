#pragma once
// The part of sherpa-onnx's C interface that Mamori uses, declared by hand: the library comes without headers.
//
// Source: sherpa-onnx/c-api/c-api.h of version 1.13.8 (k2-fsa/sherpa-onnx, Apache-2.0). The nested structures shift between
// versions without notice: whatever is changed here is held by the sizes below and by sherpa_test.cpp, which makes the
// library print back every field. Everything is in the C ABI of x86-64 Linux.
#include <cstdint>

namespace mamori::speech::sherpa {

inline constexpr const char* kVersion = "1.13.8";

extern "C" {

struct FeatureConfig {
  std::int32_t sample_rate;
  std::int32_t feature_dim;
};
struct HomophoneReplacerConfig {
  const char* dict_dir;
  const char* lexicon;
  const char* rule_fsts;
};
struct CtcFstDecoderConfig {
  const char* graph;
  std::int32_t max_active;
};

// ---- streaming recognition
struct OnlineModelConfig {
  struct {
    const char *encoder, *decoder, *joiner;
  } transducer;
  struct {
    const char *encoder, *decoder;
  } paraformer;
  struct {
    const char* model;
  } zipformer2_ctc;
  const char* tokens;
  std::int32_t num_threads;
  const char* provider;
  std::int32_t debug;
  const char* model_type;
  const char* modeling_unit;
  const char* bpe_vocab;
  const char* tokens_buf;
  std::int32_t tokens_buf_size;
  struct {
    const char* model;
  } nemo_ctc;
  struct {
    const char* model;
  } t_one_ctc;
};
struct OnlineRecognizerConfig {
  FeatureConfig feat_config;
  OnlineModelConfig model_config;
  const char* decoding_method;
  std::int32_t max_active_paths;
  std::int32_t enable_endpoint;
  float rule1_min_trailing_silence;
  float rule2_min_trailing_silence;
  float rule3_min_utterance_length;
  const char* hotwords_file;
  float hotwords_score;
  CtcFstDecoderConfig ctc_fst_decoder_config;
  const char* rule_fsts;
  const char* rule_fars;
  float blank_penalty;
  const char* hotwords_buf;
  std::int32_t hotwords_buf_size;
  HomophoneReplacerConfig hr;
};
struct OnlineRecognizerResult {
  const char* text;
  const char* tokens;
  const char* const* tokens_arr;
  float* timestamps;
  std::int32_t count;
  const char* json;
};
struct OnlineRecognizer;
struct OnlineStream;

// ---- recognition of whole segments
struct OfflineModelConfig {
  struct {
    const char *encoder, *decoder, *joiner;
  } transducer;
  struct {
    const char* model;
  } paraformer;
  struct {
    const char* model;
  } nemo_ctc;
  struct {
    const char *encoder, *decoder, *language, *task;
    std::int32_t tail_paddings, enable_token_timestamps, enable_segment_timestamps;
  } whisper;
  struct {
    const char* model;
  } tdnn;
  const char* tokens;
  std::int32_t num_threads;
  std::int32_t debug;
  const char* provider;
  const char* model_type;
  const char* modeling_unit;
  const char* bpe_vocab;
  const char* telespeech_ctc;
  struct {
    const char *model, *language;
    std::int32_t use_itn;
  } sense_voice;
  struct {
    const char *preprocessor, *encoder, *uncached_decoder, *cached_decoder, *merged_decoder;
  } moonshine;
  struct {
    const char *encoder, *decoder;
  } fire_red_asr;
  struct {
    const char* model;
  } dolphin;
  struct {
    const char* model;
  } zipformer_ctc;
  struct {
    const char *encoder, *decoder, *src_lang, *tgt_lang;
    std::int32_t use_pnc;
  } canary;
  struct {
    const char* model;
  } wenet_ctc;
  struct {
    const char* model;
  } omnilingual;
  struct {
    const char* model;
  } medasr;
  struct {
    const char *encoder_adaptor, *llm, *embedding, *tokenizer, *system_prompt, *user_prompt;
    std::int32_t max_new_tokens;
    float temperature, top_p;
    std::int32_t seed;
    const char* language;
    std::int32_t itn;
    const char* hotwords;
  } funasr_nano;
  struct {
    const char* model;
  } fire_red_asr_ctc;
  struct {
    const char *conv_frontend, *encoder, *decoder, *tokenizer;
    std::int32_t max_total_len, max_new_tokens;
    float temperature, top_p;
    std::int32_t seed;
    const char* hotwords;
  } qwen3_asr;
  struct {
    const char *encoder, *decoder, *language;
    std::int32_t use_punct, use_itn;
  } cohere_transcribe;
};
struct OfflineRecognizerConfig {
  FeatureConfig feat_config;
  OfflineModelConfig model_config;
  struct {
    const char* model;
    float scale;
  } lm_config;
  const char* decoding_method;
  std::int32_t max_active_paths;
  const char* hotwords_file;
  float hotwords_score;
  const char* rule_fsts;
  const char* rule_fars;
  float blank_penalty;
  HomophoneReplacerConfig hr;
};
// Only ever read from what the library allocated; its later members are not used and not declared.
struct OfflineRecognizerResult {
  const char* text;
  float* timestamps;
  std::int32_t count;
  const char* tokens;
  const char* const* tokens_arr;
  const char* json;
  const char* lang;
  const char* emotion;
  const char* event;
};
struct OfflineRecognizer;
struct OfflineStream;

// ---- voice activity
struct VadWindowConfig {
  const char* model;
  float threshold;
  float min_silence_duration;
  float min_speech_duration;
  std::int32_t window_size;
  float max_speech_duration;
};
struct VadModelConfig {
  VadWindowConfig silero_vad;
  std::int32_t sample_rate;
  std::int32_t num_threads;
  const char* provider;
  std::int32_t debug;
  VadWindowConfig ten_vad;
};
struct SpeechSegment {
  std::int32_t start;
  float* samples;
  std::int32_t n;
};
struct VoiceActivityDetector;

// ---- who speaks
struct SpeakerEmbeddingExtractorConfig {
  const char* model;
  std::int32_t num_threads;
  std::int32_t debug;
  const char* provider;
};
struct SpeakerEmbeddingExtractor;

// ---- less noise
struct SpeechDenoiserConfig {
  struct {
    const char* model;
  } gtcrn;
  std::int32_t num_threads;
  std::int32_t debug;
  const char* provider;
  struct {
    const char* model;
    float attenuation_limit_db;
  } dpdfnet;
};
struct DenoisedAudio {
  const float* samples;
  std::int32_t n;
  std::int32_t sample_rate;
};
struct SpeechDenoiser;

}  // extern "C"

static_assert(sizeof(OnlineModelConfig) == 136);
static_assert(sizeof(OnlineRecognizerConfig) == 272);
static_assert(sizeof(OnlineRecognizerResult) == 48);
static_assert(sizeof(OfflineModelConfig) == 504);
static_assert(sizeof(OfflineRecognizerConfig) == 608);
static_assert(sizeof(VadModelConfig) == 88);
static_assert(sizeof(SpeakerEmbeddingExtractorConfig) == 24);
static_assert(sizeof(SpeechDenoiserConfig) == 40);

/// The functions, resolved by name. `X(member, symbol, type)`.
#define MAMORI_SHERPA_FUNCTIONS(X)                                                                                                                 \
  X(create_online, SherpaOnnxCreateOnlineRecognizer, const OnlineRecognizer* (*)(const OnlineRecognizerConfig*))                                   \
  X(destroy_online, SherpaOnnxDestroyOnlineRecognizer, void (*)(const OnlineRecognizer*))                                                          \
  X(create_online_stream, SherpaOnnxCreateOnlineStream, const OnlineStream* (*)(const OnlineRecognizer*))                                          \
  X(destroy_online_stream, SherpaOnnxDestroyOnlineStream, void (*)(const OnlineStream*))                                                           \
  X(online_accept, SherpaOnnxOnlineStreamAcceptWaveform, void (*)(const OnlineStream*, std::int32_t, const float*, std::int32_t))                  \
  X(online_ready, SherpaOnnxIsOnlineStreamReady, std::int32_t (*)(const OnlineRecognizer*, const OnlineStream*))                                   \
  X(online_decode, SherpaOnnxDecodeOnlineStream, void (*)(const OnlineRecognizer*, const OnlineStream*))                                           \
  X(online_result, SherpaOnnxGetOnlineStreamResult, const OnlineRecognizerResult* (*)(const OnlineRecognizer*, const OnlineStream*))               \
  X(destroy_online_result, SherpaOnnxDestroyOnlineRecognizerResult, void (*)(const OnlineRecognizerResult*))                                       \
  X(online_reset, SherpaOnnxOnlineStreamReset, void (*)(const OnlineRecognizer*, const OnlineStream*))                                             \
  X(online_finished, SherpaOnnxOnlineStreamInputFinished, void (*)(const OnlineStream*))                                                           \
  X(online_endpoint, SherpaOnnxOnlineStreamIsEndpoint, std::int32_t (*)(const OnlineRecognizer*, const OnlineStream*))                             \
  X(create_offline, SherpaOnnxCreateOfflineRecognizer, const OfflineRecognizer* (*)(const OfflineRecognizerConfig*))                               \
  X(destroy_offline, SherpaOnnxDestroyOfflineRecognizer, void (*)(const OfflineRecognizer*))                                                       \
  X(create_offline_stream, SherpaOnnxCreateOfflineStream, const OfflineStream* (*)(const OfflineRecognizer*))                                      \
  X(destroy_offline_stream, SherpaOnnxDestroyOfflineStream, void (*)(const OfflineStream*))                                                        \
  X(offline_accept, SherpaOnnxAcceptWaveformOffline, void (*)(const OfflineStream*, std::int32_t, const float*, std::int32_t))                     \
  X(offline_decode, SherpaOnnxDecodeOfflineStream, void (*)(const OfflineRecognizer*, const OfflineStream*))                                       \
  X(offline_result, SherpaOnnxGetOfflineStreamResult, const OfflineRecognizerResult* (*)(const OfflineStream*))                                    \
  X(destroy_offline_result, SherpaOnnxDestroyOfflineRecognizerResult, void (*)(const OfflineRecognizerResult*))                                    \
  X(create_vad, SherpaOnnxCreateVoiceActivityDetector, const VoiceActivityDetector* (*)(const VadModelConfig*, float))                             \
  X(destroy_vad, SherpaOnnxDestroyVoiceActivityDetector, void (*)(const VoiceActivityDetector*))                                                   \
  X(vad_accept, SherpaOnnxVoiceActivityDetectorAcceptWaveform, void (*)(const VoiceActivityDetector*, const float*, std::int32_t))                 \
  X(vad_empty, SherpaOnnxVoiceActivityDetectorEmpty, std::int32_t (*)(const VoiceActivityDetector*))                                               \
  X(vad_front, SherpaOnnxVoiceActivityDetectorFront, const SpeechSegment* (*)(const VoiceActivityDetector*))                                       \
  X(vad_pop, SherpaOnnxVoiceActivityDetectorPop, void (*)(const VoiceActivityDetector*))                                                           \
  X(vad_flush, SherpaOnnxVoiceActivityDetectorFlush, void (*)(const VoiceActivityDetector*))                                                       \
  X(destroy_segment, SherpaOnnxDestroySpeechSegment, void (*)(const SpeechSegment*))                                                               \
  X(create_speaker, SherpaOnnxCreateSpeakerEmbeddingExtractor, const SpeakerEmbeddingExtractor* (*)(const SpeakerEmbeddingExtractorConfig*))       \
  X(destroy_speaker, SherpaOnnxDestroySpeakerEmbeddingExtractor, void (*)(const SpeakerEmbeddingExtractor*))                                       \
  X(speaker_dim, SherpaOnnxSpeakerEmbeddingExtractorDim, std::int32_t (*)(const SpeakerEmbeddingExtractor*))                                       \
  X(speaker_stream, SherpaOnnxSpeakerEmbeddingExtractorCreateStream, const OnlineStream* (*)(const SpeakerEmbeddingExtractor*))                    \
  X(speaker_ready, SherpaOnnxSpeakerEmbeddingExtractorIsReady, std::int32_t (*)(const SpeakerEmbeddingExtractor*, const OnlineStream*))            \
  X(speaker_compute, SherpaOnnxSpeakerEmbeddingExtractorComputeEmbedding, const float* (*)(const SpeakerEmbeddingExtractor*, const OnlineStream*)) \
  X(destroy_embedding, SherpaOnnxSpeakerEmbeddingExtractorDestroyEmbedding, void (*)(const float*))                                                \
  X(create_denoiser, SherpaOnnxCreateOfflineSpeechDenoiser, const SpeechDenoiser* (*)(const SpeechDenoiserConfig*))                                \
  X(destroy_denoiser, SherpaOnnxDestroyOfflineSpeechDenoiser, void (*)(const SpeechDenoiser*))                                                     \
  X(denoiser_rate, SherpaOnnxOfflineSpeechDenoiserGetSampleRate, std::int32_t (*)(const SpeechDenoiser*))                                          \
  X(denoise, SherpaOnnxOfflineSpeechDenoiserRun, const DenoisedAudio* (*)(const SpeechDenoiser*, const float*, std::int32_t, std::int32_t))        \
  X(destroy_audio, SherpaOnnxDestroyDenoisedAudio, void (*)(const DenoisedAudio*))

}  // namespace mamori::speech::sherpa
