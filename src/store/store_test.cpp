// The same tests on SQLite and PostgreSQL. PostgreSQL's address comes in MAMORI_TEST_POSTGRES (scripts/with-postgres).
#include "store/store.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <future>
#include <set>

#include "base/ids.h"

namespace mamori::store {
namespace {

namespace fs = std::filesystem;

class StoreTest : public testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    folder_ = fs::temp_directory_path() / ("mamori-store-" + base::random_hex(6));
    fs::create_directories(folder_);
    if (GetParam() == "sqlite") {
      address_ = "sqlite:" + (folder_ / "mamori.db").string();
    } else {
      const char* server = std::getenv("MAMORI_TEST_POSTGRES");
      if (!server) GTEST_SKIP() << "MAMORI_TEST_POSTGRES is not set: run through scripts/with-postgres";
      const std::string schema = "t" + base::random_hex(6);
      auto admin = Database::open(std::string("postgresql:") + server);
      ASSERT_TRUE(admin) << admin.error().message;
      (*admin)->session() << "CREATE SCHEMA " + schema;
      address_ = std::string("postgresql:") + server + " options='-c search_path=" + schema + "'";
    }
    open();
  }
  void TearDown() override {
    store_.reset();
    fs::remove_all(folder_);
  }
  void open() {
    auto store = Store::open(address_, (folder_ / "master.key").string());
    ASSERT_TRUE(store) << store.error().message;
    store_ = std::move(*store);
  }
  base::Result<std::int64_t> write(Write w) {
    std::promise<base::Result<std::int64_t>> promise;
    auto future = promise.get_future();
    w.done = [&](base::Result<std::int64_t> r) { promise.set_value(std::move(r)); };
    store_->journal().submit(std::move(w));
    return future.get();
  }
  fs::path folder_;
  std::string address_;
  std::unique_ptr<Store> store_;
};

TEST_P(StoreTest, KeepsEventsInOrderSealedAndChained) {
  const auto id = base::new_id();
  for (int i = 0; i < 3; ++i) {
    const auto seq = write({{{id, 1000 + i, "utterance", {{"turn", i}}, {{"text", "もしもし" + std::to_string(i)}}}}, {}, {}});
    ASSERT_TRUE(seq) << seq.error().message;
    EXPECT_EQ(*seq, i + 1);
  }
  const auto entries = store_->entries(id);
  ASSERT_TRUE(entries) << entries.error().message;
  ASSERT_EQ(entries->size(), 3u);
  EXPECT_EQ(base::get_string((*entries)[2].content, "text"), "もしもし2");
  EXPECT_EQ(base::get_int((*entries)[2].facts, "turn"), 2);
  const auto chain = store_->verify();
  ASSERT_TRUE(chain);
  EXPECT_EQ(chain->entries, 3);
  EXPECT_EQ(chain->broken_at, 0);
  // Nothing anybody said stands readable in the database.
  auto database = Database::open(address_);
  ASSERT_TRUE(database);
  std::string sealed;
  (*database)->session() << "SELECT sealed FROM content LIMIT 1", soci::into(sealed);
  EXPECT_EQ(sealed.find("もしもし"), std::string::npos);
}

TEST_P(StoreTest, ChainGoesOnAfterReopening) {
  const auto id = base::new_id();
  ASSERT_TRUE(write({{{id, 1, "state", {{"state", "inbound"}}, {}}}, {}, {}}));
  store_.reset();
  open();
  ASSERT_TRUE(write({{{id, 2, "state", {{"state", "ended"}}, {}}}, {}, {}}));
  const auto chain = store_->verify();
  ASSERT_TRUE(chain);
  EXPECT_EQ(chain->entries, 2);
  EXPECT_EQ(chain->broken_at, 0);
}

