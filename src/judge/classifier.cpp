#include "judge/classifier.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <fstream>
#include <sstream>

#include "base/bytes.h"
#include "base/clones.h"
#include "base/hash.h"
#include "base/json.h"

namespace mamori::judge {
namespace {

namespace json = base::json;
using base::ErrorCode;

constexpr std::string_view kMagic = "mamori-judge-5\n";
constexpr std::size_t kMostBytes = 256u << 20;
constexpr std::size_t kMostAbout = 1u << 20;

}  // namespace

Classifier::Classifier(std::vector<std::uint64_t> ids, const std::vector<float>& weights, std::array<Output, kOutputs> outputs, const Second& second, std::unique_ptr<const OrderModel> order, std::string about)
    : index_(std::move(ids)), rows_(weights.size() / kOutputs), outputs_(outputs), second_(second), order_(std::move(order)), about_(std::move(about)) {
  derive();
  for (std::size_t r = 0; r < rows_.size(); ++r) {
    const auto row = std::span(weights).subspan(r * kOutputs, kOutputs);
    float most = 0;
    for (const auto w : row) most = std::max(most, std::abs(w));
    rows_[r].step = most > 0 ? most / 127 : 1;
    for (std::size_t o = 0; o < kOutputs; ++o) rows_[r].weights[o] = static_cast<std::int8_t>(std::lround(row[o] / rows_[r].step));
  }
}

MAMORI_CLONES void Classifier::add_rows(const Row* rows, const Feature* features, std::size_t n, float* __restrict margins) {
  constexpr std::size_t kAhead = 32;  // rows lie far apart: the next ones are fetched meanwhile
  for (std::size_t i = 0; i < n; ++i) {
    if (i + kAhead < n) __builtin_prefetch(rows + features[i + kAhead].row);
    if (features[i].row < 0) continue;
    const auto& row = rows[features[i].row];
    const float by = row.step * features[i].value;
    for (int o = 0; o < kLanes; ++o) margins[o] += static_cast<float>(row.weights[static_cast<std::size_t>(o)]) * by;
  }
}

MAMORI_CLONES void Classifier::add_seen(const double* rows, const double* seen, double* __restrict sums) {
  for (std::size_t k = 0; k < kOutputs * kSeen; ++k, rows += kLanes) {
    for (int o = 0; o < kLanes; ++o) sums[o] += rows[o] * seen[k];
  }
}

void Classifier::derive() {
  if (order_) silence_ = order_->score({});
  by_seen_.assign(kOutputs * kSeen * kLanes, 0);
  for (std::size_t o = 0; o < kOutputs; ++o) {
    for (std::size_t k = 0; k < kOutputs * kSeen; ++k) by_seen_[k * kLanes + o] = second_[o][k];
  }
}

bool Classifier::asked(const Scores& alone) {
  const double harassment = alone[kOutputHarassment];
  if (harassment < -kDoubt) return false;
  return harassment < kDoubt || std::ranges::any_of(std::span(alone).first<contact::kCategoryCount>(), [](double kind) { return std::abs(kind) < kDoubt; });
}

Classifier::Margins Classifier::margins(std::span<const Feature> features) const {
  Margins out{};
  add_rows(rows_.data(), features.data(), features.size(), out.data());
  return out;
}

Scores Classifier::first(std::span<const Feature> features) const {
  const auto margin = margins(features);
  Scores out{};
  for (std::size_t o = 0; o < kOutputs; ++o) out[o] = outputs_[o].a * (static_cast<double>(margin[o]) + outputs_[o].bias) + outputs_[o].b;
  return out;
}

Scores Classifier::first_without(const Scores& first, std::span<const Feature> gone) const {
  const auto margin = margins(gone);
  Scores out{};
  for (std::size_t o = 0; o < kOutputs; ++o) out[o] = first[o] - outputs_[o].a * static_cast<double>(margin[o]);
  return out;
}

Scores Classifier::alone(const Scores& first) const {
  std::array<double, kOutputs * kSeen> all{};
  for (std::size_t o = 0; o < kOutputs; ++o) std::ranges::copy(seen(first[o]), all.begin() + static_cast<std::ptrdiff_t>(o * kSeen));
  std::array<double, kLanes> sums{};
  for (std::size_t o = 0; o < kOutputs; ++o) sums[o] = outputs_[o].second_bias;
  add_seen(by_seen_.data(), all.data(), sums.data());
  Scores out{};
  for (std::size_t o = 0; o < kOutputs; ++o) out[o] = outputs_[o].second_a * sums[o] + outputs_[o].second_b;
  return out;
}

Scores Classifier::together(const Scores& alone, const Scores& order) const {
  Scores out{};
  for (std::size_t o = 0; o < kOutputs; ++o) out[o] = outputs_[o].own * alone[o] + outputs_[o].order * order[o] + outputs_[o].order_bias;
  return out;
}

Scores Classifier::score(std::span<const Feature> features, std::span<const SeenWord> words) const {
  const auto scores = alone(first(features));
  return asks_order(scores) ? together(scores, order_->score(words)) : scores;
}

std::vector<Classifier::Part> Classifier::influences(std::span<const Feature> features, const Scores& first, int output, bool ordered) const {
  // How much the output moves with each of the outputs by themselves, where they stand: the slope of its line there.
  const auto& to = outputs_[static_cast<std::size_t>(output)];
  std::array<double, kOutputs> unit{};
  for (std::size_t from = 0; from < kOutputs; ++from) {
    const auto* w = second_[static_cast<std::size_t>(output)].data() + from * kSeen;
    double slope = w[0];
    for (std::size_t k = 0; k < kKnots.size(); ++k) slope += first[from] > kKnots[k] ? w[k + 1] : 0;
    unit[from] = (ordered ? to.own : 1) * to.second_a * slope * outputs_[from].a;
  }
  std::vector<Part> out;
  out.reserve(features.size());
  for (const auto& f : features) {
    if (f.row < 0) continue;
    const auto& row = rows_[static_cast<std::size_t>(f.row)];
    double sum = 0;
    for (std::size_t o = 0; o < kOutputs; ++o) sum += unit[o] * row.weights[o];
    out.emplace_back(&f, sum * static_cast<double>(row.step * f.value));
  }
  return out;
}

double Classifier::influence_of_order(const Scores& order, int output) const {
  const auto o = static_cast<std::size_t>(output);
  return outputs_[o].order * (order[o] - silence_[o]);
}

// magic · u32 length and JSON (outputs, about) · u32 rows · f64 second weights · u64 ids · f32 steps · i8 weights · u32 length and the
// networks (0: none)
std::string Classifier::bytes() const {
  json::array outputs;
  for (int o = 0; o < kOutputs; ++o) {
    const auto& x = outputs_[static_cast<std::size_t>(o)];
    outputs.push_back(json::object{{"name", output_name(o)}, {"bias", x.bias}, {"a", x.a}, {"b", x.b}, {"second_bias", x.second_bias}, {"second_a", x.second_a}, {"second_b", x.second_b}, {"own", x.own}, {"order", x.order}, {"order_bias", x.order_bias}, {"threshold", x.threshold}, {"in_dialogue", x.in_dialogue}});
  }
  const auto head = json::serialize(json::object{{"outputs", std::move(outputs)}, {"about", about_}});
  std::string out(kMagic);
  base::put_bytes(out, static_cast<std::uint32_t>(head.size()));
  out += head;
  base::put_bytes(out, static_cast<std::uint32_t>(size()));
  base::put_bytes(out, second_);
  for (const auto id : index_.ids()) base::put_bytes(out, id);
  for (const auto& row : rows_) base::put_bytes(out, row.step);
  for (const auto& row : rows_) out.append(reinterpret_cast<const char*>(row.weights.data()), kOutputs);
  const auto networks = order_ ? order_->bytes() : std::string();
  base::put_bytes(out, static_cast<std::uint32_t>(networks.size()));
  return out + networks;
}

base::Result<std::unique_ptr<Classifier>> Classifier::load(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::stringstream text;
  text << in.rdbuf();
  if (!in) return base::fail(ErrorCode::kNotFound, "cannot read " + path);
  return parse(text.str(), path);
}

base::Result<std::unique_ptr<Classifier>> Classifier::parse(std::string_view bytes, const std::string& name) {
  const auto broken = [&](const std::string& what) { return base::fail(ErrorCode::kInvalidArgument, name + ": " + what); };
  if (bytes.size() > kMostBytes) return broken("larger than 256 MiB");
  if (!bytes.starts_with(kMagic)) return broken("not a judge model of this version (mamori-judge-5)");
  const auto all = bytes;
  bytes.remove_prefix(kMagic.size());
  const auto take = [&](auto& value) { return base::take_bytes(bytes, value); };
  std::uint32_t length = 0;
  if (!take(length) || length > kMostAbout || length > bytes.size()) return broken("truncated");
  auto head = base::parse_json(bytes.substr(0, length), kMostAbout);
  bytes.remove_prefix(length);
  if (!head || !head->is_object()) return broken("its description is not JSON");
  std::array<Output, kOutputs> outputs;
  const auto* list = head->get_object().if_contains("outputs");
  if (list == nullptr || !list->is_array() || list->get_array().size() != kOutputs) return broken("has other outputs than this program");
  for (int o = 0; o < kOutputs; ++o) {
    const auto& value = list->get_array()[static_cast<std::size_t>(o)];
    if (!value.is_object() || base::get_string(value.get_object(), "name") != output_name(o)) return broken("has other outputs than this program");
    const auto& object = value.get_object();
    auto& x = outputs[static_cast<std::size_t>(o)];
    x = {.bias = base::get_double(object, "bias"),
         .a = base::get_double(object, "a", 1),
         .b = base::get_double(object, "b"),
         .second_bias = base::get_double(object, "second_bias"),
         .second_a = base::get_double(object, "second_a", 1),
         .second_b = base::get_double(object, "second_b"),
         .own = base::get_double(object, "own", 1),
         .order = base::get_double(object, "order"),
         .order_bias = base::get_double(object, "order_bias"),
         .threshold = base::get_double(object, "threshold"),
         .in_dialogue = base::get_double(object, "in_dialogue")};
    if (!std::ranges::all_of(std::array{x.bias, x.a, x.b, x.own, x.order, x.order_bias, x.second_bias, x.second_a, x.second_b, x.threshold, x.in_dialogue}, [](double v) { return std::isfinite(v); })) return broken("holds numbers that are none");
  }
  std::uint32_t rows = 0;
  if (!take(rows)) return broken("truncated");
  Second second{};
  if (!take(second)) return broken("truncated");
  if (!std::ranges::all_of(second, [](const auto& row) { return std::ranges::all_of(row, [](double v) { return std::isfinite(v); }); })) return broken("holds numbers that are none");
  if (bytes.size() < std::size_t{rows} * (sizeof(std::uint64_t) + sizeof(float) + kOutputs)) return broken("truncated");
  std::vector<std::uint64_t> ids(rows);
  if (rows > 0) std::memcpy(ids.data(), bytes.data(), rows * sizeof(std::uint64_t));
  bytes.remove_prefix(rows * sizeof(std::uint64_t));
  if (std::ranges::adjacent_find(ids, std::ranges::greater_equal{}) != ids.end()) return broken("its features are not in order");
  std::unique_ptr<Classifier> out(new Classifier());
  out->index_ = FeatureIndex(std::move(ids));
  out->rows_.resize(rows);
  for (auto& row : out->rows_) {
    if (!take(row.step)) return broken("truncated");
    if (!std::isfinite(row.step) || row.step <= 0) return broken("holds numbers that are none");
  }
  for (auto& row : out->rows_) {
    std::memcpy(row.weights.data(), bytes.data(), kOutputs);
    bytes.remove_prefix(kOutputs);
  }
  if (!take(length) || length != bytes.size()) return broken("truncated, or longer than it says");
  if (length > 0) {
    auto order = OrderModel::parse(bytes, name);
    if (!order) return base::fail(order.error());
    out->order_ = std::move(*order);
  }
  out->outputs_ = outputs;
  out->second_ = second;
  out->derive();
  out->about_ = base::get_string(head->get_object(), "about");
  char version[32];
  std::snprintf(version, sizeof version, "judge-%08llx", static_cast<unsigned long long>(base::fnv1a(all) >> 32));
  out->version_ = version;
  return out;
}

}  // namespace mamori::judge
