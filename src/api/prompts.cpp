// /api/v1/prompts: what the caller hears, word for word, and changing it. A recording of the organisation's own always wins; else
// its own text, spoken by the machine; else what is shipped.
#include <toml++/toml.h>

#include <filesystem>
#include <fstream>

#include "api/resources.h"
#include "base/ids.h"

namespace mamori::api {

namespace fs = std::filesystem;
namespace json = base::json;
using base::ErrorCode;

namespace {

constexpr std::size_t kMostText = 6000;          // bytes
constexpr std::size_t kMostRecording = 1 << 20;  // a minute at 8 kHz

struct Prompt {
  std::string name;
  std::string text;  // of what is played, as far as it is known
  std::string text_en;
  std::string source;  // recording, text, shipped
  std::string file;    // played; may be missing
  std::string shipped_text;
  std::string changed_by;
  base::UnixMillis changed_at = 0;
};

fs::path recording_of(const Context& context, const std::string& name) { return fs::path(context.speaking.own_dir) / (name + ".wav"); }

// Read anew each time: an administrator may have changed the files.
base::Result<std::vector<Prompt>> read_prompts(Context& context) {
  const auto path = fs::path(context.prompts_dir) / "prompts.toml";
  auto rows = context.store.prompts();
  if (!rows) return base::fail(rows.error());
  try {
    const auto root = toml::parse_file(path.string());
    std::vector<Prompt> out;
    for (const auto& [key, node] : root) {
      const auto* table = node.as_table();
      if (!table) continue;
      const auto value = [&](const char* member) { return (*table)[member].value_or(std::string{}); };
      Prompt p{.name = std::string(key.str()), .text = value("text"), .text_en = value("text_en"), .source = "shipped", .file = (fs::path(context.prompts_dir) / value("sound")).string(), .shipped_text = value("text")};
      std::error_code ec;
      for (const auto& row : *rows) {
        if (row.name != p.name) continue;
        const auto spoken = fs::path(context.speaking.own_dir) / "spoken" / row.sound;
        const bool recorded = fs::is_regular_file(recording_of(context, p.name), ec);
        // A spoken file that is gone: what is shipped is played, so its words are what is shown.
        if (!recorded && (row.sound.empty() || !fs::is_regular_file(spoken, ec))) continue;
        p.text = row.text;
        p.text_en = row.text_en;
        p.source = "text";
        p.file = spoken.string();
        p.changed_by = row.changed_by;
        p.changed_at = row.changed_at;
      }
      if (fs::is_regular_file(recording_of(context, p.name), ec)) {
        p.source = "recording";
        p.file = recording_of(context, p.name).string();
      }
      out.push_back(std::move(p));
    }
    return out;
  } catch (const toml::parse_error& error) {
    return base::fail(ErrorCode::kUnavailable, path.string() + ": " + std::string(error.description()));
  }
}

base::Result<Prompt> find(Context& context, const std::string& name) {
  auto all = read_prompts(context);
  if (!all) return base::fail(all.error());
  for (auto& p : *all) {
    if (p.name == name) return std::move(p);
  }
  return base::fail(ErrorCode::kNotFound, "この名前の音声はありません");
}

net::Response wav(const std::string& path) {
  net::Response response;
  response.content_type = "audio/wav";
  response.file = path;
  response.headers.emplace_back("Cache-Control", "no-store");
  return response;
}

net::Response list(Context& context, const net::Request&, const Asker& asker) {
  auto prompts = read_prompts(context);
  if (!prompts) return problem(prompts.error(), asker.language);
  json::array out;
  std::error_code ec;
  for (const auto& p : *prompts) {
    out.push_back(json::object{{"name", p.name}, {"text", p.text}, {"text_en", p.text_en}, {"playable", fs::is_regular_file(p.file, ec)}, {"source", p.source}, {"shipped_text", p.shipped_text}, {"changed_by", p.changed_by}, {"changed_at", p.changed_at}});
  }
  return ok(json::object{{"prompts", std::move(out)}, {"speech_problem", context.speaking.problem ? context.speaking.problem() : ""}});
}

net::Response sound(Context& context, const net::Request& request, const Asker& asker) {
  auto prompt = find(context, request.params.at("name"));
  if (!prompt) return problem(prompt.error(), asker.language);
  std::error_code ec;
  if (!fs::is_regular_file(prompt->file, ec)) return problem({ErrorCode::kNotFound, "音声のファイルが見つかりません"}, asker.language);
  return wav(prompt->file);
}

base::Result<std::string> spoken(Context& context, const std::string& text) {
  if (text.empty() || text.size() > kMostText) return base::fail(ErrorCode::kInvalidArgument, "文は1文字以上、2,000文字以内で書いてください");
  if (!context.speaking.speak) return base::fail(ErrorCode::kUnavailable, "音声合成に失敗しました");
  return context.speaking.speak(text);
}

net::Response preview(Context& context, const net::Request& request, const Asker& asker) {
  auto body = body_of(request);
  if (!body) return problem(body.error(), asker.language);
  auto path = spoken(context, base::get_string(*body, "text"));
  if (!path) return problem(path.error(), asker.language);
  return wav(*path);
}

// Kept together with its line in the journal, or not at all.
net::Response keep(Context& context, const Asker& asker, const std::string& name, json::object facts, store::Projection projection) {
  store::Write write;
  facts["prompt"] = name;
  facts["by"] = asker.user.name;
  write.entries.push_back({"", context.clock.now(), "prompt_changed", std::move(facts), {}});
  if (projection) write.projections.push_back(std::move(projection));
  if (auto answer = not_kept(context, asker, std::move(write))) return std::move(*answer);
  if (context.speaking.changed) context.speaking.changed();
  return ok(json::object{});
}

net::Response set_text(Context& context, const net::Request& request, const Asker& asker) {
  const auto& name = request.params.at("name");
  auto body = body_of(request);
  if (!body) return problem(body.error(), asker.language);
  auto prompt = find(context, name);
  if (!prompt) return problem(prompt.error(), asker.language);
  store::PromptRow row{.name = name, .text = base::get_string(*body, "text"), .text_en = base::get_string(*body, "text_en"), .changed_by = asker.user.name, .changed_at = context.clock.now()};
  if (row.text_en.size() > kMostText) return problem(400, "英語の説明が長すぎます", "The English text is too long", asker.language);
  // With a recording the text only says what is in it; nothing has to be spoken.
  if (prompt->source == "recording") {
    if (row.text.empty() || row.text.size() > kMostText) return problem({ErrorCode::kInvalidArgument, "文は1文字以上、2,000文字以内で書いてください"}, asker.language);
  }
  if (auto path = spoken(context, row.text))
    row.sound = fs::path(*path).filename().string();
  else if (prompt->source != "recording")
    return problem(path.error(), asker.language);
  return keep(context, asker, name, {{"what", "text"}, {"text", row.text}}, store::Store::put_prompt(row));
}

net::Response reset(Context& context, const net::Request& request, const Asker& asker) {
  const auto& name = request.params.at("name");
  auto prompt = find(context, name);
  if (!prompt) return problem(prompt.error(), asker.language);
  return keep(context, asker, name, {{"what", "reset"}}, store::Store::drop_prompt(name));
}

net::Response set_recording(Context& context, const net::Request& request, const Asker& asker) {
  const auto& name = request.params.at("name");
  auto prompt = find(context, name);
  if (!prompt) return problem(prompt.error(), asker.language);
  // RIFF … WAVE fmt: PCM, one channel. What else is wrong with it media says when it is played (a prompt never cuts a call).
  const auto& b = request.body;
  const auto u16 = [&](std::size_t at) { return static_cast<unsigned char>(b[at]) | static_cast<unsigned char>(b[at + 1]) << 8; };
  const bool fits = b.size() > 44 && b.size() <= kMostRecording && b.starts_with("RIFF") && b.substr(8, 8) == "WAVEfmt " && u16(20) == 1 && u16(22) == 1 && u16(34) == 16 &&
                    (u16(24) | u16(26) << 16) >= 8000 && (u16(24) | u16(26) << 16) <= 48000;
  if (!fits) return problem(400, "モノラル・16ビット・8〜48 kHz の WAV(1 MB まで)を選んでください", "Choose a WAV: mono, 16 bit, 8 to 48 kHz, at most 1 MB", asker.language);
  std::error_code ec;
  fs::create_directories(context.speaking.own_dir, ec);
  const auto path = recording_of(context, name);
  const auto fresh = path.string() + ".new";
  std::ofstream(fresh, std::ios::binary) << b;
  fs::rename(fresh, path, ec);
  if (ec) return problem({ErrorCode::kUnavailable, "録音を保存できませんでした"}, asker.language);
  return keep(context, asker, name, {{"what", "recording"}, {"sha256", store::sha256_hex(b)}}, {});
}

net::Response drop_recording(Context& context, const net::Request& request, const Asker& asker) {
  const auto& name = request.params.at("name");
  auto prompt = find(context, name);
  if (!prompt) return problem(prompt.error(), asker.language);
  std::error_code ec;
  if (!fs::remove(recording_of(context, name), ec)) return problem({ErrorCode::kNotFound, "音声のファイルが見つかりません"}, asker.language);
  return keep(context, asker, name, {{"what", "recording_removed"}}, {});
}

}  // namespace

std::map<std::string, std::string> prompt_files(Context& context) {
  std::map<std::string, std::string> out;
  if (auto prompts = read_prompts(context)) {
    for (const auto& p : *prompts) out[p.name] = p.file;
  }
  return out;
}

void add_prompt_routes(net::Router& router, Context& context) {
  const auto bind = [&context](auto handler) {
    return [&context, handler](const net::Request& request, const Asker& asker) { return handler(context, request, asker); };
  };
  router.add("GET", "/api/v1/prompts", signed_in(context, {}, bind(list)));
  router.add("POST", "/api/v1/prompts/preview", signed_in(context, {"admin"}, bind(preview)));
  router.add("PUT", "/api/v1/prompts/{name}", signed_in(context, {"admin"}, bind(set_text)));
  router.add("DELETE", "/api/v1/prompts/{name}", signed_in(context, {"admin"}, bind(reset)));
  router.add("GET", "/api/v1/prompts/{name}/sound", signed_in(context, {}, bind(sound)));
  router.add("PUT", "/api/v1/prompts/{name}/recording", signed_in(context, {"admin"}, bind(set_recording)));
  router.add("DELETE", "/api/v1/prompts/{name}/recording", signed_in(context, {"admin"}, bind(drop_recording)));
}

}  // namespace mamori::api
