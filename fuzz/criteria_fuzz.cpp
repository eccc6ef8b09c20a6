// Criteria that somebody wrote: whatever is accepted is within its bounds, and is read back as it was written.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "judge/criteria_text.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace mamori::judge;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto read = read_criteria(text, "fuzz");
  if (!read) {
    if (read.error().ja.empty() || read.error().en.empty() || read.error().line < 0) std::abort();
    return 0;
  }
  if (read->phrases.size() > kMostPhrases || read->exceptions.size() > kMostExceptions) std::abort();
  for (const auto& p : read->phrases) {
    if (p.text.empty() || p.level < 2 || p.level > 4) std::abort();
  }
  const auto again = read_criteria(to_toml(*read), "again");
  if (!again || !changes(*read, *again).empty() || to_toml(*again) != to_toml(*read)) std::abort();
  return 0;
}
