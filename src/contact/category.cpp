#include "contact/category.h"

namespace mamori::contact {
namespace {

constexpr std::array<Term, kCategoryCount> kCategories{{
    {"verbal_abuse", "暴言・侮辱", "Verbal abuse"},
    {"threat", "脅迫", "Threat"},
    {"intimidation", "威圧・威嚇", "Intimidation"},
    {"excessive_demand", "過大な要求", "Excessive demand"},
    {"forced_apology", "土下座・謝罪の強要", "Forced apology"},
    {"authority_demand", "権威型(責任者を出せ)", "Authority demand"},
    {"prolonged_restraint", "長時間拘束・不退去", "Prolonged restraint"},
    {"repetition", "執拗な反復", "Persistent repetition"},
    {"privacy_invasion", "個の侵害・つきまとい", "Invasion of privacy"},
    {"sexual_harassment", "セクシュアルハラスメント", "Sexual harassment"},
    {"online_defamation", "SNS等での晒し・誹謗中傷", "Online defamation"},
    {"discrimination", "差別的言動", "Discrimination"},
    {"physical_violence", "暴力", "Physical violence"},
}};

constexpr std::array<Term, kFlagCount> kFlags{{
    {"complaint", "正当な苦情", "Fair complaint"},
    {"inquiry", "問い合わせ", "Inquiry"},
    {"distress", "要配慮", "Needs care"},
    {"third_party_quote", "他者の言動の引用", "Quotation"},
}};

constexpr std::array<Term, kGroundCount> kGrounds{{
    {"defect", "不具合・不備", "Defect"},
    {"our_fault", "当方の落ち度", "Our fault"},
    {"facts", "日付・金額・記録", "Dates, amounts, records"},
    {"rule", "契約・規定・法令", "Contract, terms or law"},
    {"legal_way", "正当な手段(相談窓口・弁護士・法的手続)", "Legal ways"},
    {"unanswered", "回答待ち・たらい回し", "Unanswered"},
    {"accommodation", "合理的配慮の申し出", "Request for accommodation"},
    {"confusion", "行き違い・思い違い", "Confusion"},
    {"language", "日本語が母語でない", "Language difficulty"},
}};

// Types of the MHLW manual (2022-02); where it has none, the wording of the guideline to 改正労働施策総合推進法 or of Tokyo's
// common manual (2025-03).
constexpr std::array<std::string_view, kCategoryCount> kBasis{
    "厚生労働省マニュアル(2022)「暴言型」/指針「精神的な攻撃」",
    "厚生労働省マニュアル(2022)「威嚇・脅迫型」/指針「脅迫」",
    "厚生労働省マニュアル(2022)「威嚇・脅迫型」/指針「威圧的な言動」",
    "厚生労働省マニュアル(2022)「要求内容の妥当性」/東京都指針「要求内容」",
    "厚生労働省マニュアル(2022)「土下座の要求」/指針「土下座の強要」",
    "厚生労働省マニュアル(2022)「権威型」/指針「威圧的な言動」",
    "厚生労働省マニュアル(2022)「時間拘束型」「店舗外拘束型」/東京都指針「時間・回数・頻度」",
    "厚生労働省マニュアル(2022)「リピート型」/指針「継続的、執拗な言動」",
    "指針「労働者個人への攻撃・つきまとい・無断撮影」",
    "厚生労働省マニュアル(2022)「セクシュアルハラスメント型」/指針「性的な言動」",
    "厚生労働省マニュアル(2022)「SNS/インターネット上での誹謗中傷型」",
    "指針「差別的な言動」",
    "厚生労働省マニュアル(2022)「暴力型」/指針「身体的な攻撃」",
};

template <typename Enum, std::size_t N>
std::optional<Enum> find(const std::array<Term, N>& terms, std::string_view id) {
  for (std::size_t i = 0; i < N; ++i) {
    if (terms[i].id == id) return static_cast<Enum>(i);
  }
  return std::nullopt;
}

}  // namespace

const Term& term(Category category) { return kCategories[static_cast<std::size_t>(category)]; }
const Term& term(Flag flag) { return kFlags[static_cast<std::size_t>(flag)]; }
const Term& term(Ground ground) { return kGrounds[static_cast<std::size_t>(ground)]; }
std::string_view official_basis(Category category) { return kBasis[static_cast<std::size_t>(category)]; }
std::optional<Category> category_from_id(std::string_view id) { return find<Category>(kCategories, id); }
std::optional<Flag> flag_from_id(std::string_view id) { return find<Flag>(kFlags, id); }
std::optional<Ground> ground_from_id(std::string_view id) { return find<Ground>(kGrounds, id); }

}  // namespace mamori::contact
