#include "speech/voiceprint_train.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>

#include "audio/g711.h"
#include "speech/container_write.h"
#include "speech/voiceprint_model.h"

namespace mamori::speech {
namespace {

using base::ErrorCode;
using Random = std::mt19937;
using Sound = std::vector<audio::Sample>;

constexpr std::size_t kLeastSpeakers = 10;
constexpr double kLeastHours = 1.0 / 6;
constexpr std::size_t kMostSegments = 120;  // of one speaker: a site's frequent callers are not everybody
constexpr std::size_t kShortSegment = 350;  // frames of 10 ms
constexpr std::size_t kLongSegment = 800;
constexpr std::size_t kMostMixtureFrames = 400'000;
constexpr int kMixtureRounds = 14;
constexpr float kLeastVariance = 0.01F;
constexpr int kSubspaceRounds = 5;
constexpr double kElsewhere = 0.8;     // of the ratio is kept: a judgement, not a measurement; other calls differ more than one recording's parts
constexpr float kShrinkWithin = 0.1F;  // towards a multiple of the identity: there are few speakers

// The other ends of other calls: a speaker is to be known through any of them.
Sound through_another_line(const Sound& in, Random& random) {
  std::uniform_real_distribution<double> uniform(-1, 1);
  std::normal_distribution<double> normal;
  Sound out(in.size());
  double power = 1;
  for (const auto s : in) power += static_cast<double>(s) * s;
  power = std::sqrt(power / static_cast<double>(in.size() + 1));
  const double tilt = 0.5 * uniform(random);
  const double noise = power * std::pow(10, -(32 + 8 * uniform(random)) / 20);  // 24 to 40 dB below the voice
  const double gain = std::pow(10, (5 * uniform(random) - 1) / 20) * std::min(1.0, 6000 / power);
  // One broad resonance of a handset or a room.
  const double angle = 2 * 3.141592653589793 * (1400 + 1000 * uniform(random)) / audio::kTelephoneRate;
  const double radius = 0.72 + 0.12 * uniform(random);
  const double depth = 0.5 * uniform(random);
  double before = 0;
  double y1 = 0;
  double y2 = 0;
  double hiss = 0;
  for (std::size_t i = 0; i < in.size(); ++i) {
    const double x = in[i] + tilt * before;
    before = in[i];
    const double y = (1 - radius) * x + 2 * radius * std::cos(angle) * y1 - radius * radius * y2;
    y2 = y1;
    y1 = y;
    hiss = 0.6 * hiss + normal(random);
    const double v = gain * (x + depth * y + noise * hiss);
    out[i] = audio::mulaw_decode(audio::mulaw_encode(static_cast<audio::Sample>(std::clamp(v, -32700.0, 32700.0))));
  }
  return out;
}

// The same words at another speed and pitch: another speaker, as far as a model is concerned.
Sound as_another_speaker(const Sound& in, double speed) {
  Sound out(static_cast<std::size_t>(static_cast<double>(in.size()) / speed));
  for (std::size_t i = 0; i < out.size(); ++i) {
    const double at = static_cast<double>(i) * speed;
    const auto j = static_cast<std::size_t>(at);
    if (j + 2 >= in.size() || j < 1) continue;
    const double f = at - static_cast<double>(j);
    // Catmull-Rom: straight lines between samples would dull the voice.
    const double a = in[j - 1];
    const double b = in[j];
    const double c = in[j + 1];
    const double d = in[j + 2];
    const double v = b + 0.5 * f * (c - a + f * (2 * a - 5 * b + 4 * c - d + f * (3 * (b - c) + d - a)));
    out[i] = static_cast<audio::Sample>(std::clamp(v, -32768.0, 32767.0));
  }
  return out;
}

struct Segment {
  std::size_t speaker = 0;
  bool known = true;   // nobody else in the list is this person
  bool trial = false;  // may stand in a pair of the calibration: real, and sharing no sound with another of them
  Eigen::MatrixXf frames;
  Eigen::VectorXf shift;
};

// The voice of a speaker in segments of a few seconds, each through one line.
void cut(const std::vector<Sound>& recordings, const Segment& as, std::size_t most, Random& random, std::vector<Segment>& out) {
  std::vector<Segment> own;
  std::uniform_int_distribution<std::size_t> length(kShortSegment, kLongSegment);
  Sound sound;
  const auto take = [&](const Sound& raw) {
    auto features = voice_features(cepstra(raw));
    if (features.size() < kShortSegment / 2) return;
    own.push_back(as);
    own.back().frames = as_matrix(features);
  };
  std::size_t wanted = length(random) * 80;
  for (const auto& r : recordings) {
    sound.insert(sound.end(), r.begin(), r.end());
    if (sound.size() < wanted) continue;
    take(random() % 3 == 0 ? sound : through_another_line(sound, random));
    sound.clear();
    wanted = length(random) * 80;
    if (own.size() >= most) break;
  }
  if (own.empty() || sound.size() > kShortSegment * 80) take(through_another_line(sound, random));
  for (auto& s : own) out.push_back(std::move(s));
}

Background mixture(const std::vector<Segment>& segments, int components, Random& random, const std::function<void(const std::string&)>& say) {
  Eigen::Index total = 0;
  for (const auto& s : segments) total += s.frames.cols();
  const auto every = std::max<Eigen::Index>(1, total / static_cast<Eigen::Index>(kMostMixtureFrames));
  Eigen::MatrixXf frames(kVoiceFeatures, total / every + static_cast<Eigen::Index>(segments.size()));
  Eigen::Index n = 0;
  for (const auto& s : segments) {
    for (Eigen::Index i = static_cast<Eigen::Index>(random() % static_cast<unsigned>(every)); i < s.frames.cols(); i += every) frames.col(n++) = s.frames.col(i);
  }
  frames.conservativeResize(Eigen::NoChange, n);
  Background b;
  b.mean.resize(kVoiceFeatures, components);
  for (int c = 0; c < components; ++c) b.mean.col(c) = frames.col(static_cast<Eigen::Index>(random() % static_cast<unsigned>(n)));
  b.variance = Eigen::MatrixXf::Constant(kVoiceFeatures, components, 0.6F);
  b.weight = Eigen::VectorXf::Constant(components, 1.0F / static_cast<float>(components));
  constexpr Eigen::Index kBlock = 4096;
  for (int round = 0; round < kMixtureRounds; ++round) {
    Eigen::VectorXd count = Eigen::VectorXd::Zero(components);
    Eigen::MatrixXd first = Eigen::MatrixXd::Zero(kVoiceFeatures, components);
    Eigen::MatrixXd second = first;
    double likelihood = 0;
    for (Eigen::Index at = 0; at < n; at += kBlock) {
      const Eigen::MatrixXf block = frames.middleCols(at, std::min(kBlock, n - at));
      Eigen::MatrixXf share = b.log_likelihood(block);
      for (Eigen::Index i = 0; i < share.cols(); ++i) {
        const float top = share.col(i).maxCoeff();
        share.col(i) = (share.col(i).array() - top).exp().matrix();
        const float sum = share.col(i).sum();
        likelihood += top + std::log(sum);
        share.col(i) /= sum;
      }
      count += share.rowwise().sum().cast<double>();
      first += (block * share.transpose()).cast<double>();
      second += (block.cwiseAbs2() * share.transpose()).cast<double>();
    }
    for (int c = 0; c < components; ++c) {
      if (count[c] < 20) {  // nobody's: begun anew where there is speech
        b.mean.col(c) = frames.col(static_cast<Eigen::Index>(random() % static_cast<unsigned>(n)));
        continue;
      }
      const Eigen::VectorXd mean = first.col(c) / count[c];
      b.mean.col(c) = mean.cast<float>();
      b.variance.col(c) = (second.col(c) / count[c] - mean.cwiseAbs2()).cast<float>().cwiseMax(kLeastVariance);
      b.weight[c] = static_cast<float>(std::max(count[c] / static_cast<double>(n), 1e-5));
    }
    b.weight /= b.weight.sum();
    if (round % 4 == 3) say(fmt::format("  background model, round {} of {}: {:.3f} nats a frame", round + 1, kMixtureRounds, likelihood / static_cast<double>(n)));
  }
  return b;
}

// The directions in which the mean shifts vary most: a few rounds of subspace iteration (Halko, Martinsson & Tropp
// 2011); the whole spectrum of thousands of dimensions is not wanted.
Eigen::MatrixXf main_directions(const Eigen::MatrixXf& shifts, int size, Random& random) {
  std::normal_distribution<float> normal;
  Eigen::MatrixXf basis(shifts.rows(), size + 10);
  for (Eigen::Index i = 0; i < basis.size(); ++i) basis.data()[i] = normal(random);
  for (int round = 0; round < kSubspaceRounds; ++round) {
    const Eigen::MatrixXf spread = shifts * (shifts.transpose() * basis);
    basis = Eigen::HouseholderQR<Eigen::MatrixXf>(spread).householderQ() * Eigen::MatrixXf::Identity(spread.rows(), spread.cols());
  }
  const Eigen::MatrixXf inside = basis.transpose() * shifts;
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXf> solver(inside * inside.transpose());
  return basis * solver.eigenvectors().rightCols(size).rowwise().reverse();
}

struct Trials {
  std::vector<double> same;
  std::vector<double> different;
};

double cllr(const Trials& t, double scale, double offset) {
  double a = 0;
  double b = 0;
  for (const double s : t.same) a += std::log2(1 + std::exp(-(scale * s + offset)));
  for (const double s : t.different) b += std::log2(1 + std::exp(scale * s + offset));
  return 0.5 * (a / static_cast<double>(t.same.size()) + b / static_cast<double>(t.different.size()));
}

// Logistic regression of one number, equal weight for both kinds: scale and offset (Bruemmer & du Preez 2006). Newton's
// steps, halved while they make it worse.
std::pair<double, double> calibrate(const Trials& t) {
  double square = 0;
  for (const double s : t.different) square += s * s;
  const double unit = std::sqrt(square / static_cast<double>(t.different.size())) + 1e-9;
  double scale = 1;  // of scores in that unit
  double offset = 0;
  double cost = cllr(t, scale / unit, offset);
  for (int round = 0; round < 50; ++round) {
    double g0 = 0;
    double g1 = 0;
    double h00 = 1e-4;
    double h01 = 0;
    double h11 = 1e-4;
    const auto add = [&](const std::vector<double>& scores, double target) {
      for (const double score : scores) {
        const double s = score / unit;
        const double p = 1 / (1 + std::exp(-(scale * s + offset)));
        const double w = 1.0 / static_cast<double>(scores.size());
        g0 += w * (p - target);
        g1 += w * (p - target) * s;
        const double c = w * p * (1 - p);
        h00 += c;
        h01 += c * s;
        h11 += c * s * s;
      }
    };
    add(t.same, 1);
    add(t.different, 0);
    const double determinant = h00 * h11 - h01 * h01;
    double by_offset = (h11 * g0 - h01 * g1) / determinant;
    double by_scale = (h00 * g1 - h01 * g0) / determinant;
    double next = cost;
    for (int halving = 0; halving < 30; ++halving) {
      next = cllr(t, (scale - by_scale) / unit, offset - by_offset);
      if (next <= cost) break;
      by_offset /= 2;
      by_scale /= 2;
    }
    if (!(next < cost - 1e-9)) break;
    scale -= by_scale;
    offset -= by_offset;
    cost = next;
  }
  return {std::max(scale / unit, 1e-3), offset};
}

}  // namespace

double equal_error_rate(std::vector<double> same, std::vector<double> different) {
  if (same.empty() || different.empty()) return 0.5;
  std::ranges::sort(same);
  std::ranges::sort(different);
  double best = 1;
  double rate = 0.5;
  for (const double limit : same) {
    const double missed = static_cast<double>(std::ranges::lower_bound(same, limit) - same.begin()) / static_cast<double>(same.size());
    const double taken = static_cast<double>(different.end() - std::ranges::lower_bound(different, limit)) / static_cast<double>(different.size());
    if (std::abs(missed - taken) < best) {
      best = std::abs(missed - taken);
      rate = (missed + taken) / 2;
    }
  }
  return rate;
}

class VoiceprintTrainer {
 public:
  using Impl = VoiceprintModel::Impl;