TEST_P(StoreTest, TwoWritersShareOneChain) {
  auto second = Store::open(address_, (folder_ / "master.key").string());
  ASSERT_TRUE(second) << second.error().message;
  std::vector<std::future<base::Result<std::int64_t>>> futures;
  for (int i = 0; i < 40; ++i) {
    auto promise = std::make_shared<std::promise<base::Result<std::int64_t>>>();
    futures.push_back(promise->get_future());
    (i % 2 ? *second : store_)->journal().submit({{{"c", i, "state", {{"n", i}}, {}}}, {}, [promise](base::Result<std::int64_t> r) { promise->set_value(std::move(r)); }});
  }
  for (auto& f : futures) EXPECT_TRUE(f.get());
  const auto chain = store_->verify();
  ASSERT_TRUE(chain);
  EXPECT_EQ(chain->entries, 40);
  EXPECT_EQ(chain->broken_at, 0);
  EXPECT_EQ(store_->journal().health().refused, 0);
}

TEST_P(StoreTest, WordsThatComeLateDoNotUndoAnErasure) {
  const auto id = base::new_id();
  ContactRow row;
  row.id = id;
  row.party = "0312345678";
  row.recording = "x.wav";
  row.state = "ended";
  ASSERT_TRUE(write({{{id, 1, "utterance", {}, {{"text", "話"}}}}, {Store::upsert_contact(store_->keys(), row)}, {}}));
  ASSERT_TRUE(store_->journal().erase(id, 10, "admin"));
  ASSERT_TRUE(write({{{id, 11, "state", {}, {}}}, {Store::upsert_contact(store_->keys(), row)}, {}}));
  EXPECT_EQ(store_->contact(id)->recording, "");
  EXPECT_EQ(store_->contact(id)->erased_at, 10);
}

TEST_P(StoreTest, TamperingIsFound) {
  const auto id = base::new_id();
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(write({{{id, i, "state", {{"n", i}}, {}}}, {}, {}}));
  auto database = Database::open(address_);
  ASSERT_TRUE(database);
  (*database)->session() << "UPDATE journal SET facts = '{\"n\":9}' WHERE seq = 3";
  const auto chain = store_->verify();
  ASSERT_TRUE(chain);
  EXPECT_EQ(chain->broken_at, 3);
}

TEST_P(StoreTest, ErasingDestroysContentAndTheChainStillVerifies) {
  const auto id = base::new_id();
  ContactRow row;
  row.id = id;
  row.party = "0312345678";
  row.state = "ended";
  row.started_at = 5;
  ASSERT_TRUE(write({{{id, 1, "utterance", {{"turn", 0}}, {{"text", "個人の話"}}}}, {Store::upsert_contact(store_->keys(), row)}, {}}));
  EXPECT_EQ(store_->matter("new", "0312345678", 5000)->contacts, 2) << "that one and the one that begins";
  ASSERT_TRUE(store_->journal().erase(id, 10, "admin"));
  const auto entries = store_->entries(id);
  ASSERT_TRUE(entries);
  ASSERT_EQ(entries->size(), 2u);
  EXPECT_TRUE((*entries)[0].content_erased);
  EXPECT_TRUE((*entries)[0].content.empty());
  EXPECT_EQ((*entries)[1].kind, "erased");
  EXPECT_EQ(store_->contact(id)->party, "");
  EXPECT_EQ(store_->matter("new", "0312345678", 5000)->contacts, 1);
  EXPECT_EQ(store_->verify()->broken_at, 0);
}

TEST_P(StoreTest, OneRefusedWriteDoesNotHarmItsGroup) {
  const auto id = base::new_id();
  std::vector<std::future<base::Result<std::int64_t>>> futures;
  std::vector<std::unique_ptr<std::promise<base::Result<std::int64_t>>>> promises;
  BlockRow block{.id = "same", .party = "090", .contact = id, .reason = "", .blocked_by = "sv"};
  for (int i = 0; i < 3; ++i) {  // the second has an id that is already there
    promises.push_back(std::make_unique<std::promise<base::Result<std::int64_t>>>());
    futures.push_back(promises.back()->get_future());
    BlockRow b = block;
    if (i == 2) b.id = "other";
    store_->journal().submit({{{id, i, "block", {{"i", i}}, {}}}, {Store::put_block(store_->keys(), b)}, [p = promises.back().get()](base::Result<std::int64_t> r) { p->set_value(std::move(r)); }});
  }
  EXPECT_TRUE(futures[0].get());
  const auto second = futures[1].get();
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, base::ErrorCode::kConflict) << second.error().message;
  EXPECT_TRUE(futures[2].get());
  EXPECT_EQ(store_->entries(id)->size(), 2u);
  EXPECT_EQ(store_->verify()->broken_at, 0);
  EXPECT_EQ(store_->blocks(true)->size(), 2u);
}

