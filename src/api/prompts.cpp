// /api/v1/prompts: what the caller hears, word for word. Read anew each time: an administrator may have changed the file.
#include <toml++/toml.h>

#include <filesystem>

#include "api/resources.h"

namespace mamori::api {

namespace {

base::Result<base::json::array> read_prompts(const std::string& folder) {
  const auto path = std::filesystem::path(folder) / "prompts.toml";
  try {
    const auto root = toml::parse_file(path.string());
    base::json::array out;
    for (const auto& [name, node] : root) {
      const auto* prompt = node.as_table();
      if (!prompt) continue;
      const auto text = [&](const char* key) { return (*prompt)[key].value_or(std::string{}); };
      std::error_code ec;
      out.push_back(base::json::object{{"name", std::string(name.str())},
                                       {"text", text("text")},
                                       {"text_en", text("text_en")},
                                       {"playable", std::filesystem::is_regular_file(std::filesystem::path(folder) / text("sound"), ec)}});
    }
    return out;
  } catch (const toml::parse_error& error) {
    return base::fail(base::ErrorCode::kUnavailable, path.string() + ": " + std::string(error.description()));
  }
}

}  // namespace

void add_prompt_routes(net::Router& router, Context& context) {
  router.add("GET", "/api/v1/prompts", signed_in(context, {}, [&context](const net::Request&, const Asker& asker) {
    auto prompts = read_prompts(context.prompts_dir);
    if (!prompts) return problem(prompts.error(), asker.language);
    return ok(base::json::object{{"prompts", std::move(*prompts)}});
  }));
}

}  // namespace mamori::api
