// A classifier's file: whatever is accepted can be asked anything and written again.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "judge/classifier.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace mamori::judge;
  const auto model = Classifier::parse({reinterpret_cast<const char*>(data), size}, "fuzz");
  if (!model) {
    if (model.error().message.empty()) std::abort();
    return 0;
  }
  const auto& index = (*model)->index();
  std::vector<Feature> features;
  for (const auto id : index.ids()) features.push_back({id, 0.5F, FeatureKind::kWord, 0, 1, index.row(id)});
  for (const auto& f : features) {
    if (f.row < 0) std::abort();  // what it knows it must find
  }
  std::vector<SeenWord> words;
  if (const auto* order = (*model)->order()) {
    for (const auto* network : {&order->words(), &order->letters()}) {
      for (const auto id : network->ids()) words.push_back({.is = {id}, .letters = {id, 0, 7}});
    }
    words.resize(std::min(words.size(), kMostWords));
    const auto heard = order->read(words);
    std::vector<bool> left_out(words.size());
    for (std::size_t i = 0; i < left_out.size(); i += 3) left_out[i] = true;
    for (const auto& scores : {heard.scores, order->without(heard, left_out)}) {
      if (std::ranges::any_of(scores, [](double score) { return std::isnan(score); })) std::abort();
    }
  }
  for (const auto score : (*model)->score(features, words)) {
    if (std::isnan(score)) std::abort();
  }
  if (!Classifier::parse((*model)->bytes(), "again")) std::abort();
  return 0;
}
