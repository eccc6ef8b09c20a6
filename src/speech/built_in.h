#pragma once
// The engine that comes with Mamori (tier 1): features -> network -> words and phrases, with our own small model.
#include <memory>
#include <string>

#include "speech/acoustic.h"
#include "speech/decoder.h"
#include "speech/language.h"
#include "speech/recognizer.h"
#include "speech/spotter.h"

namespace mamori::speech {

struct BuiltInOptions {
  std::string model_dir;  // holds acoustic.bin and language.bin
  std::string phrases;    // phrases.tsv; empty: no spotting
  DecoderOptions decoder;
  bool words = true;      // false: phones and phrases only (calibration)
  std::string own_words;  // the organisation's own words, see parse_own_words(); empty or absent: none
};

/// Everything a stream needs, shared. Loading takes about 0.2 s and 40 MB.
struct BuiltInModels {
  std::shared_ptr<const AcousticModel> acoustic;
  std::shared_ptr<const LanguageModel> language;
  std::shared_ptr<const PhraseList> phrases;
};

/// One word a line: spelling, tab, reading in kana. Empty lines and lines beginning with # are passed over. Fails with the
/// line number. At most 20,000 words.
base::Result<std::vector<OwnWord>> parse_own_words(std::string_view text);

base::Result<BuiltInModels> load_models(const BuiltInOptions& options);
base::Result<std::unique_ptr<Engine>> make_built_in(const BuiltInOptions& options);
std::unique_ptr<Engine> make_built_in(BuiltInModels models, const BuiltInOptions& options);

}  // namespace mamori::speech
