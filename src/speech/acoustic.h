#pragma once
// The acoustic network: log-mel frames in, log-probabilities of phones out, while the sound is still coming.
//
// AcousticModel is immutable and shared by all streams and threads. AcousticStream belongs to one stream and one
// thread; it keeps the convolutions' past (about 60 kB). Feeding the same frames in other chunks gives the same output.
// Step: 30 ms. Look-ahead: 300 ms and the 25 ms window (one step per symmetric block, three feature frames at the
// input).
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/matrix.h"
#include "base/result.h"
#include "speech/container.h"
#include "speech/features.h"

namespace mamori::speech {

inline constexpr double kStepSeconds = 0.03;
inline constexpr int kBlank = 0;

class AcousticModel {
 public:
  static base::Result<std::shared_ptr<const AcousticModel>> load(const std::string& path);
  static base::Result<std::shared_ptr<const AcousticModel>> from(const Container& file);

  [[nodiscard]] const std::vector<std::string>& phones() const { return phones_; }  // [0] is the blank
  [[nodiscard]] const FeatureConstants& features() const { return features_; }
  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] int lookahead_steps() const { return lookahead_; }
  /// Index of a phone symbol, or -1.
  [[nodiscard]] int phone(std::string_view symbol) const;

 private:
  friend class AcousticStream;
  struct Block {
    bool symmetric = true;
    base::PackedMatrix weights;  // [3 * channels, channels]
  };

  std::string name_;
  std::vector<std::string> phones_;
  FeatureConstants features_;
  std::size_t channels_ = 0;
  std::size_t kernel_in_ = 0;
  std::size_t stride_ = 0;
  int lookahead_ = 0;
  base::PackedMatrix input_;  // [kernel_in * mels, channels]
  std::vector<Block> blocks_;
  base::PackedMatrix output_;  // [channels, phones]
};

class AcousticStream {
 public:
  explicit AcousticStream(std::shared_ptr<const AcousticModel> model);

  /// Appends rows of model.phones().size() natural-log probabilities to `out`, for every step that is complete.
  void push(std::span<const MelFrame> frames, std::vector<float>& out);
  /// Appends the steps still held back for want of look-ahead. Nothing may be pushed afterwards.
  void finish(std::vector<float>& out);

 private:
  void run(bool last, std::vector<float>& out);

  std::shared_ptr<const AcousticModel> model_;
  std::vector<float> mels_;                        // frames waiting for the input convolution, row by row
  std::vector<std::vector<float>> past_;           // per block: the rows its kernel still needs
  std::vector<float> gathered_, rows_, computed_;  // scratch, kept to save allocations
};

}  // namespace mamori::speech
