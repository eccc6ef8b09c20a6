#include "models/manifest.h"

#include <algorithm>
#include <set>

#include "base/json.h"

namespace mamori::models {

namespace json = base::json;
using base::ErrorCode;

namespace {

constexpr std::size_t kMaxText = 500;

base::Error wrong(const std::string& what) { return {ErrorCode::kInvalidArgument, std::string(kManifestName) + ": " + what}; }

bool any_of(std::string_view text, std::string_view allowed) { return text.find_first_not_of(allowed) == std::string_view::npos; }

// What is shown on a terminal must not be able to command it.
bool printable(std::string_view text) {
  return std::ranges::none_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
}

base::Result<std::string> member(const json::object& object, const char* name, bool required) {
  const auto* value = object.if_contains(name);
  if (value == nullptr) {
    if (required) return base::fail(wrong(std::string("\"") + name + "\" is missing"));
    return std::string();
  }
  if (!value->is_string()) return base::fail(wrong(std::string("\"") + name + "\" must be text"));
  const auto& text = value->get_string();
  if ((required && text.empty()) || text.size() > kMaxText || !printable(text)) return base::fail(wrong(std::string("\"") + name + "\" is empty, too long or has control characters"));
  return std::string(text);
}

base::Result<ModelFile> file_of(const json::value& value) {
  if (!value.is_object()) return base::fail(wrong("\"files\" must hold objects"));
  const auto& object = value.get_object();
  ModelFile file;
  auto path = member(object, "path", true);
  if (!path) return base::fail(path.error());
  file.path = *path;
  if (!usable_model_path(file.path)) return base::fail(wrong("the path \"" + file.path + "\" is not accepted: letters, digits, . _ - and / only, inside the folder, nothing hidden"));
  auto role = member(object, "role", false);
  if (!role) return base::fail(role.error());
  file.role = *role;
  auto hash = member(object, "sha256", true);
  if (!hash) return base::fail(hash.error());
  file.sha256 = *hash;
  if (file.sha256.size() != 64 || !any_of(file.sha256, "0123456789abcdef")) return base::fail(wrong(file.path + ": \"sha256\" must be 64 lower-case hex digits"));
  const auto* bytes = object.if_contains("bytes");
  boost::system::error_code ec;
  const auto size = bytes == nullptr || !bytes->is_number() ? 0 : bytes->to_number<std::int64_t>(ec);
  if (ec || size <= 0 || static_cast<std::uint64_t>(size) > kMaxFileBytes) return base::fail(wrong(file.path + ": \"bytes\" must be from 1 to 8 GiB"));
  file.bytes = static_cast<std::uint64_t>(size);
  return file;
}

}  // namespace

bool usable_model_name(std::string_view name) {
  return !name.empty() && name.size() <= 64 && name.front() != '.' && any_of(name, "abcdefghijklmnopqrstuvwxyz0123456789._-");
}

bool usable_model_path(std::string_view path) {
  if (path.empty() || path.size() > 200 || !any_of(path, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-/")) return false;
  if (path == kManifestName) return false;
  // Every part: not empty (no leading, trailing or double slash), not hidden, which ".." is too.
  for (std::size_t at = 0; at <= path.size();) {
    const auto end = std::min(path.find('/', at), path.size());
    if (end == at || path[at] == '.') return false;
    at = end + 1;
  }
  return true;
}

std::uint64_t Manifest::bytes() const {
  std::uint64_t sum = 0;
  for (const auto& f : files) sum += f.bytes;
  return sum;
}

const ModelFile* Manifest::file(std::string_view role) const {
  const auto at = std::ranges::find(files, role, &ModelFile::role);
  return at == files.end() ? nullptr : &*at;
}

base::Result<Manifest> parse_manifest(std::string_view text) {
  auto value = base::parse_json(text, kMaxManifest);
  if (!value) return base::fail(value.error(), kManifestName);
  if (!value->is_object()) return base::fail(wrong("it is no JSON object"));
  const auto& root = value->get_object();
  const auto format = base::get_int(root, "mamori_model", 0);
  if (format != kManifestVersion) return base::fail(wrong("format version " + std::to_string(format) + " is not supported (\"mamori_model\": " + std::to_string(kManifestVersion) + " is)"));
  Manifest out;
  const struct {
    const char* name;
    std::string* into;
    bool required;
  } kTexts[] = {{"name", &out.name, true}, {"version", &out.version, true}, {"engine", &out.engine, true}, {"engine_version", &out.engine_version, false}, {"kind", &out.kind, true}, {"language", &out.language, false}, {"licence", &out.licence, true}, {"licence_file", &out.licence_file, false}, {"source", &out.source, false}};
  for (const auto& t : kTexts) {
    auto read = member(root, t.name, t.required);
    if (!read) return base::fail(read.error());
    *t.into = std::move(*read);
  }
  if (!usable_model_name(out.name)) return base::fail(wrong("the name \"" + out.name + "\" is not accepted: 1 to 64 of a-z 0-9 . _ -"));
  const auto* files = root.if_contains("files");
  if (files == nullptr || !files->is_array() || files->get_array().empty() || files->get_array().size() > kMaxFiles) return base::fail(wrong("\"files\" must be a list of 1 to " + std::to_string(kMaxFiles)));
  std::set<std::string> paths;
  for (const auto& item : files->get_array()) {
    auto file = file_of(item);
    if (!file) return base::fail(file.error());
    if (!paths.insert(file->path).second) return base::fail(wrong("the path \"" + file->path + "\" comes twice"));
    out.files.push_back(std::move(*file));
  }
  // A path that is a folder for another one cannot be a file too.
  for (const auto& path : paths) {
    for (const auto& other : paths) {
      if (other.starts_with(path + "/")) return base::fail(wrong("\"" + path + "\" is a file and a folder"));
    }
  }
  if (out.bytes() > kMaxModelBytes) return base::fail(wrong("the files are more than 16 GiB together"));
  if (!out.licence_file.empty() && !paths.contains(out.licence_file)) return base::fail(wrong("\"licence_file\" is not among the files"));
  return out;
}

std::string to_text(const Manifest& m) {
  json::array files;
  for (const auto& f : m.files) files.push_back(json::object{{"role", f.role}, {"path", f.path}, {"bytes", f.bytes}, {"sha256", f.sha256}});
  return json::serialize(json::object{{"mamori_model", kManifestVersion}, {"name", m.name}, {"version", m.version}, {"engine", m.engine}, {"engine_version", m.engine_version}, {"kind", m.kind}, {"language", m.language}, {"licence", m.licence}, {"licence_file", m.licence_file}, {"source", m.source}, {"files", std::move(files)}}) +
         "\n";
}

}  // namespace mamori::models
