#include "speech/acoustic.h"

#include <algorithm>
#include <cmath>

namespace mamori::speech {
namespace {

using base::ErrorCode;

constexpr std::size_t kMaxChannels = 1024;
constexpr std::size_t kMaxBlocks = 64;
constexpr std::size_t kMaxPhones = 256;
constexpr std::size_t kTaps = 3;

// How far apart a block's taps are, which row its residual comes from, and how many zero rows stand before the first.
struct Shape {
  std::size_t dilation;
  std::size_t centre;
  std::size_t padding;
};
constexpr Shape shape(bool symmetric) { return symmetric ? Shape{1, 1, 1} : Shape{2, 4, 4}; }

base::Result<base::PackedMatrix> matrix(const Container& file, const std::string& name, std::size_t inputs,
                                        std::size_t outputs) {
  auto weights = file.floats(name + ".weight", inputs * outputs);
  if (!weights) return std::unexpected(weights.error());
  auto bias = file.floats(name + ".bias", outputs);
  if (!bias) return std::unexpected(bias.error());
  const auto finite = [](float v) { return std::isfinite(v); };
  if (!std::ranges::all_of(*weights, finite) || !std::ranges::all_of(*bias, finite)) {
    return base::fail(ErrorCode::kDataLoss, "acoustic model: " + name + " holds values that are not numbers");
  }
  return base::PackedMatrix(*weights, *bias, inputs, outputs);
}

void log_softmax(float* row, std::size_t n) {
  const float peak = *std::max_element(row, row + n);
  double sum = 0;
  for (std::size_t i = 0; i < n; ++i) sum += std::exp(static_cast<double>(row[i] - peak));
  const auto norm = static_cast<float>(peak + std::log(sum));
  for (std::size_t i = 0; i < n; ++i) row[i] -= norm;
}

}  // namespace

base::Result<std::shared_ptr<const AcousticModel>> AcousticModel::load(const std::string& path) {
  auto file = Container::open(path, "acoustic");
  if (!file) return std::unexpected(file.error());
  auto model = from(*file);
  if (!model) return base::fail(model.error(), path);
  return model;
}

base::Result<std::shared_ptr<const AcousticModel>> AcousticModel::from(const Container& file) {
  const auto& header = file.header();
  auto made = std::make_shared<AcousticModel>();
  made->name_ = base::get_string(header, "name");
  const auto channels = base::get_int(header, "channels");
  const auto kernel = base::get_int(header, "kernel_in");
  const auto stride = base::get_int(header, "stride");
  const std::string plan = base::get_string(header, "plan");
  const auto* phones = header.if_contains("phones");
  if (channels < 1 || channels > static_cast<std::int64_t>(kMaxChannels) || plan.empty() || plan.size() > kMaxBlocks ||
      plan.find_first_not_of("sc") != std::string::npos || kernel != 7 || stride != 3 || phones == nullptr ||
      !phones->is_array() || phones->as_array().size() < 2 || phones->as_array().size() > kMaxPhones) {
    return base::fail(ErrorCode::kInvalidArgument, "acoustic model: a network this program cannot run");
  }
  for (const auto& p : phones->as_array()) {
    if (!p.is_string()) return base::fail(ErrorCode::kDataLoss, "acoustic model: phones must be strings");
    made->phones_.emplace_back(p.as_string());
  }
  made->channels_ = static_cast<std::size_t>(channels);
  made->kernel_in_ = static_cast<std::size_t>(kernel);
  made->stride_ = static_cast<std::size_t>(stride);

  auto mean = file.floats("mean", kMels);
  if (!mean) return std::unexpected(mean.error());
  auto features = feature_constants(header, *mean);
  if (!features) return std::unexpected(features.error());
  made->features_ = *features;

  auto input = matrix(file, "input", made->kernel_in_ * kMels, made->channels_);
  if (!input) return std::unexpected(input.error());
  made->input_ = std::move(*input);
  for (std::size_t i = 0; i < plan.size(); ++i) {
    auto weights = matrix(file, "block" + std::to_string(i), kTaps * made->channels_, made->channels_);
    if (!weights) return std::unexpected(weights.error());
    made->blocks_.push_back({plan[i] == 's', std::move(*weights)});
    if (plan[i] == 's') ++made->lookahead_;
  }
  auto output = matrix(file, "output", made->channels_, made->phones_.size());
  if (!output) return std::unexpected(output.error());
  made->output_ = std::move(*output);
  return made;
}

int AcousticModel::phone(std::string_view symbol) const {
  const auto at = std::ranges::find(phones_, symbol);
  return at == phones_.end() ? -1 : static_cast<int>(at - phones_.begin());
}

AcousticStream::AcousticStream(std::shared_ptr<const AcousticModel> model) : model_(std::move(model)) {
  mels_.assign(3 * kMels, 0.0F);
  for (const auto& block : model_->blocks_)
    past_.emplace_back(shape(block.symmetric).padding * model_->channels_, 0.0F);
}

void AcousticStream::push(std::span<const MelFrame> frames, std::vector<float>& out) {
  for (const auto& f : frames) mels_.insert(mels_.end(), f.begin(), f.end());
  run(false, out);
}

void AcousticStream::finish(std::vector<float>& out) {
  mels_.insert(mels_.end(), 3 * kMels, 0.0F);
  run(true, out);
}

void AcousticStream::run(bool last, std::vector<float>& out) {
  const auto& m = *model_;
  const std::size_t c = m.channels_;
  const std::size_t have = mels_.size() / kMels;
  std::size_t n = have >= m.kernel_in_ ? (have - m.kernel_in_) / m.stride_ + 1 : 0;
  if (n == 0 && !last) return;

  // The input convolution: overlapping windows, gathered into rows.
  gathered_.resize(n * m.kernel_in_ * kMels);
  for (std::size_t j = 0; j < n; ++j) {
    std::copy_n(mels_.begin() + static_cast<std::ptrdiff_t>(j * m.stride_ * kMels), m.kernel_in_ * kMels,
                gathered_.begin() + static_cast<std::ptrdiff_t>(j * m.kernel_in_ * kMels));
  }
  mels_.erase(mels_.begin(), mels_.begin() + static_cast<std::ptrdiff_t>(n * m.stride_ * kMels));
  rows_.resize(n * c);
  m.input_.affine(gathered_.data(), n, rows_.data());
  for (float& v : rows_) v = std::max(v, 0.0F);

  for (std::size_t b = 0; b < m.blocks_.size(); ++b) {
    const auto [dilation, centre, padding] = shape(m.blocks_[b].symmetric);
    auto& past = past_[b];
    past.insert(past.end(), rows_.begin(), rows_.end());
    if (last && m.blocks_[b].symmetric) past.insert(past.end(), c, 0.0F);
    const std::size_t rows = past.size() / c;
    const std::size_t reach = dilation * (kTaps - 1);
    n = rows > reach ? rows - reach : 0;
    gathered_.resize(n * kTaps * c);
    for (std::size_t j = 0; j < n; ++j) {
      for (std::size_t t = 0; t < kTaps; ++t) {
        std::copy_n(past.begin() + static_cast<std::ptrdiff_t>((j + t * dilation) * c), c,
                    gathered_.begin() + static_cast<std::ptrdiff_t>((j * kTaps + t) * c));
      }
    }
    computed_.resize(n * c);
    m.blocks_[b].weights.affine(gathered_.data(), n, computed_.data());
    rows_.resize(n * c);
    for (std::size_t j = 0; j < n; ++j) {
      const float* residual = past.data() + (j + centre) * c;
      for (std::size_t i = 0; i < c; ++i) rows_[j * c + i] = residual[i] + std::max(computed_[j * c + i], 0.0F);
    }
    past.erase(past.begin(), past.begin() + static_cast<std::ptrdiff_t>(n * c));
  }

  const std::size_t phones = m.phones_.size();
  const std::size_t at = out.size();
  out.resize(at + n * phones);
  m.output_.affine(rows_.data(), n, out.data() + at);
  for (std::size_t j = 0; j < n; ++j) log_softmax(out.data() + at + j * phones, phones);
}

}  // namespace mamori::speech