  static base::Result<VoiceprintReport> train(const std::vector<TrainingSpeaker>& speakers, const VoiceprintTraining& options,
                                              const std::string& out, const std::function<void(const std::string&)>& say) {
    VoiceprintReport report;
    report.speakers = static_cast<int>(speakers.size());
    double samples = 0;
    for (const auto& s : speakers) {
      for (const auto& r : s.recordings) samples += static_cast<double>(r.size());
    }
    report.speech_hours = samples / audio::kTelephoneRate / 3600;
    if (speakers.size() < kLeastSpeakers || report.speech_hours < kLeastHours) {
      return base::fail(ErrorCode::kInvalidArgument,
                        fmt::format("a voiceprint model needs at least {} speakers and 10 minutes of speech; there are {} and {:.1f}",
                                    kLeastSpeakers, speakers.size(), report.speech_hours * 60));
    }
    Random random(options.seed);
    std::vector<Segment> training;
    std::size_t id = 0;
    for (const auto& s : speakers) {
      for (const double speed : {1.0, 0.9, 1.11}) {
        std::vector<Sound> sounds;
        for (const auto& r : s.recordings) sounds.push_back(speed == 1.0 ? r : as_another_speaker(r, speed));
        Segment as;
        as.speaker = id++;
        as.known = s.known;
        if (s.known) {
          as.trial = speed == 1.0;
          cut(sounds, as, kMostSegments, random, training);
          as.trial = false;
          cut(sounds, as, kMostSegments, random, training);  // the same words through other lines
          continue;
        }
        // One recording has to give several segments, or it tells nothing about what varies within a voice.
        for (const auto& r : sounds) {
          const auto half = static_cast<std::ptrdiff_t>(r.size() / 2);
          as.trial = false;
          cut({r}, as, 1, random, training);
          as.trial = speed == 1.0;
          cut({Sound(r.begin(), r.begin() + half)}, as, 1, random, training);
          cut({Sound(r.begin() + half, r.end())}, as, 1, random, training);
        }
      }
    }
    report.segments = static_cast<int>(training.size());
    say(fmt::format("{} speakers, {:.1f} h, {} segments", speakers.size(), report.speech_hours, training.size()));

    Impl model;
    model.name = options.name;
    model.background = mixture(training, options.components, random, say);
    say("mean shifts and their main directions");
    for (auto& s : training) {
      s.shift = mean_shift(model.background, s.frames);
      s.frames.resize(0, 0);
    }
    Eigen::MatrixXf shifts(model.background.mean.size(), static_cast<Eigen::Index>(training.size()));
    for (std::size_t i = 0; i < training.size(); ++i) shifts.col(static_cast<Eigen::Index>(i)) = training[i].shift;
    model.centre = shifts.rowwise().mean();
    shifts.colwise() -= model.centre;
    const int size = std::min<int>(options.size, static_cast<int>(training.size()) / 2);
    model.projection = main_directions(shifts, size, random).transpose();
    const Eigen::MatrixXf directions = model.projection;

    // Calibrated on speakers that the part which tells speakers apart has not seen: one half, then the other.
    Trials trials;
    for (const std::size_t half : {0U, 1U}) {
      std::vector<Segment> seen;
      std::vector<Segment> unseen;
      for (const auto& s : training) {
        const bool own = s.speaker / 3 % 2 == half;
        if (own) seen.push_back(s);
        if (!own && s.trial) unseen.push_back(s);
      }
      model.projection = directions;
      tell_apart(model, seen, id);
      pairs(model, unseen, trials);
    }
    model.projection = directions;
    tell_apart(model, training, id);
    if (trials.same.size() < 20 || trials.different.size() < 20) return base::fail(ErrorCode::kInvalidArgument, "too few speakers with several recordings to calibrate the model");
    const auto [scale, offset] = calibrate(trials);
    // These speakers' lines were seen by the background model: elsewhere it is less sure than it thinks.
    model.scale = static_cast<float>(kElsewhere * scale);
    model.offset = static_cast<float>(kElsewhere * offset);
    report.trials_same = static_cast<int>(trials.same.size());
    report.trials_different = static_cast<int>(trials.different.size());
    report.equal_error = equal_error_rate(trials.same, trials.different);
    report.cost = cllr(trials, scale, offset);
    if (auto written = write(model, report, out); !written) return std::unexpected(written.error());
    return report;
  }