TEST_P(StoreTest, CasesAreNumberedAndOnePerContact) {
  for (int i = 0; i < 3; ++i) {
    CaseRow c{.id = base::new_id(), .contact = i == 2 ? "b" : "a", .level = i + 2, .categories = {"threat"}, .opened_at = i, .opened_by = "sv"};
    ASSERT_TRUE(write({{}, {Store::open_case(c)}, {}}));
  }
  const auto cases = store_->cases(10);
  ASSERT_TRUE(cases);
  ASSERT_EQ(cases->size(), 2u);
  EXPECT_EQ((*cases)[1].number, 1);
  EXPECT_EQ((*cases)[1].level, 3);
  EXPECT_EQ((*cases)[0].contact, "b");
}

TEST_P(StoreTest, AVoiceprintIsSealedAndErasedAloneOrWithItsContact) {
  ASSERT_TRUE(write({{}, {Store::open_case({.id = "case1", .contact = "a", .level = 3, .opened_at = 1, .opened_by = "sv"})}, {}}));
  ASSERT_TRUE(write({{}, {Store::open_case({.id = "case2", .contact = "b", .level = 3, .opened_at = 1, .opened_by = "sv"})}, {}}));
  const auto put = [&](const std::string& id, const std::string& file, const std::string& contact) {
    return write({{}, {Store::put_voiceprint(store_->keys(), {.id = id, .case_id = file, .contact = contact, .purpose = "safety", .model = "m", .vector = {1.5F, -2.0F}, .speech_ms = 6000, .enrolled_by = "sv", .enrolled_at = 5, .expires_at = 100})}, {}});
  };
  ASSERT_TRUE(put("v1", "case1", "a"));
  ASSERT_TRUE(put("v2", "case2", "b"));
  auto facts = store_->voiceprints(false);
  ASSERT_TRUE(facts) << facts.error().message;
  ASSERT_EQ(facts->size(), 2u);
  EXPECT_TRUE(facts->front().vector.empty());
  auto opened = store_->voiceprints(true);
  EXPECT_EQ(opened->front().vector, (std::vector<float>{1.5F, -2.0F}));
  EXPECT_EQ(opened->front().case_number, 2);
  // Enrolling a case anew erases what was there.
  ASSERT_TRUE(put("v3", "case2", "b"));
  EXPECT_EQ(store_->voiceprints(false)->size(), 2u);
  ASSERT_TRUE(write({{}, {Store::erase_voiceprint("v1", "sv", 9)}, {}}));
  ASSERT_EQ(store_->voiceprints(true)->size(), 1u);
  EXPECT_EQ(store_->voiceprints(true)->front().id, "v3");
  ASSERT_TRUE(store_->journal().erase("b", 10, "admin"));
  EXPECT_TRUE(store_->voiceprints(true)->empty());
}

TEST_P(StoreTest, PromptsAreReplacedByName) {
  ASSERT_TRUE(write({{}, {Store::put_prompt({"warning", "一", "one", "a.wav", "admin", 1})}, {}}));
  ASSERT_TRUE(write({{}, {Store::put_prompt({"warning", "二", "two", "b.wav", "admin", 2})}, {}}));
  ASSERT_EQ(store_->prompts()->size(), 1u);
  EXPECT_EQ(store_->prompts()->front().text, "二");
  ASSERT_TRUE(write({{}, {Store::drop_prompt("warning")}, {}}));
  EXPECT_TRUE(store_->prompts()->empty());
}

