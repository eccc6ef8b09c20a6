// Labelled text that somebody exported or wrote: bad lines are told, good ones keep the rule of labels and come back the same.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <sstream>
#include <string>

#include "judge/labelled.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace mamori;
  std::istringstream in(std::string(reinterpret_cast<const char*>(data), size));
  const auto items = judge::read_labelled(in, [](std::int64_t line, const std::string& why) {
    if (line < 1 || why.empty()) std::abort();
  });
  for (const auto& item : items) {
    if (item.label && (item.label->level >= 2) != !item.label->categories.empty()) std::abort();
    std::istringstream again(base::json::serialize(judge::to_json(item)));
    const auto back = judge::read_labelled(again, [](std::int64_t, const std::string&) { std::abort(); });
    if (back.size() != 1 || back[0].turns.size() != item.turns.size()) std::abort();
  }
  return 0;
}
