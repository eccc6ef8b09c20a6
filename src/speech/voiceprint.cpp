#include "speech/voiceprint.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "speech/container.h"
#include "speech/fourier.h"
#include "speech/voiceprint_model.h"

namespace mamori::speech {
namespace {

using base::ErrorCode;

constexpr int kFrameSamples = 200;  // 25 ms
constexpr int kHopSamples = 80;     // 10 ms
constexpr int kFft = 256;
constexpr int kFilters = 24;
constexpr double kLow = 250;  // Hz: what a telephone line passes for certain
constexpr double kHigh = 3400;
constexpr float kRelevance = 3;          // frames a component needs before it is believed half
constexpr double kSpeechBelowLoud = 28;  // dB under the loud frames: no speech
constexpr std::size_t kFramesPerSecond = 100;
constexpr int kMaxComponents = 4096;

struct Tables {
  Fourier<kFft> fourier;
  std::array<float, kFrameSamples> window{};
  std::array<std::vector<float>, kFilters> filter;
  std::array<int, kFilters> first{};
  std::array<std::array<float, kFilters>, kCepstra> cosine{};

  Tables() {
    for (int i = 0; i < kFrameSamples; ++i)
      window[i] = static_cast<float>(0.54 - 0.46 * std::cos(2 * std::numbers::pi * i / (kFrameSamples - 1)));
    const auto mel = [](double f) { return 2595 * std::log10(1 + f / 700); };
    const auto hertz = [](double m) { return 700 * (std::pow(10, m / 2595) - 1); };
    for (int k = 0; k < kFilters; ++k) {
      const auto edge = [&](int i) { return hertz(mel(kLow) + (mel(kHigh) - mel(kLow)) * i / (kFilters + 1)); };
      for (int bin = 0; bin < Fourier<kFft>::kBins; ++bin) {
        const double f = static_cast<double>(bin) * audio::kTelephoneRate / kFft;
        const double w = std::min((f - edge(k)) / (edge(k + 1) - edge(k)), (edge(k + 2) - f) / (edge(k + 2) - edge(k + 1)));
        if (w <= 0) continue;
        if (filter[k].empty()) first[k] = bin;
        filter[k].push_back(static_cast<float>(w));
      }
    }
    for (int c = 0; c < kCepstra; ++c) {
      for (int k = 0; k < kFilters; ++k)
        cosine[c][k] = static_cast<float>(std::cos(std::numbers::pi * (c + 1) * (k + 0.5) / kFilters));
    }
  }
};

const Tables& tables() {
  static const Tables t;  // immutable after construction, shared by all streams
  return t;
}

CepstrumFrame cepstrum(std::span<const audio::Sample> s) {
  const auto& t = tables();
  std::array<float, kFrameSamples> x{};
  float energy = 1e-9F;
  for (int i = 0; i < kFrameSamples; ++i) {
    const float now = audio::to_float(s[i]);
    const float before = audio::to_float(s[i > 0 ? i - 1 : 0]);
    energy += now * now;
    x[i] = (now - 0.97F * before) * t.window[i];
  }
  std::array<float, Fourier<kFft>::kBins> power{};
  t.fourier.power(x, power);
  std::array<float, kFilters> logs{};
  for (int k = 0; k < kFilters; ++k) {
    float sum = 1e-9F;
    for (std::size_t i = 0; i < t.filter[k].size(); ++i) sum += t.filter[k][i] * power[t.first[k] + static_cast<int>(i)];
    logs[k] = std::log(sum);
  }
  CepstrumFrame out;
  out.db = 10 * std::log10(energy / kFrameSamples);
  for (int c = 0; c < kCepstra; ++c) {
    for (int k = 0; k < kFilters; ++k) out.c[c] += t.cosine[c][k] * logs[k];
  }
  return out;
}

std::vector<bool> speech_of(std::span<const CepstrumFrame> frames) {
  std::vector<bool> out(frames.size());
  if (frames.empty()) return out;
  std::vector<float> levels;
  levels.reserve(frames.size());
  for (const auto& f : frames) levels.push_back(f.db);
  const auto at = [&](double share) {
    auto it = levels.begin() + static_cast<std::ptrdiff_t>(share * static_cast<double>(levels.size() - 1));
    std::nth_element(levels.begin(), it, levels.end());
    return static_cast<double>(*it);
  };
  const double loud = at(0.9);
  const double quiet = at(0.05);
  // In noise the floor is nearer: then at least a third of the way up.
  const double limit = std::max(loud - kSpeechBelowLoud, std::min(quiet + (loud - quiet) / 3, loud - 6));
  for (std::size_t i = 0; i < frames.size(); ++i) out[i] = frames[i].db > std::max(limit, -70.0);
  return out;
}

std::size_t count_speech(std::span<const CepstrumFrame> frames) {
  const auto speech = speech_of(frames);
  return static_cast<std::size_t>(std::ranges::count(speech, true));
}

}  // namespace

std::vector<CepstrumFrame> cepstra(std::span<const audio::Sample> pcm) {
  std::vector<CepstrumFrame> out;
  for (std::size_t at = 0; at + kFrameSamples <= pcm.size(); at += kHopSamples)
    out.push_back(cepstrum(pcm.subspan(at, kFrameSamples)));
  return out;
}

std::vector<VoiceFeature> voice_features(std::span<const CepstrumFrame> frames) {
  const auto speech = speech_of(frames);
  std::vector<VoiceFeature> out;
  const auto n = static_cast<std::ptrdiff_t>(frames.size());
  for (std::ptrdiff_t i = 0; i < n; ++i) {
    if (!speech[static_cast<std::size_t>(i)]) continue;
    VoiceFeature v{};
    const auto frame = [&](std::ptrdiff_t j) -> const Cepstrum& {
      return frames[static_cast<std::size_t>(std::clamp<std::ptrdiff_t>(j, 0, n - 1))].c;
    };
    for (int c = 0; c < kCepstra; ++c) {
      v[c] = frame(i)[c];
      v[kCepstra + c] = (frame(i + 1)[c] - frame(i - 1)[c] + 2 * (frame(i + 2)[c] - frame(i - 2)[c])) / 10;
    }
    out.push_back(v);
  }
  if (out.empty()) return out;
  // Mean and variance of the recording go: with them most of the line and the microphone.
  for (int d = 0; d < kVoiceFeatures; ++d) {
    double sum = 0;
    double square = 0;
    for (const auto& v : out) {
      sum += v[d];
      square += static_cast<double>(v[d]) * v[d];
    }
    const double mean = sum / static_cast<double>(out.size());
    const double deviation = std::sqrt(std::max(1e-8, square / static_cast<double>(out.size()) - mean * mean));
    for (auto& v : out) v[d] = static_cast<float>((v[d] - mean) / deviation);
  }
  return out;
}

Eigen::MatrixXf as_matrix(std::span<const VoiceFeature> features) {
  Eigen::MatrixXf out(kVoiceFeatures, static_cast<Eigen::Index>(features.size()));
  for (std::size_t i = 0; i < features.size(); ++i)
    out.col(static_cast<Eigen::Index>(i)) = Eigen::Map<const Eigen::VectorXf>(features[i].data(), kVoiceFeatures);
  return out;
}

Eigen::MatrixXf Background::log_likelihood(const Eigen::MatrixXf& frames) const {
  const Eigen::MatrixXf precision = variance.cwiseInverse();
  const Eigen::VectorXf constant =
      weight.array().log().matrix() -
      0.5F * ((variance.array().log().colwise().sum() + (mean.array().square() * precision.array()).colwise().sum()).matrix().transpose() +
              Eigen::VectorXf::Constant(weight.size(), static_cast<float>(kVoiceFeatures * std::log(2 * std::numbers::pi))));
  Eigen::MatrixXf out = (mean.cwiseProduct(precision)).transpose() * frames;
  out.noalias() -= 0.5F * precision.transpose() * frames.cwiseAbs2();
  out.colwise() += constant;
  return out;
}

Eigen::VectorXf mean_shift(const Background& background, const Eigen::MatrixXf& frames) {
  Eigen::MatrixXf share = background.log_likelihood(frames);
  for (Eigen::Index i = 0; i < share.cols(); ++i) {
    auto column = share.col(i);
    column = (column.array() - column.maxCoeff()).exp().matrix();
    column /= column.sum();
  }
  const Eigen::VectorXf count = share.rowwise().sum();
  const Eigen::MatrixXf first = frames * share.transpose();  // [dimension, component]
  Eigen::VectorXf out(background.mean.size());
  for (Eigen::Index c = 0; c < count.size(); ++c) {
    const Eigen::VectorXf pull = (first.col(c) - count[c] * background.mean.col(c)) / (count[c] + kRelevance);
    out.segment(c * kVoiceFeatures, kVoiceFeatures) =
        std::sqrt(background.weight[c]) * pull.cwiseQuotient(background.variance.col(c).cwiseSqrt());
  }
  return out;
}

Eigen::VectorXf VoiceprintModel::Impl::project(const Eigen::VectorXf& shift) const {
  Eigen::VectorXf v = projection * (shift - centre);
  const float length = v.norm();
  // To the length a voiceprint of this model has on average.
  const float usual = std::sqrt((between.array() + 1).sum());
  if (length > 1e-6F) v *= usual / length;
  return v;
}

double VoiceprintModel::Impl::ratio(const Eigen::VectorXf& a, const Eigen::VectorXf& b) const {
  double sum = 0;
  for (Eigen::Index k = 0; k < between.size(); ++k) {
    const double total = between[k] + 1.0;
    const double shared = between[k];
    const double apart = total * total - shared * shared;
    const double squares = static_cast<double>(a[k]) * a[k] + static_cast<double>(b[k]) * b[k];
    sum += 0.5 * std::log(total * total / apart) + 0.5 * squares / total -
           0.5 * (total * squares - 2 * shared * a[k] * b[k]) / apart;
  }
  return sum;
}

VoiceprintModel::VoiceprintModel(std::unique_ptr<const Impl> impl) : impl_(std::move(impl)) {}
VoiceprintModel::~VoiceprintModel() = default;

base::Result<std::shared_ptr<const VoiceprintModel>> VoiceprintModel::load(const std::string& path) {
  auto file = Container::open(path, "voiceprint");
  if (!file) return std::unexpected(file.error());
  auto impl = std::make_unique<Impl>();
  const auto& header = file->header();
  impl->name = base::get_string(header, "name");
  const auto components = base::get_int(header, "components");
  const auto size = base::get_int(header, "size");
  if (impl->name.empty() || components < 1 || components > kMaxComponents || size < 1 || size > 1024 ||
      base::get_int(header, "features") != kVoiceFeatures) {
    return base::fail(ErrorCode::kInvalidArgument, path + ": made for another voiceprint front end than this program's");
  }
  const auto cells = static_cast<std::size_t>(components) * kVoiceFeatures;
  const auto wide = static_cast<std::size_t>(size);
  const auto mean = file->floats("mean", cells);
  const auto variance = file->floats("variance", cells);
  const auto weight = file->floats("weight", static_cast<std::size_t>(components));
  const auto centre = file->floats("centre", cells);
  const auto projection = file->floats("projection", wide * cells);
  const auto between = file->floats("between", wide);
  for (const auto* part : {&mean, &variance, &weight, &centre, &projection, &between}) {
    if (!*part) return base::fail(part->error(), path);
    for (const float v : **part) {
      if (!std::isfinite(v)) return base::fail(ErrorCode::kDataLoss, path + ": holds a number that is none");
    }
  }
  for (const auto* part : {&variance, &weight, &between}) {
    if (std::ranges::any_of(**part, [](float v) { return v <= 0; }))
      return base::fail(ErrorCode::kDataLoss, path + ": a variance or weight is not positive");
  }
  impl->background.mean = Eigen::Map<const Eigen::MatrixXf>(mean->data(), kVoiceFeatures, components);
  impl->background.variance = Eigen::Map<const Eigen::MatrixXf>(variance->data(), kVoiceFeatures, components);
  impl->background.weight = Eigen::Map<const Eigen::VectorXf>(weight->data(), components);
  impl->centre = Eigen::Map<const Eigen::VectorXf>(centre->data(), static_cast<Eigen::Index>(cells));
  impl->projection = Eigen::Map<const Eigen::MatrixXf>(projection->data(), size, static_cast<Eigen::Index>(cells));
  impl->between = Eigen::Map<const Eigen::VectorXf>(between->data(), size);
  impl->scale = static_cast<float>(base::get_double(header, "scale", 1));
  impl->offset = static_cast<float>(base::get_double(header, "offset"));
  return std::shared_ptr<const VoiceprintModel>(new VoiceprintModel(std::move(impl)));
}

const std::string& VoiceprintModel::name() const { return impl_->name; }

base::Result<Voiceprint> VoiceprintModel::print(std::span<const audio::Sample> pcm) const {
  const auto most = static_cast<std::size_t>(kMostVoiceprintSeconds * audio::kTelephoneRate);
  return print(cepstra(pcm.first(std::min(pcm.size(), most))));
}

base::Result<Voiceprint> VoiceprintModel::print(std::span<const CepstrumFrame> frames) const {
  const auto features = voice_features(frames);
  Voiceprint out;
  out.model = impl_->name;
  out.speech_seconds = static_cast<double>(features.size()) / kFramesPerSecond;
  if (out.speech_seconds < kLeastVoiceprintSeconds) {
    return base::fail(ErrorCode::kInvalidArgument, "声紋を作るには、1.5秒以上の発話が必要です");
  }
  const auto v = impl_->project(mean_shift(impl_->background, as_matrix(features)));
  out.vector.assign(v.data(), v.data() + v.size());
  return out;
}

base::Result<double> VoiceprintModel::compare(const Voiceprint& a, const Voiceprint& b) const {
  const auto size = static_cast<std::size_t>(impl_->between.size());
  if (a.model != impl_->name || b.model != impl_->name || a.vector.size() != size || b.vector.size() != size) {
    return base::fail(ErrorCode::kInvalidArgument, "別のモデルで作られた声紋とは比べられません");
  }
  const Eigen::Map<const Eigen::VectorXf> x(a.vector.data(), static_cast<Eigen::Index>(size));
  const Eigen::Map<const Eigen::VectorXf> y(b.vector.data(), static_cast<Eigen::Index>(size));
  const double llr = impl_->scale * impl_->ratio(x, y) + impl_->offset;
  if (!std::isfinite(llr)) return base::fail(ErrorCode::kInvalidArgument, "the voiceprint holds a number that is none");
  return llr;
}

double probability(double llr, double prior) {
  const double odds = std::log(prior / (1 - prior));
  return 1 / (1 + std::exp(-(llr + odds)));
}

void VoiceprintMeter::push(std::span<const audio::Sample> pcm, std::vector<Voiceprint>& out) {
  const auto most = static_cast<std::size_t>(kMostVoiceprintSeconds * kFramesPerSecond);
  if (frames_.size() >= most || next_seconds_ > 48) return;
  pending_.insert(pending_.end(), pcm.begin(), pcm.end());
  std::size_t at = 0;
  for (; at + kFrameSamples <= pending_.size() && frames_.size() < most; at += kHopSamples)
    frames_.push_back(cepstrum(std::span(pending_).subspan(at, kFrameSamples)));
  pending_.erase(pending_.begin(), pending_.begin() + static_cast<std::ptrdiff_t>(at));
  if (frames_.size() < next_look_) return;
  const double seconds = static_cast<double>(count_speech(frames_)) / kFramesPerSecond;
  // Counted anew once a second only: it looks at everything so far.
  next_look_ = frames_.size() + kFramesPerSecond;
  if (seconds < next_seconds_) return;
  next_seconds_ *= 2;
  if (auto print = model_->print(frames_)) out.push_back(std::move(*print));
}

}  // namespace mamori::speech