 private:
  static void pairs(const Impl& model, const std::vector<Segment>& segments, Trials& out) {
    std::vector<Eigen::VectorXf> v;
    v.reserve(segments.size());
    for (const auto& s : segments) v.push_back(model.project(s.shift));
    for (std::size_t i = 0; i < v.size(); ++i) {
      for (std::size_t j = i + 1; j < v.size(); ++j) {
        const bool same = segments[i].speaker == segments[j].speaker;
        if (!same && !segments[i].known && !segments[j].known) continue;  // they may be one person
        (same ? out.same : out.different).push_back(model.ratio(v[i], v[j]));
      }
    }
  }

  // Turns the subspace so that within a speaker every direction varies by 1, and those that tell speakers apart are
  // known.
  static void tell_apart(Impl& model, const std::vector<Segment>& segments, std::size_t speakers) {
    const Eigen::Index size = model.projection.rows();
    std::vector<Eigen::VectorXf> v;
    v.reserve(segments.size());
    for (const auto& s : segments) v.push_back(model.projection * (s.shift - model.centre));
    // Two rounds: the second sees the lengths that comparing will see.
    for (int round = 0; round < 2; ++round) {
      std::vector<Eigen::VectorXf> mean(speakers, Eigen::VectorXf::Zero(size));
      std::vector<double> count(speakers, 0);
      for (std::size_t i = 0; i < v.size(); ++i) {
        mean[segments[i].speaker] += v[i];
        ++count[segments[i].speaker];
      }
      // A speaker with hundreds of segments counts as ten: the model is for everybody.
      Eigen::MatrixXf within = Eigen::MatrixXf::Zero(size, size);
      double within_weight = 0;
      for (std::size_t i = 0; i < v.size(); ++i) {
        const auto s = segments[i].speaker;
        if (count[s] < 2) continue;
        const auto share = static_cast<float>(std::min(1.0, 10 / count[s]) * count[s] / (count[s] - 1));
        const Eigen::VectorXf d = v[i] - mean[s] / static_cast<float>(count[s]);
        within += share * d * d.transpose();
        within_weight += std::min(1.0, 10 / count[s]);
      }
      within /= static_cast<float>(within_weight);
      within = (1 - kShrinkWithin) * within + kShrinkWithin * within.trace() / static_cast<float>(size) * Eigen::MatrixXf::Identity(size, size);
      Eigen::MatrixXf between = Eigen::MatrixXf::Zero(size, size);
      double between_count = 0;
      for (std::size_t s = 0; s < speakers; ++s) {
        if (count[s] < 2) continue;
        const Eigen::VectorXf m = mean[s] / static_cast<float>(count[s]);
        between += m * m.transpose() - within / static_cast<float>(count[s]);
        ++between_count;
      }
      between /= static_cast<float>(between_count);
      const Eigen::GeneralizedSelfAdjointEigenSolver<Eigen::MatrixXf> solver(between, within);
      const Eigen::MatrixXf turn = solver.eigenvectors().rowwise().reverse().transpose();  // turn * within * turn^T = 1
      model.between = solver.eigenvalues().reverse().cwiseMax(0.01F);
      model.projection = turn * model.projection;
      for (std::size_t i = 0; i < v.size(); ++i) v[i] = model.project(segments[i].shift);
    }
  }