TEST_P(StoreTest, OfTwoWhoActOnTheSameVersionOnlyTheFirstIsKept) {
  VersionRow draft{.kind = "criteria", .number = 1, .name = "標準", .body = "name = \"標準\"\n", .author = "sato", .state = "draft", .step = 1, .created_at = 5, .changed_at = 5};
  const auto put = [&](VersionRow row, const char* what, const char* by) {
    Write w;
    w.entries.push_back({"", 10, "criteria_changed", {{"what", what}}, {}});
    w.projections.push_back(Store::put_version(row, {row.step, 10, by, what, "理由"}));
    return write(std::move(w));
  };
  ASSERT_TRUE(put(draft, "created", "sato"));
  auto approved = draft;
  approved.step = 2;
  approved.state = "approved";
  approved.alone = true;
  approved.applies_from = 99;
  ASSERT_TRUE(put(approved, "approved", "suzuki"));
  auto late = draft;
  late.step = 2;
  late.state = "withdrawn";
  const auto refused = put(late, "withdrawn", "sato");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, base::ErrorCode::kConflict);
  EXPECT_EQ(store_->journal().health().refused, 0) << "who came second was told: nothing is missing";
  const auto kept = store_->version("criteria", 1);
  ASSERT_TRUE(kept);
  EXPECT_EQ(kept->state, "approved");
  EXPECT_TRUE(kept->alone);
  EXPECT_EQ(kept->applies_from, 99);
  EXPECT_EQ(kept->body, draft.body);
  ASSERT_EQ(store_->versions("criteria")->size(), 1u);
  EXPECT_TRUE(store_->versions("criteria")->front().body.empty());
  EXPECT_TRUE(store_->versions("policy")->empty());
  ASSERT_EQ(store_->version_steps("criteria", 1)->size(), 2u);
  EXPECT_EQ(store_->version_steps("criteria", 1)->at(1).actor, "suzuki");
  EXPECT_EQ(store_->version("criteria", 2).error().code, base::ErrorCode::kNotFound);
  EXPECT_EQ(store_->verify()->entries, 2);
}

TEST_P(StoreTest, PastContactsAreReadInStepsWithoutLossOrRepetition) {
  for (int i = 0; i < 25; ++i) {
    const std::string id = "c" + std::to_string(100 + i);
    Write w;
    w.entries.push_back({id, 1000 + i, "utterance", {{"speaker", "customer"}, {"start", 0.0}}, {{"text", "言葉" + std::to_string(i)}}});
    w.entries.push_back({id, 1001 + i, "note", {{"by", "sato"}}, {{"text", "メモ"}}});
    w.projections.push_back(Store::upsert_contact(store_->keys(), {.id = id, .line = "1000", .party = i % 5 == 0 ? "0312345678" : "", .state = i == 7 ? "live" : "ended", .started_at = 1000 + (i / 10) * 100}));
    ASSERT_TRUE(write(std::move(w)));
  }
  EXPECT_EQ(*store_->count_past(0, 5000), 24);
  EXPECT_EQ(*store_->count_past(1100, 1200), 10);
  std::vector<std::string> seen;
  PastCursor cursor;
  for (;;) {
    const auto rows = store_->past_rows(1000, 5000, cursor, 4);
    ASSERT_TRUE(rows) << rows.error().message;
    if (rows->empty()) break;
    for (const auto& r : *rows) seen.push_back(r.id);
    cursor = {rows->back().started_at, rows->back().id};
  }
  EXPECT_EQ(seen.size(), 24u);
  EXPECT_EQ(std::set<std::string>(seen.begin(), seen.end()).size(), 24u);
  const auto past = store_->past(*store_->contact("c120"));
  ASSERT_TRUE(past) << past.error().message;
  ASSERT_EQ(past->entries.size(), 1u) << "the note is not read";
  EXPECT_EQ(base::get_string(past->entries[0].content, "text"), "言葉20");
  EXPECT_EQ(past->matter.contacts, 5);
  EXPECT_EQ(store_->past(*store_->contact("c121"))->matter.contacts, 1) << "a withheld number is nobody";
}

