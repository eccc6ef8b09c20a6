#include "speech/container.h"

#include <openssl/sha.h>

#include <bit>
#include <cstring>
#include <fstream>

namespace mamori::speech {
namespace {

using base::ErrorCode;

constexpr std::size_t kHeadBytes = 16;  // magic, version, header length
constexpr std::size_t kHashBytes = SHA256_DIGEST_LENGTH;
constexpr std::size_t kMaxHeaderBytes = 1U << 20;

static_assert(std::endian::native == std::endian::little, "model files are little-endian; add a swap for this machine");

std::uint32_t read_u32(const char* p) {
  std::uint32_t v = 0;
  std::memcpy(&v, p, sizeof v);
  return v;
}

// IEEE 754 binary16 -> binary32, subnormals included.
float half_to_float(std::uint16_t h) {
  const std::uint32_t sign = static_cast<std::uint32_t>(h & 0x8000) << 16;
  const std::uint32_t exponent = (h >> 10) & 0x1F;
  const std::uint32_t fraction = h & 0x3FF;
  if (exponent == 0) {
    const float value = static_cast<float>(fraction) * 0x1p-24F;
    return sign != 0 ? -value : value;
  }
  const std::uint32_t bits =
      exponent == 31 ? sign | 0x7F800000 | (fraction << 13) : sign | ((exponent + 112) << 23) | (fraction << 13);
  return std::bit_cast<float>(bits);
}

std::unexpected<base::Error> broken(const std::string& what) {
  return base::fail(ErrorCode::kDataLoss, "model file: " + what);
}

template <class T>
std::vector<T> copy_as(const char* from, std::size_t bytes) {
  std::vector<T> out(bytes / sizeof(T));
  if (!out.empty()) std::memcpy(out.data(), from, out.size() * sizeof(T));
  return out;
}

}  // namespace

base::Result<Container> Container::open(const std::string& path, std::string_view kind) {
  std::ifstream in(path, std::ios::binary | std::ios::ate);
  if (!in) return base::fail(ErrorCode::kNotFound, path + ": no such model file");
  const auto size = in.tellg();
  if (size < 0 || static_cast<std::size_t>(size) > kMaxContainerBytes) {
    return base::fail(ErrorCode::kInvalidArgument, path + ": too large for a model file");
  }
  std::string bytes(static_cast<std::size_t>(size), '\0');
  in.seekg(0);
  if (!in.read(bytes.data(), size)) return base::fail(ErrorCode::kUnavailable, path + ": cannot be read");
  auto parsed = parse(std::move(bytes), kind);
  if (!parsed) return base::fail(parsed.error(), path);
  return parsed;
}

base::Result<Container> Container::parse(std::string bytes, std::string_view kind) {
  if (bytes.size() < kHeadBytes + kHashBytes || std::string_view(bytes).substr(0, 8) != kContainerMagic) {
    return broken("not a Mamori model");
  }
  const std::uint32_t version = read_u32(bytes.data() + 8);
  if (version != kContainerVersion) {
    return base::fail(ErrorCode::kInvalidArgument, "model file: format version " + std::to_string(version) +
                                                       "; this program reads version " +
                                                       std::to_string(kContainerVersion));
  }
  const std::size_t body_end = bytes.size() - kHashBytes;
  unsigned char hash[kHashBytes];
  SHA256(reinterpret_cast<const unsigned char*>(bytes.data()), body_end, hash);
  if (std::memcmp(hash, bytes.data() + body_end, kHashBytes) != 0) {
    return broken("the checksum does not match; it is damaged or incomplete");
  }
  const std::size_t header_bytes = read_u32(bytes.data() + 12);
  if (header_bytes > kMaxHeaderBytes || kHeadBytes + header_bytes > body_end)
    return broken("header length out of range");
  auto header = base::parse_json(std::string_view(bytes).substr(kHeadBytes, header_bytes), kMaxHeaderBytes);
  if (!header) return base::fail(header.error(), "model file: header");
  if (!header->is_object()) return broken("header is not an object");

  Container made;
  made.header_ = header->as_object();
  if (base::get_string(made.header_, "kind") != kind) {
    return base::fail(ErrorCode::kInvalidArgument, "model file: kind \"" + base::get_string(made.header_, "kind") +
                                                       "\", expected \"" + std::string(kind) + "\"");
  }
  const auto* table = made.header_.if_contains("sections");
  if (table == nullptr || !table->is_array()) return broken("no section table");
  const std::size_t body = kHeadBytes + header_bytes;
  for (const auto& entry : table->as_array()) {
    if (!entry.is_object()) return broken("section table entry is not an object");
    const auto& o = entry.as_object();
    const std::int64_t offset = base::get_int(o, "offset", -1);
    const std::int64_t length = base::get_int(o, "bytes", -1);
    const auto room = static_cast<std::int64_t>(body_end - body);
    if (offset < 0 || length < 0 || offset > room || length > room - offset) {
      return broken("section " + base::get_string(o, "name") + " lies outside the file");
    }
    made.sections_.push_back({base::get_string(o, "name"), base::get_string(o, "type"),
                              body + static_cast<std::size_t>(offset), static_cast<std::size_t>(length)});
  }
  made.file_ = std::move(bytes);
  return made;
}

base::Result<Container::Section> Container::section(std::string_view name) const {
  for (const auto& s : sections_) {
    if (s.name == name) return s;
  }
  return broken("section " + std::string(name) + " is missing");
}

base::Result<std::vector<float>> Container::floats(std::string_view name, std::size_t count) const {
  const auto s = section(name);
  if (!s) return std::unexpected(s.error());
  std::vector<float> out;
  if (s->type == "f32") {
    out = copy_as<float>(file_.data() + s->offset, s->bytes);
  } else if (s->type == "f16") {
    const auto half = copy_as<std::uint16_t>(file_.data() + s->offset, s->bytes);
    out.reserve(half.size());
    for (const auto h : half) out.push_back(half_to_float(h));
  } else {
    return broken("section " + std::string(name) + " is not of a float type");
  }
  if (count != 0 && out.size() != count) {
    return broken("section " + std::string(name) + " has " + std::to_string(out.size()) + " elements, expected " +
                  std::to_string(count));
  }
  return out;
}

namespace {

template <class T>
base::Result<std::vector<T>> integers(const std::string& file, std::string_view name, const std::string& type,
                                      std::string_view want, std::size_t offset, std::size_t bytes, std::size_t count) {
  if (type != want) return broken("section " + std::string(name) + " is not " + std::string(want));
  auto out = copy_as<T>(file.data() + offset, bytes);
  if (count != 0 && out.size() != count) {
    return broken("section " + std::string(name) + " has " + std::to_string(out.size()) + " elements, expected " +
                  std::to_string(count));
  }
  return out;
}

}  // namespace

base::Result<std::vector<std::uint8_t>> Container::bytes(std::string_view name, std::size_t count) const {
  const auto s = section(name);
  if (!s) return std::unexpected(s.error());
  return integers<std::uint8_t>(file_, name, s->type, "u8", s->offset, s->bytes, count);
}

base::Result<std::vector<std::uint16_t>> Container::shorts(std::string_view name, std::size_t count) const {
  const auto s = section(name);
  if (!s) return std::unexpected(s.error());
  return integers<std::uint16_t>(file_, name, s->type, "u16", s->offset, s->bytes, count);
}

base::Result<std::vector<std::uint32_t>> Container::words(std::string_view name, std::size_t count) const {
  const auto s = section(name);
  if (!s) return std::unexpected(s.error());
  return integers<std::uint32_t>(file_, name, s->type, "u32", s->offset, s->bytes, count);
}

}  // namespace mamori::speech
