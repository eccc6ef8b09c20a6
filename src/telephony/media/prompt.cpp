#include "telephony/media/prompt.h"

#include <sndfile.h>

#include <filesystem>

#include "audio/resample.h"
#include "telephony/codec.h"

namespace mamori::telephony {
namespace {

constexpr sf_count_t kLongestSeconds = 600;

}  // namespace

base::Result<Prompt> load_prompt(const std::string& path) {
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(path, ignored)) {
    return base::fail(base::ErrorCode::kNotFound, "the announcement file is missing: " + path);
  }
  SF_INFO info{};
  const std::unique_ptr<SNDFILE, decltype(&sf_close)> file(sf_open(path.c_str(), SFM_READ, &info), &sf_close);
  if (!file || info.channels < 1 || info.channels > 2 || info.frames < 1) {
    return base::fail(base::ErrorCode::kInvalidArgument, "the announcement is not a WAV that can be played: " + path);
  }
  if (info.samplerate < 8000 || info.samplerate > 48000 || info.frames > sf_count_t{info.samplerate} * kLongestSeconds) {
    return base::fail(base::ErrorCode::kInvalidArgument,
                      "the announcement must be of 8000 to 48000 Hz and at most 10 minutes: " + path);
  }
  const auto channels = static_cast<std::size_t>(info.channels);
  std::vector<std::int16_t> samples(static_cast<std::size_t>(info.frames) * channels);
  const auto frames = static_cast<std::size_t>(sf_readf_short(file.get(), samples.data(), info.frames));
  for (std::size_t i = 0; i < frames; ++i) {
    int sum = 0;
    for (std::size_t c = 0; c < channels; ++c) sum += samples[i * channels + c];
    samples[i] = static_cast<std::int16_t>(sum / static_cast<int>(channels));
  }
  samples.resize(frames);
  if (info.samplerate != kSampleRate) {
    auto resampled = audio::to_telephone_rate(samples, info.samplerate);
    if (!resampled) return base::fail(resampled.error(), path);
    samples = std::move(*resampled);
  }
  return std::make_shared<const std::vector<std::int16_t>>(std::move(samples));
}

}  // namespace mamori::telephony