// One customer: two numbers and a mail, said to be the same by people, and a call with a withheld number.
TEST_P(StoreTest, ACustomerIsWhoPeopleSaidItIs) {
  constexpr base::UnixMillis kDay = 24LL * 3600 * 1000;
  const base::UnixMillis now = 100 * kDay;
  const auto add = [&](const std::string& id, const std::string& party, base::UnixMillis at, bool final = false) {
    Write w;
    w.entries.push_back({id, at, "utterance", {{"turn", 0}}, {{"text", "言葉"}}});
    w.entries.push_back({id, at, "answered", {{"turn", 1}, {"final", final}}, {}});
    w.projections.push_back(Store::upsert_contact(store_->keys(), {.id = id, .party = party, .state = "ended", .started_at = at}));
    ASSERT_TRUE(write(std::move(w)));
  };
  add("a1", "0312345678", now - 5 * kDay);
  add("a2", "0312345678", now - 40 * kDay, true);  // too long ago to count, but in the history
  add("b1", "09011112222", now - 4 * kDay, true);
  add("m1", "taro@example.jp", now - 3 * kDay);
  add("w1", "anonymous", now - 2 * kDay, true);
  add("w2", "anonymous", now - 1 * kDay, true);
  const auto row = [&](const std::string& id) { return *store_->contact(id); };
  const auto link = [&](const std::string& id, const std::string& a, const std::string& b) {
    Write w;
    w.projections.push_back(Store::link_parties(store_->keys(), {.id = id, .contact_a = a, .contact_b = b, .basis = "number", .linked_by = "sato", .linked_at = now}, row(a), row(b)));
    ASSERT_TRUE(write(std::move(w)));
  };
  const auto ids = [&](const std::string& id) {
    std::string out;
    const auto customer = store_->customer(row(id), 0);
    EXPECT_TRUE(customer) << customer.error().message;
    for (const auto& c : customer->contacts) out += c.id + " ";
    return out;
  };
  EXPECT_EQ(ids("a1"), "a1 a2 ");
  EXPECT_EQ(ids("w1"), "w1 ") << "who withholds his number is not everybody who does";
  EXPECT_EQ(store_->matter("new", "0312345678", now)->contacts, 2);
  EXPECT_EQ(store_->matter("new", "0312345678", now)->before.final_answers, 0);
  link("l1", "a1", "b1");
  link("l2", "m1", "b1");
  link("l3", "m1", "w1");
  EXPECT_EQ(ids("a1"), "w1 m1 b1 a1 a2 ");
  EXPECT_EQ(ids("w1"), ids("a1"));
  EXPECT_EQ(ids("w2"), "w2 ");
  const auto matter = store_->matter("new", "0312345678", now);
  ASSERT_TRUE(matter) << matter.error().message;
  EXPECT_EQ(matter->contacts, 5);
  EXPECT_EQ(matter->before.final_answers, 2);
  EXPECT_EQ(matter->before.refusals, 4);
  EXPECT_EQ(store_->past(row("m1"))->matter.contacts, 3) << "as it was when it began";
  EXPECT_EQ(store_->past(row("m1"))->matter.before.final_answers, 1);
  EXPECT_TRUE(*store_->are_one_customer(row("a2"), row("w1")));
  EXPECT_EQ(store_->customer(row("m1"), 0)->links.size(), 3U);
  // What one said another takes back.
  Write undo;
  undo.projections.push_back(Store::unlink_parties("l2", "ito", now));
  ASSERT_TRUE(write(std::move(undo)));
  EXPECT_EQ(ids("a1"), "b1 a1 a2 ");
  EXPECT_FALSE(*store_->are_one_customer(row("a2"), row("m1")));
  // Erasing a contact takes with it what was said of it.
  ASSERT_TRUE(store_->journal().erase("b1", now, "admin"));
  EXPECT_EQ(ids("a1"), "a1 a2 ");
}

