#include "feedback/feedback.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <sstream>

#include "base/ids.h"

namespace mamori::feedback {
namespace {

namespace fs = std::filesystem;
namespace json = base::json;
using contact::Category;

Feedback about(std::optional<int> turn, bool right, contact::Level level, std::set<Category> categories, base::UnixMillis at = 1000) {
  Feedback f;
  f.contact = "c1";
  f.at = at;
  f.by = "sato";
  f.turn = turn;
  f.right = right;
  f.label.level = level;
  f.label.categories = std::move(categories);
  f.because = "「死ね」は引用でした";
  return f;
}

store::Entry said(const char* speaker, const char* text) {
  store::Entry e;
  e.kind = "utterance";
  e.facts = {{"speaker", speaker}, {"start", 1.0}, {"end", 2.0}};
  e.content = {{"text", text}};
  return e;
}

TEST(Feedback, StandsInTheJournalAndComesBack) {
  const auto entry = entry_of(about(3, false, 2, {Category::kThreat}));
  EXPECT_EQ(json::serialize(entry.facts).find("死ね"), std::string::npos) << "a reason may quote the caller: it is content";
  const auto back = feedback_of(entry.at, entry.facts);
  ASSERT_TRUE(back);
  EXPECT_EQ(back->turn, 3);
  EXPECT_FALSE(back->right);
  EXPECT_EQ(back->label.categories, std::set<Category>{Category::kThreat});
  EXPECT_FALSE(feedback_of(0, {{"contact", "c1"}, {"level", 3}})) << "level 3 without a kind is no label";
  EXPECT_FALSE(feedback_of(0, {{"level", 0}}));
}

TEST(Feedback, TheNewestWordOnEachPartBecomesLabelledText) {
  store::PastContact past;
  past.row.id = "c1";
  past.row.medium = contact::Medium::kPhone;
  past.entries = {said("agent", "お電話ありがとうございます"), said("customer", "死ねと言われました"), said("customer", "")};
  const auto items = labelled(past, {about({}, true, 3, {Category::kVerbalAbuse}, 1), about({}, false, 0, {}, 2), about(1, false, 0, {}, 1), about(2, false, 0, {}, 1), about(9, false, 0, {}, 1)});
  ASSERT_EQ(items.size(), 2U) << "the words of turn 2 are erased, and there is no turn 9";
  EXPECT_TRUE(items[0].dialogue);
  EXPECT_EQ(items[0].turns.size(), 3U);
  EXPECT_EQ(items[0].label->level, 0);
  EXPECT_EQ(items[1].turns[0].text, "死ねと言われました");
  // What is exported is read back as the same.
  std::istringstream in(json::serialize(judge::to_json(items[0])) + "\n" + json::serialize(judge::to_json(items[1])) + "\n");
  const auto again = judge::read_labelled(in, [](std::int64_t, const std::string& why) { ADD_FAILURE() << why; });
  ASSERT_EQ(again.size(), 2U);
  EXPECT_EQ(again[0].turns[1].text, "死ねと言われました");
  EXPECT_EQ(again[1].label->level, 0);
}

TEST(Feedback, IsReadFromAStore) {
  const auto folder = fs::temp_directory_path() / ("mamori-feedback-" + base::random_hex(6));
  fs::create_directories(folder);
  {
    auto store = store::Store::open("sqlite:" + (folder / "m.db").string(), (folder / "master.key").string());
    ASSERT_TRUE(store) << store.error().message;
    store::Write write;
    store::ContactRow row;
    row.id = "c1";
    row.state = "ended";
    write.projections.push_back(store::Store::upsert_contact((*store)->keys(), row));
    write.entries.push_back({"c1", 10, "utterance", {{"speaker", "customer"}, {"start", 0.0}, {"end", 1.0}}, {{"text", "責任者を出せ"}}});
    write.entries.push_back(entry_of(about({}, false, 0, {})));
    (*store)->journal().submit(std::move(write));
    ASSERT_TRUE((*store)->journal().flush());
    const auto items = labelled_of(**store, 0);
    ASSERT_TRUE(items) << items.error().message;
    ASSERT_EQ(items->size(), 1U);
    EXPECT_EQ((*items)[0].turns[0].text, "責任者を出せ");
  }
  fs::remove_all(folder);
}

}  // namespace
}  // namespace mamori::feedback
