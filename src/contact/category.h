// The kinds of harassment, the flags beside them, and the level of a contact. Ids are stable: they are stored, sent and
// read by other programs. Definitions and official sources: docs/criteria.md.
#pragma once

#include <array>
#include <optional>
#include <string_view>

namespace mamori::contact {

enum class Category {
  kVerbalAbuse,
  kThreat,
  kIntimidation,
  kExcessiveDemand,
  kForcedApology,
  kAuthorityDemand,
  kProlongedRestraint,
  kRepetition,
  kPrivacyInvasion,
  kSexualHarassment,
  kOnlineDefamation,
  kDiscrimination,
  kPhysicalViolence,
};
inline constexpr int kCategoryCount = 13;

// Not harassment, but shown beside it.
enum class Flag { kComplaint,
                  kInquiry,
                  kDistress,
                  kThirdPartyQuote };
inline constexpr int kFlagCount = 4;

// What speaks for the customer: the other axis. It lowers no level by itself, but it is weighed and shown with every verdict.
enum class Ground {
  kDefect,         // something is broken, wrong, late, missing
  kOurFault,       // the fault is ours, or we have said so
  kFacts,          // dates, amounts, records, receipts are named
  kRule,           // a contract, a notice, terms or a law is cited
  kLegalWay,       // a lawyer, a consumer centre, the police, a formal objection
  kUnanswered,     // no answer so far, sent from desk to desk
  kAccommodation,  // 合理的配慮: hearing, sight, language, illness, disability
  kConfusion,      // does not understand, has mixed something up
  kLanguage,       // Japanese is not their language
};
inline constexpr int kGroundCount = 9;

// 0 none, 1 caution (heated, still fair), 2 suspected, 3 harassment, 4 severe, possibly criminal.
using Level = int;

struct Term {
  std::string_view id;
  std::string_view ja;
  std::string_view en;
};

const Term& term(Category category);
const Term& term(Flag flag);
const Term& term(Ground ground);
// The official type this category falls under (MHLW manual 2022 / guideline), in Japanese.
std::string_view official_basis(Category category);

std::optional<Category> category_from_id(std::string_view id);
std::optional<Flag> flag_from_id(std::string_view id);
std::optional<Ground> ground_from_id(std::string_view id);

}  // namespace mamori::contact