TEST_P(StoreTest, ANameIsOnlyAHint) {
  const auto add = [&](const std::string& id, const std::string& party, const std::string& name) {
    Write w;
    w.entries.push_back({id, 1000, "utterance", {{"turn", 0}}, {{"text", "言葉"}}});
    w.projections.push_back(Store::upsert_contact(store_->keys(), {.id = id, .party = party, .state = "ended", .started_at = 1000}));
    w.projections.push_back(Store::put_customer_name(store_->keys(), id, name, "sato", 2000));
    ASSERT_TRUE(write(std::move(w)));
  };
  add("a", "0312345678", "山田 太郎");
  add("b", "0398765432", "山田　太郎");
  add("c", "0311111111", "山田花子");
  const auto a = *store_->contact("a");
  auto customer = store_->customer(a, 0);
  ASSERT_TRUE(customer) << customer.error().message;
  EXPECT_EQ(customer->name, "山田 太郎");
  EXPECT_EQ(customer->contacts.size(), 1U) << "a name links nobody";
  ASSERT_EQ(customer->same_name.size(), 1U);
  EXPECT_EQ(customer->same_name[0].id, "b");
  EXPECT_EQ(store_->matter("a", "0312345678", 1000)->contacts, 1);
  auto database = Database::open(address_);
  ASSERT_TRUE(database);
  std::string key;
  std::string sealed;
  (*database)->session() << "SELECT name_key, name_sealed FROM customer_name WHERE contact = 'a'", soci::into(key), soci::into(sealed);
  EXPECT_EQ((key + sealed).find("山田"), std::string::npos);
  ASSERT_TRUE(store_->journal().erase("b", 3000, "admin"));
  EXPECT_TRUE(store_->customer(a, 0)->same_name.empty());
  Write w;
  w.projections.push_back(Store::put_customer_name(store_->keys(), "b", "山田太郎", "sato", 4000));
  ASSERT_TRUE(write(std::move(w)));
  EXPECT_TRUE(store_->customer(a, 0)->same_name.empty()) << "no name for what was erased";
}

TEST_P(StoreTest, AContactIsFoundByPartOfItsNumberAddressNameOrAgent) {
  const auto add = [&](const std::string& id, base::UnixMillis at, const std::string& party, const std::string& agent, const std::string& name = {}) {
    Write w;
    w.entries.push_back({id, at, "utterance", {{"turn", 0}}, {{"text", "言葉"}}});
    w.projections.push_back(Store::upsert_contact(store_->keys(), {.id = id, .agent = agent, .party = party, .state = "ended", .started_at = at}));
    if (!name.empty()) w.projections.push_back(Store::put_customer_name(store_->keys(), id, name, "sato", at));
    ASSERT_TRUE(write(std::move(w)));
  };
  add("a", 1000, "0312345678", "佐藤", "山田 太郎");
  add("b", 2000, "Taro.Yamada@example.jp", "鈴木", "ｶﾄｳ 花子");
  add("c", 3000, "", "Suzuki");
  add("d", 4000, "0312345678", "佐藤");
  const auto found = [&](ContactSearch wanted) {
    std::string ids;
    auto result = store_->search(wanted);
    EXPECT_TRUE(result) << result.error().message;
    for (const auto& c : result->contacts) ids += c.row.id;
    return ids + (result->whole ? "" : "…");
  };
  EXPECT_EQ(found({}), "dcba") << "newest first";
  EXPECT_EQ(found({.text = "03-1234"}), "da");
  EXPECT_EQ(found({.text = "０３　１２３４"}), "da") << "full width, spaces";
  EXPECT_EQ(found({.text = "yamada@EXAMPLE"}), "b");
  EXPECT_EQ(found({.text = "山田太"}), "a");
  EXPECT_EQ(found({.text = "カトウ花"}), "b") << "half width";
  EXPECT_EQ(found({.text = "鈴木"}), "b");
  EXPECT_EQ(found({.text = "suzu"}), "c");
  EXPECT_EQ(found({.text = "%"}), "") << "a sign like another";
  EXPECT_EQ(found({.from = 2000, .before = 4000}), "cb");
  EXPECT_EQ(found({.most = 2}), "dc…");
  EXPECT_EQ(found({.most = 4}), "dcba");
  EXPECT_EQ(store_->search({.text = "山田"})->contacts.at(0).name, "山田 太郎");
  // The customer for whom another is looked for is left out, over all that is linked already.
  EXPECT_EQ(found({.not_of = "a"}), "cb");
  EXPECT_EQ(found({.not_of = "c"}), "dba");
  Write link;
  link.projections.push_back(Store::link_parties(store_->keys(), {.id = "l", .contact_a = "a", .contact_b = "c", .basis = "name", .linked_by = "sato", .linked_at = 5000}, *store_->contact("a"), *store_->contact("c")));
  ASSERT_TRUE(write(std::move(link)));
  EXPECT_EQ(found({.not_of = "d"}), "b");
  ASSERT_TRUE(store_->journal().erase("b", 6000, "admin"));
  EXPECT_EQ(found({}), "dca") << "what was erased is not found";
}

