// A model's manifest and the address it is fetched from: what is accepted stays inside its folder, within its limits, and is
// read back as it was written.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "models/manifest.h"
#include "net/client.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace mamori;
  const std::string text(reinterpret_cast<const char*>(data), size);
  if (const auto m = models::parse_manifest(text)) {
    if (m->bytes() > models::kMaxModelBytes || m->files.size() > models::kMaxFiles || m->name.find('/') != std::string::npos) std::abort();
    for (const auto& f : m->files) {
      if (f.path.empty() || f.path.front() == '/' || f.path.find("..") == 0 || f.path.find("/..") != std::string::npos || f.bytes == 0) std::abort();
    }
    const auto again = models::parse_manifest(models::to_text(*m));
    if (!again || models::to_text(*again) != models::to_text(*m)) std::abort();
  }
  if (const auto url = net::parse_url(text)) {
    if (url->host.empty() || url->target.front() != '/' || url->target.find_first_of("\r\n ") != std::string::npos || url->host.find_first_of("/@\r\n ") != std::string::npos) std::abort();
  }
  return 0;
}
