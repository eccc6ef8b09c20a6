#include "speech/container_write.h"

#include <openssl/sha.h>

#include <bit>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "speech/container.h"

namespace mamori::speech {
namespace {

constexpr std::size_t kAlign = 16;

// binary32 -> binary16, to nearest; what is too large becomes the largest, what is too small zero or subnormal.
std::uint16_t to_half(float value) {
  const auto sign = static_cast<std::uint16_t>(std::signbit(value) ? 0x8000 : 0);
  const float size = std::min(std::abs(value), 65504.0F);
  if (size < 0x1p-14F) return static_cast<std::uint16_t>(sign | static_cast<std::uint16_t>(std::lround(size * 0x1p24F)));
  const auto bits = std::bit_cast<std::uint32_t>(size) + 0x1000;
  return static_cast<std::uint16_t>(sign | static_cast<std::uint16_t>(((bits >> 13) & 0x3FFFF) - (112U << 10)));
}

template <class T>
std::string raw(std::span<const T> values) {
  std::string out(values.size_bytes(), '\0');
  if (!values.empty()) std::memcpy(out.data(), values.data(), values.size_bytes());
  return out;
}

}  // namespace

void ContainerWriter::section(const std::string& name, const char* type, std::size_t count, std::string bytes) {
  body_.resize((body_.size() + kAlign - 1) / kAlign * kAlign, '\0');
  table_.push_back(base::json::object{{"name", name}, {"type", type}, {"shape", base::json::array{count}}, {"offset", body_.size()}, {"bytes", bytes.size()}});
  body_ += bytes;
}

void ContainerWriter::floats(const std::string& name, std::span<const float> values) { section(name, "f32", values.size(), raw(values)); }

void ContainerWriter::halves(const std::string& name, std::span<const float> values) {
  std::vector<std::uint16_t> half(values.size());
  for (std::size_t i = 0; i < values.size(); ++i) half[i] = to_half(values[i]);
  section(name, "f16", values.size(), raw(std::span<const std::uint16_t>(half)));
}

std::string ContainerWriter::bytes() const {
  auto header = header_;
  header["sections"] = table_;
  auto text = base::json::serialize(header);
  while ((kAlign + text.size()) % kAlign != 0) text += ' ';
  std::string out(kContainerMagic);
  for (const auto n : {kContainerVersion, static_cast<std::uint32_t>(text.size())}) {
    char little[4];
    std::memcpy(little, &n, sizeof n);
    out.append(little, sizeof little);
  }
  out += text;
  out += body_;
  unsigned char hash[SHA256_DIGEST_LENGTH];
  SHA256(reinterpret_cast<const unsigned char*>(out.data()), out.size(), hash);
  out.append(reinterpret_cast<const char*>(hash), sizeof hash);
  return out;
}

base::Result<> ContainerWriter::write(const std::string& path) const {
  const std::string fresh = path + ".new";
  std::ofstream file(fresh, std::ios::binary | std::ios::trunc);
  const auto all = bytes();
  file.write(all.data(), static_cast<std::streamsize>(all.size()));
  file.close();
  std::error_code ec;
  if (file) std::filesystem::rename(fresh, path, ec);
  if (!file || ec) return base::fail(base::ErrorCode::kUnavailable, path + ": cannot be written");
  return {};
}

}  // namespace mamori::speech
