// Versions of criteria and action rules through the API, with a database and several people.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <thread>

#include "api/context.h"
#include "base/ids.h"
#include "versions/content.h"

namespace mamori::api {
namespace {

namespace fs = std::filesystem;
namespace json = base::json;
using testing::HasSubstr;

class FakeClock final : public base::Clock {
 public:
  base::UnixMillis at = 1'000'000;
  base::UnixMillis now() const override { return at; }
  std::chrono::nanoseconds steady() const override { return std::chrono::milliseconds(at); }
};

class RulesTest : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::temp_directory_path() / ("mamori-rules-" + base::random_hex(6));
    fs::create_directories(folder_);
    auto store = store::Store::open("sqlite:" + (folder_ / "m.db").string(), (folder_ / "master.key").string());
    ASSERT_TRUE(store) << store.error().message;
    store_ = std::move(*store);
    context_ = std::make_unique<Context>(Context{*store_, clock_, {}, {}, {}, {}});
    context_->rules.text = [](versions::Kind kind) { return kind == versions::Kind::kCriteria ? std::string("name = \"標準\"\n") : std::string("[[rule]]\nid = \"a\"\naction = \"open_case\"\nmode = \"confirm\"\n"); };
    context_->rules.state = [](versions::Kind) { return json::object{{"number", 0}, {"refused", json::array{}}}; };
    context_->rules.refresh = [this] { ++refreshed_; return base::Result<>{}; };
    context_->rules.presets_dir = std::string(MAMORI_SOURCE_DIR) + "/data/criteria";
    add_routes(router_, *context_);
    for (const auto& [name, role] : {std::pair{"sato", "supervisor"}, {"suzuki", "admin"}, {"tanaka", "operator"}}) person(name, role);
  }
  void TearDown() override {
    store_.reset();
    fs::remove_all(folder_);
  }
  void person(const std::string& name, const std::string& role) {
    ASSERT_TRUE(store_->put_user({.id = name, .name = name, .display_name = name, .role = role}, clock_.at));
    ASSERT_TRUE(store_->put_session(store::sha256_hex("token-" + name), name, "csrf", clock_.at));
  }
  net::Response ask(const std::string& who, const std::string& method, const std::string& path, const json::object& body = {}, const std::string& language = "ja") {
    net::Request request{.method = method, .path = path.substr(0, path.find('?')), .query = path.find('?') == std::string::npos ? "" : path.substr(path.find('?') + 1)};
    request.headers = {{"cookie", "mamori_session=token-" + who}, {"x-mamori-csrf", "csrf"}, {"content-type", "application/json"}, {"accept-language", language}};
    request.body = json::serialize(body);
    const auto match = router_.match(method, request.path);
    EXPECT_NE(match.handler, nullptr) << path;
    request.params = match.params;
    return (*match.handler)(request);
  }
  static json::object of(const net::Response& r) { return json::parse(r.body).as_object(); }
  std::string title(const net::Response& r) { return base::get_string(of(r), "title"); }

  fs::path folder_;
  FakeClock clock_;
  std::unique_ptr<store::Store> store_;
  std::unique_ptr<Context> context_;
  net::Router router_;
  int refreshed_ = 0;
};

