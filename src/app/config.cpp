#include "app/config.h"

#include <filesystem>
#include <functional>
#include <map>
#include <set>
#include <toml++/toml.h>

#include "flow/time_zone.h"

namespace mamori::app {
namespace {

namespace fs = std::filesystem;
using base::ErrorCode;

// Reads one table with known keys only.
class Section {
 public:
  Section(const std::string& file, const toml::table& table, std::string name) : file_(file), table_(table), name_(std::move(name)) {}

  void text(const char* key, std::string& into) {
    take(key, [&](const toml::node& node) {
      if (const auto value = node.value_exact<std::string>())
        into = *value;
      else
        fail_at(node, std::string(key) + " must be text in quotes");
    });
  }
  void number(const char* key, int& into, int least, int most) {
    take(key, [&](const toml::node& node) {
      const auto value = node.value_exact<std::int64_t>();
      if (!value || *value < least || *value > most) {
        return fail_at(node, std::string(key) + " must be a whole number from " + std::to_string(least) + " to " + std::to_string(most));
      }
      into = static_cast<int>(*value);
    });
  }
  void real(const char* key, double& into, double least, double most) {
    take(key, [&](const toml::node& node) {
      const auto value = node.value<double>();
      if (!value || !(*value >= least && *value <= most)) {
        return fail_at(node, std::string(key) + " must be a number from " + std::to_string(least) + " to " + std::to_string(most));
      }
      into = *value;
    });
  }
  void boolean(const char* key, bool& into) {
    take(key, [&](const toml::node& node) {
      if (const auto value = node.value_exact<bool>())
        into = *value;
      else
        fail_at(node, std::string(key) + " must be true or false");
    });
  }
  void texts(const char* key, std::vector<std::string>& into) {
    take(key, [&](const toml::node& node) {
      if (!node.is_array()) return fail_at(node, std::string(key) + " must be a list");
      for (const auto& item : *node.as_array()) {
        if (const auto value = item.value_exact<std::string>())
          into.push_back(*value);
        else
          return fail_at(item, std::string(key) + " must be a list of texts");
      }
    });
  }
  base::Result<> done() {
    if (!error_) {
      for (const auto& [key, node] : table_) {
        if (!known_.contains(std::string(key.str()))) fail_at(node, "unknown key \"" + std::string(key.str()) + "\" in [" + name_ + "]");
      }
    }
    if (error_) return base::fail(*error_);
    return {};
  }

