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

// 0 none, 1 caution (heated, still fair), 2 suspected, 3 harassment, 4 severe, possibly criminal.
using Level = int;

struct Term {
  std::string_view id;
  std::string_view ja;
  std::string_view en;
};

const Term& term(Category category);
const Term& term(Flag flag);
// The official type this category falls under (MHLW manual 2022 / guideline), in Japanese.
std::string_view official_basis(Category category);

std::optional<Category> category_from_id(std::string_view id);
std::optional<Flag> flag_from_id(std::string_view id);

}  // namespace mamori::contact