TEST_F(RulesTest, FromDraftToApprovedByASecondPersonAndEveryStepIsInTheJournal) {
  const std::string all = "/api/v1/rules/criteria";
  const auto made = ask("sato", "POST", all, {{"name", "秋から"}, {"note", "長い通話を早く知らせる"}, {"text", "[thresholds]\nnotice_minutes = 20\n"}});
  ASSERT_EQ(made.status, 201) << made.body;
  EXPECT_EQ(base::get_int(of(made), "number"), 1);
  const std::string one = all + "/1";
  EXPECT_EQ(ask("suzuki", "PUT", one, {{"text", "name = \"x\"\n"}}).status, 403) << "not the author";
  EXPECT_EQ(ask("sato", "PUT", one, {{"text", "[thresholds]\nnotice_minutes = 25\n"}}).status, 200);
  EXPECT_EQ(ask("sato", "POST", one + "/steps", {{"what", "approved"}}).status, 403) << "a supervisor does not approve";
  EXPECT_EQ(ask("sato", "POST", one + "/steps", {{"what", "submitted"}, {"step", 1}}).status, 409) << "seen before the edit";
  EXPECT_EQ(ask("sato", "POST", one + "/steps", {{"what", "submitted"}, {"step", 2}}).status, 200);
  EXPECT_EQ(ask("sato", "PUT", one, {{"text", "name = \"x\"\n"}}).status, 409) << "what is being reviewed does not change";
  const auto diff = of(ask("suzuki", "GET", one + "/changes"));
  ASSERT_EQ(diff.at("changes").as_array().size(), 2u) << json::serialize(diff);
  const auto approved = ask("suzuki", "POST", one + "/steps", {{"what", "approved"}, {"applies_from", clock_.at + 5000}, {"note", "確認しました"}});
  ASSERT_EQ(approved.status, 200) << approved.body;
  EXPECT_FALSE(base::get_bool(of(approved), "alone"));
  EXPECT_EQ(base::get_int(of(approved), "applies_from"), clock_.at + 5000);
  const auto whole = of(ask("sato", "GET", one));
  std::vector<std::string> life;
  for (const auto& s : whole.at("steps").as_array()) life.push_back(base::get_string(s.as_object(), "what"));
  EXPECT_THAT(life, testing::ElementsAre("created", "edited", "submitted", "approved"));
  EXPECT_EQ(whole.at("value").as_object().at("thresholds").as_object().at("notice_minutes").as_int64(), 25);
  auto facts = store_->facts("criteria_changed", 0);
  ASSERT_TRUE(facts);
  ASSERT_EQ(facts->size(), 4u);
  EXPECT_EQ(base::get_string(facts->back().second, "by"), "suzuki");
  EXPECT_EQ(base::get_string(facts->back().second, "sha256").size(), 64u);
  EXPECT_EQ(refreshed_, 4);
}

TEST_F(RulesTest, TheAuthorApprovesOnlyWhereHeIsTheOnlyAdministrator) {
  ASSERT_EQ(ask("suzuki", "POST", "/api/v1/rules/criteria", {{"text", ""}}).status, 201);
  ASSERT_EQ(ask("suzuki", "POST", "/api/v1/rules/criteria/1/steps", {{"what", "submitted"}}).status, 200);
  person("takahashi", "admin");
  const auto refused = ask("suzuki", "POST", "/api/v1/rules/criteria/1/steps", {{"what", "approved"}}, "en");
  EXPECT_EQ(refused.status, 403);
  EXPECT_THAT(title(refused), HasSubstr("another administrator"));
  EXPECT_EQ(base::get_int(of(ask("sato", "GET", "/api/v1/rules/criteria")), "administrators"), 2);
}

TEST_F(RulesTest, AMistakeIsSaidWithItsLineInTheReadersLanguage) {
  const json::object wrong{{"text", "name = \"x\"\n[thresholds]\nnotice_minutes = 0\n"}};
  const auto ja = ask("sato", "POST", "/api/v1/rules/criteria/check", wrong);
  EXPECT_EQ(ja.status, 400);
  EXPECT_EQ(title(ja), "3 行目: notice_minutes は 1 から 1440 までです");
  EXPECT_EQ(title(ask("sato", "POST", "/api/v1/rules/criteria", wrong, "en")), "line 3: notice_minutes must be 1 to 1440");
  const json::object form{{"value", json::object{{"thresholds", json::object{{"notice_minutes", 0}}}}}};
  EXPECT_EQ(title(ask("sato", "POST", "/api/v1/rules/criteria/check", form)), "notice_minutes は 1 から 1440 までです") << "a form has no lines";
  EXPECT_EQ(of(ask("sato", "GET", "/api/v1/rules/criteria")).at("versions").as_array().size(), 0u) << "nothing was kept";
}

TEST_F(RulesTest, ActionRulesHaveTheSameLife) {
  const auto made = ask("suzuki", "POST", "/api/v1/rules/policy", {{"text", "[limits]\ndisconnect = 2\n[[rule]]\nid = \"a\"\naction = \"open_case\"\nmode = \"automatic\"\n"}});
  ASSERT_EQ(made.status, 201) << made.body;
  const auto diff = of(ask("sato", "GET", "/api/v1/rules/policy/1/changes"));
  EXPECT_EQ(diff.at("changes").as_array().size(), 2u);
  EXPECT_EQ(ask("sato", "POST", "/api/v1/rules/policy/1/steps", {{"what", "withdrawn"}}).status, 403);
  EXPECT_EQ(ask("suzuki", "POST", "/api/v1/rules/policy/1/steps", {{"what", "withdrawn"}}).status, 200);
  EXPECT_EQ(store_->facts("policy_changed", 0)->size(), 2u);
}