 private:
  void take(const char* key, const std::function<void(const toml::node&)>& read) {
    known_.insert(key);
    if (const auto* node = table_.get(key); node && !error_) read(*node);
  }
  void fail_at(const toml::node& node, const std::string& what) {
    if (!error_) error_ = base::Error{ErrorCode::kInvalidArgument, file_ + ", line " + std::to_string(node.source().begin.line) + ": " + what};
  }
  const std::string& file_;
  const toml::table& table_;
  std::string name_;
  std::set<std::string> known_;
  std::optional<base::Error> error_;
};

// The same keys for the engine of a call and for the one that hears the recording again.
void engine_keys(Section& s, speech::EngineConfig& engine) {
  s.text("engine", engine.engine);
  s.text("engine_model", engine.engine_model);
  s.text("library", engine.library);
  s.text("vad", engine.vad);
  s.text("denoiser", engine.denoiser);
  s.text("address", engine.address);
  s.text("remote_model", engine.remote_model);
  s.text("language", engine.language);
  s.text("api_key_file", engine.api_key_file);
  s.text("ca_file", engine.ca_file);
  s.number("patience_ms", engine.patience_ms, 300, 600'000);
  s.number("threads", engine.threads, 1, 64);
  s.number("segment_workers", engine.workers, 1, 64);
}

// What only shows when the first call comes is found at the start.
base::Result<> check_engine(const speech::EngineConfig& engine, const std::string& section) {
  const auto need = [&](bool is_there, const std::string& key) -> base::Result<> {
    if (is_there) return {};
    return base::fail(ErrorCode::kInvalidArgument, section + ".engine = \"" + engine.engine + "\" needs " + section + "." + key);
  };
  if (engine.engine == "built-in" || engine.engine.empty()) return {};
  if (engine.engine == "sherpa-onnx") {
    if (auto ok = need(!engine.library.empty(), "library"); !ok) return ok;
    return need(!engine.engine_model.empty(), "engine_model");
  }
  if (engine.engine == "websocket" || engine.engine == "openai") return need(!engine.address.empty(), "address");
  return base::fail(ErrorCode::kInvalidArgument, section + ".engine must be \"built-in\", \"sherpa-onnx\", \"websocket\" or \"openai\"");
}

base::Result<> read_into(Config& config, const toml::table& root, const std::string& file) {
  static const std::set<std::string> kSections{"organisation", "data", "web", "sip", "speech", "second_pass", "second_opinion", "models", "judge", "policy", "prompts", "voiceprint", "synthesis", "log", "route"};
  for (const auto& [key, node] : root) {
    if (!kSections.contains(std::string(key.str()))) {
      return base::fail(ErrorCode::kInvalidArgument, file + ", line " + std::to_string(node.source().begin.line) + ": unknown section \"" + std::string(key.str()) + "\"");
    }
  }
  const std::map<std::string, std::function<void(Section&)>> sections{
      {"organisation", [&](Section& s) { s.text("time_zone", config.time_zone); }},
      {"data", [&](Section& s) { s.text("dir", config.data_dir); s.text("database", config.database); }},
      {"web", [&](Section& s) {
    s.text("address", config.web_address);
    s.number("port", config.web_port, 1, 65535);
    s.text("certificate", config.certificate);
    s.text("private_key", config.private_key);
    s.boolean("allow_plain_http", config.allow_plain_http);
    s.text("dir", config.web_dir);
  }},
      {"sip", [&](Section& s) {
    s.text("address", config.sip_address);
    s.number("port", config.sip_port, 1, 65535);
    s.text("advertised", config.sip_advertised);
    s.number("rtp_port_first", config.rtp_port_first, 1024, 65534);
    s.number("rtp_port_last", config.rtp_port_last, 1025, 65535);
    s.number("max_calls", config.max_calls, 1, 10000);
    s.number("workers", config.media_workers, 1, 64);
    s.texts("trusted_peers", config.trusted_peers);
  }},
      {"speech", [&](Section& s) {
    s.text("model", config.model);
    s.number("workers", config.speech_workers, 1, 64);
    engine_keys(s, config.engine);
  }},
      {"second_pass", [&](Section& s) { engine_keys(s, config.second_pass); }},
      {"second_opinion", [&](Section& s) {
    auto& o = config.second_opinion;
    s.text("address", o.address);
    s.text("model", o.model);
    s.text("key_file", o.key_file);
    s.text("ca_file", o.ca_file);
    s.number("timeout_seconds", o.timeout_seconds, 1, 600);
    s.number("most_per_hour", o.most_per_hour, 1, 10'000);
    s.real("suspicion_from", o.doubt.from, 0, 1);
    s.real("suspicion_to", o.doubt.to, 0, 1);
  }},
      {"models", [&](Section& s) { s.text("dir", config.models_dir); }},
      {"judge", [&](Section& s) {
    s.text("frames", config.judge.frames);
    s.text("lexicon", config.judge.lexicon);
    s.text("model", config.judge.model);
    s.text("criteria", config.criteria_file);
  }},
      {"policy", [&](Section& s) { s.text("file", config.policy_file); }},
      {"prompts", [&](Section& s) { s.text("dir", config.prompts_dir); }},
      {"voiceprint", [&](Section& s) {
    s.boolean("enabled", config.voiceprint);
    s.text("model", config.voiceprint_model);
    s.real("threshold", config.voiceprint_threshold, -10, 20);
    s.number("most_days", config.voiceprint_most_days, 1, 3650);
  }},
      {"synthesis", [&](Section& s) {
    s.text("program", config.synthesis_program);
    s.text("dictionary", config.synthesis_dictionary);
    s.text("voice", config.synthesis_voice);
  }},
      {"log", [&](Section& s) { s.text("level", config.log_level); }},
  };
  for (const auto& [name, read] : sections) {
    const auto* node = root.get(name);
    if (!node) continue;
    if (!node->is_table()) return base::fail(ErrorCode::kInvalidArgument, file + ", line " + std::to_string(node->source().begin.line) + ": [" + name + "] must be a section");
    Section section(file, *node->as_table(), name);
    read(section);
    if (auto ok = section.done(); !ok) return ok;
  }
  if (const auto* routes = root.get("route")) {
    if (!routes->is_array_of_tables()) return base::fail(ErrorCode::kInvalidArgument, file + ", line " + std::to_string(routes->source().begin.line) + ": routes are written as [[route]]");
    for (const auto& item : *routes->as_array()) {
      RouteConfig route;
      Section section(file, *item.as_table(), "route");
      section.text("called", route.called);
      section.text("target", route.target);
      if (auto ok = section.done(); !ok) return ok;
      if (route.called.empty() || !route.target.starts_with("sip:")) {
        return base::fail(ErrorCode::kInvalidArgument, file + ", line " + std::to_string(item.source().begin.line) + ": a route needs called = \"…\" and target = \"sip:…\"");
      }
      config.routes.push_back(std::move(route));
    }
  }
  return {};
}

}  // namespace

std::string find_resources() {
  std::error_code ec;
  const auto self = fs::read_symlink("/proc/self/exe", ec);
  if (!ec) {
    for (auto folder = self.parent_path(); folder.has_relative_path(); folder = folder.parent_path()) {
      if (fs::is_directory(folder / "data" / "policy", ec)) return folder.string();
    }
  }
  return "/usr/share/mamori";
}

base::Result<Config> load_config(const std::string& path, const std::string& data_dir) {
  Config config;
  config.second_pass.engine.clear();
  config.second_pass.patience_ms = 60'000;
  config.path = path;
  config.resources = find_resources();
  if (!path.empty()) {
    std::error_code ec;
    if (!fs::is_regular_file(path, ec)) return base::fail(ErrorCode::kNotFound, "configuration file " + path + " is not there or not a file");
    try {
      const auto root = toml::parse_file(path);
      if (auto ok = read_into(config, root, path); !ok) return base::fail(ok.error());
    } catch (const toml::parse_error& error) {
      return base::fail(ErrorCode::kInvalidArgument, path + ", line " + std::to_string(error.source().begin.line) + ": " + std::string(error.description()));
    }
  }
  const auto or_else = [](std::string& value, const std::string& fallback) {
    if (value.empty()) value = fallback;
  };
  if (auto zone = flow::TimeZone::named(config.time_zone); !zone) return base::fail(zone.error(), "organisation.time_zone");
  if (!data_dir.empty()) config.data_dir = data_dir;
  config.data_dir = fs::absolute(config.data_dir).string();
  or_else(config.database, "sqlite:" + config.data_dir + "/mamori.db");
  or_else(config.models_dir, config.data_dir + "/models");
  config.engine.models_dir = config.second_pass.models_dir = config.models_dir;
  if (auto ok = check_engine(config.engine, "speech"); !ok) return base::fail(ok.error());
  if (auto ok = check_engine(config.second_pass, "second_pass"); !ok) return base::fail(ok.error());
  if (config.second_opinion.doubt.from > config.second_opinion.doubt.to) return base::fail(ErrorCode::kInvalidArgument, "second_opinion.suspicion_from is above second_opinion.suspicion_to");
  or_else(config.engine.engine, "built-in");
  or_else(config.model, config.resources + "/models/ctc-ja-8k");
  or_else(config.voiceprint_model, config.resources + "/models/voiceprint-8k/voiceprint.bin");
  or_else(config.policy_file, config.resources + "/data/policy/default.toml");
  const auto shipped = judge::JudgeFiles::shipped(config.resources);
  or_else(config.judge.frames, shipped.frames);
  or_else(config.judge.lexicon, shipped.lexicon);
  or_else(config.judge.model, shipped.model);
  or_else(config.criteria_file, config.presets_dir() + "/default.toml");
  or_else(config.prompts_dir, config.resources + "/data/prompts");
  or_else(config.web_dir, config.resources + "/web/dist");
  or_else(config.sip_advertised, config.sip_address);
  if (config.rtp_port_last - config.rtp_port_first < 4 * config.max_calls) {
    return base::fail(ErrorCode::kInvalidArgument, "sip.rtp_port_first to sip.rtp_port_last are too few ports for sip.max_calls = " +
                                                       std::to_string(config.max_calls) + ": four are needed per call");
  }
  const bool local = config.web_address == "127.0.0.1" || config.web_address == "::1";
  if (!local && config.certificate.empty() && !config.allow_plain_http) {
    return base::fail(ErrorCode::kInvalidArgument, "web.address = \"" + config.web_address +
                                                       "\" is reached from other machines: set web.certificate and "
                                                       "web.private_key, or web.allow_plain_http = true when a proxy in front speaks TLS");
  }
  static const std::set<std::string> kLevels{"debug", "info", "warning", "error"};
  if (!kLevels.contains(config.log_level)) return base::fail(ErrorCode::kInvalidArgument, "log.level must be debug, info, warning or error");
  return config;
}

}  // namespace mamori::app
