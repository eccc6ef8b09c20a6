// The way back from normalised text to the bytes that were sent, whatever they were.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "text/normalise.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto n = mamori::text::normalise({reinterpret_cast<const char*>(data), size});
  if (n.plain.size() != n.folded.size() || n.plain.size() != n.begin.size() || n.plain.size() != n.end.size()) std::abort();
  for (std::size_t i = 0; i < n.begin.size(); ++i) {
    if (n.begin[i] >= n.end[i] || n.end[i] > size || (i > 0 && n.begin[i] < n.begin[i - 1])) std::abort();
  }
  return 0;
}