TEST_F(RulesTest, AnOperatorSeesNoneOfItAndAnUnknownKindIsNotThere) {
  EXPECT_EQ(ask("tanaka", "GET", "/api/v1/rules/criteria").status, 403);
  EXPECT_EQ(ask("sato", "GET", "/api/v1/rules/words").status, 404);
  EXPECT_EQ(ask("sato", "GET", "/api/v1/rules/criteria/9").status, 404);
}

TEST_F(RulesTest, TheListBringsWhatAFormNeeds) {
  const auto answer = of(ask("sato", "GET", "/api/v1/rules/criteria"));
  EXPECT_EQ(answer.at("presets").as_array().size(), 5u);
  const auto& terms = answer.at("terms").as_object();
  EXPECT_EQ(terms.at("thresholds").as_array().size(), 6u);
  EXPECT_EQ(terms.at("categories").as_array().size(), 13u);
  EXPECT_EQ(base::get_string(answer.at("value").as_object(), "name"), "標準");
}

TEST_F(RulesTest, PastContactsAreJudgedAgainAndTheContactsBehindANumberAreNamed) {
  static const auto frames = judge::Judge::load(judge::JudgeFiles::shipped(MAMORI_SOURCE_DIR));
  ASSERT_TRUE(frames) << frames.error().message;
  replay::Desk desk(*store_, clock_);
  context_->replays = {&desk, [](const std::string& name) -> base::Result<std::shared_ptr<const judge::Judge>> {
    if (name == "9") return base::fail(base::ErrorCode::kNotFound, "この版はありません");
    judge::Criteria own;
    own.version = name;
    if (name == "2") own.phrases.push_back({"豆大福", "", contact::Category::kVerbalAbuse, 3, ""});
    return (*frames)->with(own);
  }, [](const std::string&) { return policy::load_policy(std::string(MAMORI_SOURCE_DIR) + "/data/policy/default.toml"); }};
  store::Write w;
  w.entries.push_back({"c1", clock_.at, "utterance", {{"speaker", "customer"}, {"start", 1.0}, {"end", 2.0}}, {{"text", "豆大福を一箱ください"}}});
  w.projections.push_back(store::Store::upsert_contact(store_->keys(), {.id = "c1", .line = "1000", .state = "ended", .started_at = clock_.at, .answered_at = clock_.at, .ended_at = clock_.at + 9000}));
  store_->journal().submit(std::move(w));
  ASSERT_TRUE(store_->journal().flush());
  const json::object plan{{"from", 0}, {"to", clock_.at + 1}, {"after", json::object{{"criteria", "2"}}}};
  EXPECT_EQ(ask("tanaka", "POST", "/api/v1/replays", plan).status, 403);
  EXPECT_EQ(ask("sato", "POST", "/api/v1/replays", {{"from", 5}, {"to", 5}}).status, 400);
  EXPECT_EQ(ask("sato", "POST", "/api/v1/replays", {{"from", 0}, {"to", 5}, {"after", json::object{{"criteria", "9"}}}}).status, 404);
  EXPECT_EQ(ask("sato", "POST", "/api/v1/replays", {{"from", 0}, {"to", 5}, {"after", json::object{{"criteria", "recorded"}}}}).status, 400);
  const auto started = ask("sato", "POST", "/api/v1/replays", plan);
  ASSERT_EQ(started.status, 202) << started.body;
  const std::string one = "/api/v1/replays/" + base::get_string(of(started), "id");
  json::object run;
  for (int i = 0; i < 200 && base::get_string(run, "state") != "done"; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    run = of(ask("suzuki", "GET", one));
  }
  ASSERT_EQ(base::get_string(run, "state"), "done") << json::serialize(run);
  EXPECT_EQ(base::get_string(run, "criteria_after"), "2");
  EXPECT_EQ(base::get_int(run.at("report").as_object(), "contacts"), 1);
  const auto changed = of(ask("sato", "GET", one + "/contacts?what=changed"));
  EXPECT_EQ(base::get_int(changed, "total"), 1);
  EXPECT_EQ(base::get_string(changed.at("contacts").as_array().at(0).as_object(), "contact"), "c1");
  EXPECT_EQ(base::get_int(of(ask("sato", "GET", one + "/contacts?what=alert:lost")), "total"), 0);
  EXPECT_EQ(ask("sato", "DELETE", one).status, 200) << "stopping what is over is no mistake";
  EXPECT_EQ(ask("sato", "GET", "/api/v1/replays/none").status, 404);
  EXPECT_EQ(of(ask("sato", "GET", "/api/v1/replays")).at("replays").as_array().size(), 1u);
}

}  // namespace
}  // namespace mamori::api
