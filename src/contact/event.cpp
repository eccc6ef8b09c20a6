#include "contact/event.h"

#include <array>

namespace mamori::contact {
namespace {

constexpr std::array<std::string_view, 6> kMedia{"phone", "mail", "chat", "form", "ticket", "counter"};
constexpr std::array<std::string_view, 3> kSpeakers{"customer", "agent", "system"};
constexpr std::array<std::string_view, 3> kModes{"automatic", "confirm", "advise"};
constexpr std::array<std::string_view, kCounterKindCount> kCounterKinds{"ground", "quotation", "negation", "exception", "own_exception", "classifier", "unconfirmed", "other_matter", "not_counted", "other"};
constexpr std::array<Term, kActionKindCount> kActions{{
    {"none", "対処なし", "None"},
    {"notify_supervisor", "上席者へ通知", "Notify the supervisor"},
    {"warn_caller", "警告を流す", "Warn the caller"},
    {"switch_to_announcement", "案内音声へ切替", "Switch to the announcement"},
    {"handover_to_voicebot", "ボイスボットへ引き継ぎ", "Hand over to the voicebot"},
    {"disconnect", "切断", "Disconnect"},
    {"block_number", "着信拒否", "Block the number"},
    {"open_case", "案件にする", "Open a case"},
}};

}  // namespace

std::string_view to_id(Medium medium) { return kMedia[static_cast<std::size_t>(medium)]; }

std::optional<Medium> medium_from_id(std::string_view id) {
  for (std::size_t i = 0; i < kMedia.size(); ++i) {
    if (kMedia[i] == id) return static_cast<Medium>(i);
  }
  if (id == "call" || id == "voice" || id == "telephone") return Medium::kPhone;
  if (id == "email") return Medium::kMail;
  return std::nullopt;
}

std::string_view to_id(Speaker speaker) { return kSpeakers[static_cast<std::size_t>(speaker)]; }

std::optional<Speaker> speaker_from_id(std::string_view id) {
  if (id == "customer" || id == "caller") return Speaker::kCustomer;
  if (id == "agent" || id == "operator") return Speaker::kAgent;
  if (id == "system") return Speaker::kSystem;
  return std::nullopt;
}

std::string_view to_id(CounterKind kind) { return kCounterKinds[static_cast<std::size_t>(kind)]; }

const Term& term(ActionKind kind) { return kActions[static_cast<std::size_t>(kind)]; }

std::optional<ActionKind> action_from_id(std::string_view id) {
  for (std::size_t i = 0; i < kActions.size(); ++i) {
    if (kActions[i].id == id) return static_cast<ActionKind>(i);
  }
  return std::nullopt;
}

bool names_a_party(std::string_view party) {
  if (party.find('@') != std::string_view::npos) return true;
  std::size_t digits = 0;
  for (const char c : party) digits += c >= '0' && c <= '9';
  return digits >= 3;
}

std::string_view to_id(ActionMode mode) { return kModes[static_cast<std::size_t>(mode)]; }

}  // namespace mamori::contact
