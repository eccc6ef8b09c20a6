#include "audio/resample.h"

#include <speex/speex_resampler.h>

#include <algorithm>

namespace mamori::audio {
namespace {

constexpr int kQuality = 6;  // 0..10; at 6 the stop band is well below the noise of an 8-bit telephone line

SpeexResamplerState* speex(void* state) { return static_cast<SpeexResamplerState*>(state); }

}  // namespace

void Resampler::Destroy::operator()(void* state) const { speex_resampler_destroy(speex(state)); }

base::Result<Resampler> Resampler::make(int from, int to) {
  const auto good = [](int rate) { return rate >= 8000 && rate <= 48000; };
  if (!good(from) || !good(to)) {
    return base::fail(base::ErrorCode::kInvalidArgument,
                      "cannot resample from " + std::to_string(from) + " Hz to " + std::to_string(to) + " Hz");
  }
  Resampler made(from, to);
  if (from == to) return made;
  int error = 0;
  made.state_.reset(
      speex_resampler_init(1, static_cast<spx_uint32_t>(from), static_cast<spx_uint32_t>(to), kQuality, &error));
  if (!made.state_ || error != RESAMPLER_ERR_SUCCESS) {
    return base::fail(base::ErrorCode::kInternal, std::string("resampler: ") + speex_resampler_strerror(error));
  }
  speex_resampler_skip_zeros(speex(made.state_.get()));
  return made;
}

void Resampler::run(std::span<const Sample> in, std::vector<Sample>& out) {
  std::size_t at = 0;
  while (at < in.size()) {
    Sample block[2048];
    spx_uint32_t n_in = static_cast<spx_uint32_t>(std::min<std::size_t>(in.size() - at, 4096));
    spx_uint32_t n_out = 2048;
    speex_resampler_process_int(speex(state_.get()), 0, in.data() + at, &n_in, block, &n_out);
    out.insert(out.end(), block, block + n_out);
    given_ += n_out;
    at += n_in;
    if (n_in == 0 && n_out == 0) break;
  }
}

void Resampler::push(std::span<const Sample> in, std::vector<Sample>& out) {
  if (!state_) {
    out.insert(out.end(), in.begin(), in.end());
    return;
  }
  taken_ += in.size();
  run(in, out);
}

void Resampler::finish(std::vector<Sample>& out) {
  if (!state_) return;
  const std::size_t due = taken_ * static_cast<std::size_t>(to_) / static_cast<std::size_t>(from_);
  const std::vector<Sample> zeros(static_cast<std::size_t>(speex_resampler_get_input_latency(speex(state_.get()))) + 64,
                                  0);
  run(zeros, out);
  if (given_ > due) {
    out.resize(out.size() - std::min(out.size(), given_ - due));
    given_ = due;
  }
}

base::Result<std::vector<Sample>> to_telephone_rate(std::span<const Sample> in, int rate) {
  auto resampler = Resampler::make(rate);
  if (!resampler) return std::unexpected(resampler.error());
  std::vector<Sample> out;
  out.reserve(in.size() * kTelephoneRate / static_cast<std::size_t>(rate) + 16);
  resampler->push(in, out);
  resampler->finish(out);
  return out;
}

}  // namespace mamori::audio
