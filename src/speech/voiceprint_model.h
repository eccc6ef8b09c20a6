#pragma once
// The numbers of a voiceprint model, for voiceprint.cpp and the trainer only.
#include <Eigen/Dense>
#include <span>
#include <string>
#include <vector>

#include "speech/voiceprint.h"

namespace mamori::speech {

// A mixture of Gaussians with diagonal covariances over kVoiceFeatures dimensions: how anybody sounds.
struct Background {
  Eigen::MatrixXf mean;      // [dimension, component]
  Eigen::MatrixXf variance;  // the same
  Eigen::VectorXf weight;    // [component]

  // log(weight) + log density of every frame under every component: [component, frame].
  [[nodiscard]] Eigen::MatrixXf log_likelihood(const Eigen::MatrixXf& frames) const;
};

Eigen::MatrixXf as_matrix(std::span<const VoiceFeature> features);  // [dimension, frame]

// Where a recording's frames pull the background's means: per component and dimension the shift in standard
// deviations, adapted with relevance and weighted by the component's share. Length components * kVoiceFeatures.
Eigen::VectorXf mean_shift(const Background& background, const Eigen::MatrixXf& frames);

struct VoiceprintModel::Impl {
  std::string name;
  Background background;
  Eigen::VectorXf centre;      // of the mean shifts
  Eigen::MatrixXf projection;  // [voiceprint, shift]; within a speaker the result has variance 1 in every direction
  Eigen::VectorXf between;     // variance between speakers in each direction
  float scale = 1;             // calibration of the ratio
  float offset = 0;

  [[nodiscard]] Eigen::VectorXf project(const Eigen::VectorXf& shift) const;             // length normalised
  [[nodiscard]] double ratio(const Eigen::VectorXf& a, const Eigen::VectorXf& b) const;  // not calibrated
};

}  // namespace mamori::speech