TEST_P(StoreTest, SessionsAndUsers) {
  UserRow user{.id = base::new_id(), .name = "sv", .display_name = "佐藤", .role = "supervisor", .password_hash = hash_password("s3cret-pass")};
  ASSERT_TRUE(store_->put_user(user, 1));
  EXPECT_TRUE(verify_password("s3cret-pass", (*store_->user("sv"))->password_hash));
  EXPECT_FALSE(verify_password("wrong", (*store_->user("sv"))->password_hash));
  EXPECT_FALSE(store_->user("' OR 1=1 --")->has_value());
  ASSERT_TRUE(store_->put_session("hash", user.id, "csrf", 1000));
  EXPECT_TRUE(store_->session("hash", 2000, 10'000)->has_value());
  EXPECT_FALSE(store_->session("hash", 200'000, 10'000)->has_value());
  ASSERT_TRUE(store_->drop_sessions_of(user.id));
  EXPECT_FALSE(store_->session("hash", 1500, 10'000)->has_value());
}

INSTANTIATE_TEST_SUITE_P(Databases, StoreTest, testing::Values("sqlite", "postgresql"), [](const auto& which) { return which.param; });

TEST(Sqlite, ReadOnlyFileWaitsAndNothingIsLost) {
  const auto folder = fs::temp_directory_path() / ("mamori-ro-" + base::random_hex(6));
  fs::create_directories(folder);
  const std::string address = "sqlite:" + (folder / "m.db").string();
  auto store = Store::open(address, (folder / "k").string());
  ASSERT_TRUE(store) << store.error().message;
  // Another process holding the write lock is what a backup, or a stuck tool, looks like.
  auto other = Database::open(address);
  ASSERT_TRUE(other);
  (*other)->session() << "PRAGMA query_only=0";
  (*other)->session() << "BEGIN IMMEDIATE";
  std::promise<base::Result<std::int64_t>> promise;
  auto future = promise.get_future();
  (*store)->journal().submit({{{"c", 1, "state", {}, {}}}, {}, [&](base::Result<std::int64_t> r) { promise.set_value(r); }});
  EXPECT_EQ(future.wait_for(std::chrono::milliseconds(300)), std::future_status::timeout);
  EXPECT_EQ((*store)->journal().health().waiting, 1u);
  (*other)->session() << "ROLLBACK";
  EXPECT_TRUE(future.get());
  store->reset();
  fs::remove_all(folder);
}

TEST(Sqlite, AFileThatIsNotADatabaseIsRefusedClearly) {
  const auto folder = fs::temp_directory_path() / ("mamori-bad-" + base::random_hex(6));
  fs::create_directories(folder);
  std::ofstream(folder / "m.db") << std::string(5000, 'x');
  const auto store = Store::open("sqlite:" + (folder / "m.db").string(), (folder / "k").string());
  ASSERT_FALSE(store);
  EXPECT_EQ(store.error().code, base::ErrorCode::kDataLoss) << store.error().message;
  EXPECT_FALSE(Store::open("oracle:x", (folder / "k").string()));
  fs::remove_all(folder);
}

TEST(Keys, RefusesAMasterKeyThatOthersCanRead) {
  const auto path = (fs::temp_directory_path() / ("mamori-key-" + base::random_hex(6))).string();
  ASSERT_TRUE(Keyring::open(path));
  ASSERT_EQ(chmod(path.c_str(), 0644), 0);
  const auto again = Keyring::open(path);
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, base::ErrorCode::kPermissionDenied);
  fs::remove(path);
}

TEST(Keys, SealedContentOpensOnlyWhereItBelongs) {
  const Keyring keys = Keyring::from_key(Keyring::new_key());
  const auto sealed = keys.seal("03-1234-5678", "a");
  EXPECT_EQ(*keys.open_sealed(sealed, "a"), "03-1234-5678");
  EXPECT_FALSE(keys.open_sealed(sealed, "b"));
  EXPECT_FALSE(keys.open_sealed("", "a"));
  EXPECT_FALSE(keys.open_sealed("!!!", "a"));
  EXPECT_EQ(keys.party_key("090"), keys.party_key("090"));
  EXPECT_NE(keys.party_key("090"), keys.party_key("091"));
}

}  // namespace
}  // namespace mamori::store
