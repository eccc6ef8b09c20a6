#include "opinion/answer.h"

#include <algorithm>
#include <array>
#include <cstdlib>

#include "base/json.h"

namespace mamori::opinion {

namespace json = base::json;
using base::ErrorCode;

namespace {

std::unexpected<base::Error> refuse(const char* why) { return base::fail(ErrorCode::kInvalidArgument, why); }

bool printable(std::string_view text) {
  return std::ranges::none_of(text, [](char c) { return (static_cast<unsigned char>(c) < 0x20 && c != '\n') || c == 0x7F; });
}

// Models like to put JSON into a fence of Markdown; that much is forgiven.
std::string_view bare(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n";
  const auto trim = [&](std::string_view s) {
    const auto from = s.find_first_not_of(kSpace);
    return from == std::string_view::npos ? std::string_view() : s.substr(from, s.find_last_not_of(kSpace) - from + 1);
  };
  text = trim(text);
  if (!text.starts_with("```") || !text.ends_with("```") || text.size() < 6) return text;
  text = text.substr(3, text.size() - 6);
  if (text.starts_with("json")) text.remove_prefix(4);
  return trim(text);
}

// What the model wrote, out of the envelope of the protocol.
base::Result<std::string> written(std::string_view body) {
  auto value = base::parse_json(body, kMostReply);
  if (!value || !value->is_object()) return refuse("the server's answer is no JSON object");
  const auto* choices = value->get_object().if_contains("choices");
  if (choices == nullptr || !choices->is_array() || choices->get_array().empty() || !choices->get_array()[0].is_object()) return refuse("the server's answer has no choices");
  const auto& choice = choices->get_array()[0].get_object();
  if (base::get_string(choice, "finish_reason") == "length") return refuse("the model's answer was cut off");
  const auto* message = choice.if_contains("message");
  if (message == nullptr || !message->is_object()) return refuse("the server's answer has no message");
  auto text = base::get_string(message->get_object(), "content");
  if (text.size() > kMostAnswer) return refuse("the model's answer is too long");
  return text;
}

base::Result<Opinion> held_to_schema(const json::object& object, std::span<const contact::Utterance> turns) {
  static constexpr std::array<std::string_view, 6> kMembers{"level", "categories", "flags", "reason", "quote", "turn"};
  if (object.size() != kMembers.size() || !std::ranges::all_of(kMembers, [&](auto name) { return object.contains(name); })) return refuse("the model's answer has other members than were asked for");
  if (!object.at("level").is_int64() || !object.at("categories").is_array() || !object.at("flags").is_array() || !object.at("reason").is_string() || !object.at("quote").is_string()) return refuse("a member of the model's answer is of the wrong type");
  const auto& turn = object.at("turn");
  if (!turn.is_null() && !turn.is_int64()) return refuse("a member of the model's answer is of the wrong type");
  if (const auto level = object.at("level").get_int64(); level < 0 || level > 4) return refuse("the model's answer has a level that does not exist");
  auto label = judge::label_from_json(object);  // its message may hold what the model wrote
  if (!label) return refuse("the model's answer has a level, category or flag that does not exist or does not go with the others");
  Opinion out{std::move(*label), base::get_string(object, "reason"), base::get_string(object, "quote"), std::nullopt};
  if (out.reason.empty() || out.reason.size() > kMostReason || !printable(out.reason)) return refuse("the model's reason is empty, too long or not printable");
  if (out.quote.size() > kMostQuote) return refuse("the model's quote is too long");
  if (out.quote.empty()) {
    if (out.label.level >= 2) return refuse("the model names no words for what it found");
    return out;
  }
  const auto said = turn.is_null() ? turns.end() : std::ranges::find_if(turns, [&](const auto& u) { return u.turn == turn.get_int64(); });
  if (said == turns.end() || said->text.find(out.quote) == std::string::npos) return refuse("the model's quote does not stand in the turn that it names");
  if (out.label.level >= 2 && said->speaker != contact::Speaker::kCustomer) return refuse("the model's quote is not the customer's");
  out.turn = said->turn;
  return out;
}

}  // namespace

base::Result<Opinion> read_reply(std::string_view body, std::span<const contact::Utterance> turns) {
  auto text = written(body);
  if (!text) return base::fail(text.error());
  auto value = base::parse_json(bare(*text), kMostAnswer);
  if (!value || !value->is_object()) return refuse("the model's answer is no JSON object");
  return held_to_schema(value->get_object(), turns);
}

bool agree(const judge::Label& a, const judge::Label& b) {
  const bool found = a.level >= 2;
  if (found != (b.level >= 2) || std::abs(a.level - b.level) > 1) return false;
  if (a.flags.contains(contact::Flag::kDistress) != b.flags.contains(contact::Flag::kDistress)) return false;
  return !found || std::ranges::any_of(a.categories, [&](auto c) { return b.categories.contains(c); });
}

}  // namespace mamori::opinion