  static base::Result<> write(const Impl& m, const VoiceprintReport& report, const std::string& out) {
    ContainerWriter file({{"kind", "voiceprint"},
                          {"name", m.name},
                          {"features", kVoiceFeatures},
                          {"components", m.background.weight.size()},
                          {"size", m.between.size()},
                          {"scale", m.scale},
                          {"offset", m.offset},
                          {"speakers", report.speakers},
                          {"speech_hours", report.speech_hours},
                          {"calibration_eer", report.equal_error},
                          {"calibration_cllr", report.cost}});
    const auto all = [](const auto& matrix) { return std::span<const float>(matrix.data(), static_cast<std::size_t>(matrix.size())); };
    file.floats("mean", all(m.background.mean));
    file.floats("variance", all(m.background.variance));
    file.floats("weight", all(m.background.weight));
    file.floats("centre", all(m.centre));
    file.halves("projection", all(m.projection));
    file.floats("between", all(m.between));
    return file.write(out);
  }
};

base::Result<VoiceprintReport> train_voiceprint(const std::vector<TrainingSpeaker>& speakers, const VoiceprintTraining& options,
                                                const std::string& out, const std::function<void(const std::string&)>& say) {
  return VoiceprintTrainer::train(speakers, options, out, say);
}

}  // namespace mamori::speech
