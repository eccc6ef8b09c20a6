#include "models/command.h"

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <ostream>

namespace mamori::models {

namespace fs = std::filesystem;

namespace {

std::string size_of(std::uint64_t bytes) {
  char text[32];
  if (bytes < 1u << 20)
    std::snprintf(text, sizeof text, "%.1f kB", static_cast<double>(bytes) / 1e3);
  else
    std::snprintf(text, sizeof text, "%.1f MB", static_cast<double>(bytes) / 1e6);
  return text;
}

int fail(std::ostream& err, const base::Error& error) {
  err << "mamori: " << error.message << std::endl;
  return 1;
}

// One line per file and tenth of it: readable in a log as on a terminal.
Progress progress_on(std::ostream& out) {
  return [&out, file = std::string(), tenth = std::uint64_t{0}](std::string_view what, std::uint64_t done, std::uint64_t all) mutable {
    const auto now = all == 0 ? 10 : done * 10 / all;
    if (file == what && now == tenth) return;
    file = what;
    tenth = now;
    out << "  " << what << "  " << now * 10 << " % (" << size_of(done) << " / " << size_of(all) << ")" << std::endl;
  };
}

// Somebody else's text on our terminal: nothing but letters and line ends.
void print_plain(std::ostream& out, const std::string& text) {
  for (const char c : text) {
    if (c == '\n' || c == '\t' || (static_cast<unsigned char>(c) >= 0x20 && c != 0x7F)) out << c;
  }
  if (!text.ends_with('\n')) out << '\n';
}

}  // namespace

int list_models(const std::string& models_dir, std::ostream& out) {
  int status = 0;
  const auto found = list(models_dir);
  if (found.empty()) out << models_dir << " にモデルはありません / no models\n";
  for (const auto& model : found) {
    if (!model.manifest) {
      out << fs::path(model.folder).filename().string() << "\t" << model.manifest.error().message << "\n";
      status = 1;
      continue;
    }
    const auto& m = *model.manifest;
    out << m.name << "\t" << m.version << "\t" << m.engine << (m.engine_version.empty() ? "" : " " + m.engine_version) << "\t" << m.kind << "\t" << size_of(m.bytes()) << "\t" << m.licence << "\n";
  }
  return status;
}

int verify_models(const std::string& models_dir, const std::string& name, std::ostream& out, std::ostream& err) {
  int status = 0;
  bool any = false;
  for (const auto& model : list(models_dir)) {
    const auto folder = fs::path(model.folder).filename().string();
    if (!name.empty() && folder != name) continue;
    any = true;
    auto ok = model.manifest ? verify(model.folder, *model.manifest) : base::Result<>(base::fail(model.manifest.error()));
    if (ok) {
      out << folder << "\tOK\t" << size_of(model.manifest->bytes()) << "\n";
    } else {
      err << folder << "\t" << ok.error().message << "\n";
      status = 1;
    }
  }
  if (!any && !name.empty()) {
    err << "mamori: " << models_dir << " に " << name << " はありません / no such model\n";
    return 1;
  }
  return status;
}

int install_model(const std::string& source, const InstallOptions& options, bool accepted, std::ostream& out, std::ostream& err) {
  auto folder = install(
      source, options,
      [&](const Manifest& m, const std::string& licence) {
    out << m.name << " " << m.version << " (" << m.engine << ", " << m.kind << ", " << size_of(m.bytes()) << ")\n";
    if (!m.source.empty()) out << "出所 / source: " << m.source << "\n";
    out << "ライセンス / licence: " << m.licence << "\n";
    if (!licence.empty()) print_plain(out, licence);
    if (!accepted) out << "\n内容を確かめ、受け入れる場合は --accept-licence を付けてください / read it; to accept it, add --accept-licence\n";
    out << std::flush;
    return accepted;
  },
      progress_on(out));
  if (!folder) return fail(err, folder.error());
  out << "入れました / installed: " << *folder << std::endl;
  return 0;
}

int describe_model(const Description& d, std::ostream& out, std::ostream& err) {
  Manifest m;
  m.name = d.name;
  m.version = d.version;
  m.engine = d.engine;
  m.engine_version = d.engine_version;
  m.kind = d.kind;
  m.language = d.language;
  m.licence = d.licence;
  m.licence_file = d.licence_file;
  auto files = d.files;
  if (!d.licence_file.empty()) files.push_back("=" + d.licence_file);
  for (const auto& item : files) {
    const auto equals = item.find('=');
    if (equals == std::string::npos) return fail(err, {base::ErrorCode::kInvalidArgument, "\"" + item + "\" is not role=file"});
    ModelFile file;
    file.role = item.substr(0, equals);
    file.path = item.substr(equals + 1);
    const auto path = (fs::path(d.folder) / file.path).string();
    std::error_code ec;
    file.bytes = fs::file_size(path, ec);
    auto hash = sha256_of(path);
    if (ec || !hash) return fail(err, {base::ErrorCode::kNotFound, path + " cannot be read"});
    file.sha256 = *hash;
    m.files.push_back(std::move(file));
  }
  // What is written must be what can be read.
  const auto text = to_text(m);
  if (auto back = parse_manifest(text); !back) return fail(err, back.error());
  std::ofstream file(fs::path(d.folder) / kManifestName, std::ios::binary);
  if (!(file << text << std::flush)) return fail(err, {base::ErrorCode::kUnavailable, d.folder + " cannot be written"});
  out << "書きました / written: " << (fs::path(d.folder) / kManifestName).string() << std::endl;
  return 0;
}

}  // namespace mamori::models
