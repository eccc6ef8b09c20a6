// Action rules that somebody wrote: whatever is accepted is within its bounds, is read back as it was written, and cuts nobody
// in distress.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "policy/policy_text.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace mamori;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto read = policy::read_policy(text, "fuzz");
  if (!read) {
    if (read.error().ja.empty() || read.error().en.empty() || read.error().line < 0) std::abort();
    return 0;
  }
  if (read->rules.size() > policy::kMostRules) std::abort();
  const auto again = policy::read_policy(policy::to_toml(*read), "again");
  if (!again || !policy::changes(*read, *again).empty() || policy::to_toml(*again) != policy::to_toml(*read)) std::abort();
  contact::Assessment distressed;
  distressed.level = 4;
  distressed.flags = {contact::Flag::kDistress};
  for (const auto& action : policy::decide(*read, {contact::Medium::kPhone, &distressed, 9, "0312340001", "saas", policy::LocalTime{1100, 4}})) {
    if (policy::touches_the_customer(action.kind)) std::abort();
  }
  return 0;
}
