#include <gtest/gtest.h>

#include "contact/category.h"
#include "contact/event.h"

namespace mamori::contact {
namespace {

TEST(Category, IdsRoundTripAndEveryOneHasWordsAndABasis) {
  for (int i = 0; i < kCategoryCount; ++i) {
    const auto category = static_cast<Category>(i);
    EXPECT_EQ(category_from_id(term(category).id), category);
    EXPECT_FALSE(term(category).ja.empty());
    EXPECT_FALSE(term(category).en.empty());
    EXPECT_FALSE(official_basis(category).empty());
  }
  EXPECT_EQ(category_from_id("nonsense"), std::nullopt);
}

TEST(Flag, IdsRoundTrip) {
  for (int i = 0; i < kFlagCount; ++i) {
    const auto flag = static_cast<Flag>(i);
    EXPECT_EQ(flag_from_id(term(flag).id), flag);
  }
}

TEST(Event, IdsRoundTrip) {
  for (int i = 0; i < kActionKindCount; ++i) {
    const auto kind = static_cast<ActionKind>(i);
    EXPECT_EQ(action_from_id(term(kind).id), kind);
  }
  for (const auto medium : {Medium::kPhone, Medium::kMail, Medium::kChat, Medium::kForm, Medium::kTicket, Medium::kCounter}) {
    EXPECT_EQ(medium_from_id(to_id(medium)), medium);
  }
  EXPECT_EQ(speaker_from_id("caller"), Speaker::kCustomer);
  EXPECT_EQ(speaker_from_id("nobody"), std::nullopt);
}

TEST(Party, AWithheldNumberNamesNobody) {
  EXPECT_TRUE(names_a_party("0312345678"));
  EXPECT_TRUE(names_a_party("+4930123456"));
  EXPECT_TRUE(names_a_party("a@example.jp"));
  for (const auto* withheld : {"", "anonymous", "unavailable", "restricted", "private", "p"}) EXPECT_FALSE(names_a_party(withheld)) << withheld;
}

}  // namespace
}  // namespace mamori::contact
