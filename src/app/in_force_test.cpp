// Which version applies, with a database: taken at its time, told to the flow, kept; refused when it cannot be read.
#include "app/in_force.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <future>

#include "app/replay_command.h"
#include "app/rule_source.h"
#include "base/ids.h"
#include "versions/lifecycle.h"

namespace mamori::app {
namespace {

namespace fs = std::filesystem;
namespace json = base::json;
using testing::HasSubstr;
using versions::Kind;

class FakeClock final : public base::Clock {
 public:
  base::UnixMillis at = 1'000'000;
  base::UnixMillis now() const override { return at; }
  std::chrono::nanoseconds steady() const override { return std::chrono::milliseconds(at); }
};

class InForceTest : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::temp_directory_path() / ("mamori-inforce-" + base::random_hex(6));
    fs::create_directories(folder_);
    config_.resources = MAMORI_SOURCE_DIR;
    config_.criteria_file = config_.presets_dir() + "/default.toml";
    config_.policy_file = std::string(MAMORI_SOURCE_DIR) + "/data/policy/default.toml";
    auto store = store::Store::open("sqlite:" + (folder_ / "m.db").string(), (folder_ / "master.key").string());
    ASSERT_TRUE(store) << store.error().message;
    store_ = std::move(*store);
  }
  void TearDown() override {
    in_force_.reset();
    store_.reset();
    fs::remove_all(folder_);
  }
  void open() {
    static const std::shared_ptr<const judge::Judge> frames = [] {
      auto loaded = judge::Judge::load(judge::JudgeFiles::shipped(MAMORI_SOURCE_DIR));
      EXPECT_TRUE(loaded) << loaded.error().message;
      return std::shared_ptr<const judge::Judge>(std::move(*loaded));
    }();
    auto opened = InForce::open(*store_, clock_, frames, config_.criteria_file, config_.policy_file);
    ASSERT_TRUE(opened) << opened.error().message;
    in_force_ = std::move(*opened);
    in_force_->on_change({[this](std::shared_ptr<const judge::Judge> judge) { told_.push_back(judge->criteria_version()); }, [this](policy::Policy policy) { told_.push_back("policy " + policy.version); }});
  }
  // A version as it is after approval.
  void approved(Kind kind, std::int64_t number, const std::string& body, base::UnixMillis from) {
    auto made = versions::create(kind, number, "", body, "", "sato", clock_.at);
    auto done = versions::approve(versions::submit(made.row, "sato", clock_.at)->row, from, "", "suzuki", 2, clock_.at);
    ASSERT_TRUE(done);
    done->row.step = 1;
    store::Write w;
    w.projections.push_back(store::Store::put_version(done->row, done->step));
    store_->journal().submit(std::move(w));
    ASSERT_TRUE(store_->journal().flush());
  }
  // What it writes is there to be read when it returns: nothing is waited for here.
  void refresh() { ASSERT_TRUE(in_force_->refresh()); }
  std::string state_of(Kind kind, std::int64_t number) { return store_->version(std::string(to_id(kind)), number)->state; }

  fs::path folder_;
  Config config_;
  FakeClock clock_;
  std::unique_ptr<store::Store> store_;
  std::unique_ptr<InForce> in_force_;
  std::vector<std::string> told_;
};

TEST_F(InForceTest, AVersionAppliesFromItsTimeOnAndItsStepIsInTheJournal) {
  approved(Kind::kCriteria, 1, "[thresholds]\nnotice_minutes = 20\n", clock_.at + 60'000);
  open();
  EXPECT_THAT(in_force_->judge()->criteria_version(), testing::StartsWith("preset:default/"));
  refresh();
  EXPECT_TRUE(told_.empty()) << "not yet";
  clock_.at += 60'000;
  refresh();
  ASSERT_EQ(told_.size(), 1u);
  EXPECT_THAT(told_[0], testing::StartsWith("1/"));
  EXPECT_DOUBLE_EQ(in_force_->judge()->criteria().thresholds.notice_minutes, 20);
  EXPECT_EQ(state_of(Kind::kCriteria, 1), "in_force");
  approved(Kind::kCriteria, 2, "", clock_.at);
  refresh();
  EXPECT_EQ(state_of(Kind::kCriteria, 1), "superseded");
  EXPECT_EQ(state_of(Kind::kCriteria, 2), "in_force");
  EXPECT_EQ(store_->version("criteria", 1)->body, "[thresholds]\nnotice_minutes = 20\n") << "kept as it was written";
  std::vector<std::string> what;
  const auto written = store_->facts("criteria_changed", 0);
  ASSERT_TRUE(written);
  for (const auto& [at, facts] : *written) what.push_back(base::get_string(facts, "what"));
  EXPECT_THAT(what, testing::ElementsAre("in_force", "in_force", "superseded"));
  refresh();
  EXPECT_EQ(told_.size(), 2u) << "told once";
  open();
  EXPECT_THAT(in_force_->judge()->criteria_version(), testing::StartsWith("2/")) << "after a restart too";
}

TEST_F(InForceTest, OneThatCannotBeReadIsRefusedWithItsLineAndTheOldOneStays) {
  approved(Kind::kPolicy, 1, "[[rule]]\nid = \"a\"\naction = \"open_case\"\nmode = \"confirm\"\n", clock_.at);
  open();
  EXPECT_EQ(in_force_->policy().version, "1");
  approved(Kind::kPolicy, 2, "[[rule]]\nid = \"a\"\naction = \"fly\"\nmode = \"confirm\"\n", clock_.at);
  refresh();
  EXPECT_EQ(in_force_->policy().version, "1");
  EXPECT_FALSE(in_force_->fine());
  const auto state = in_force_->state(Kind::kPolicy);
  EXPECT_EQ(base::get_int(state, "number"), 1);
  const auto& refused = state.at("refused").as_array().at(0).as_object();
  EXPECT_EQ(base::get_int(refused, "number"), 2);
  EXPECT_EQ(base::get_int(refused, "line"), 3);
  EXPECT_THAT(base::get_string(refused, "en"), HasSubstr("unknown action"));
  EXPECT_EQ(state_of(Kind::kPolicy, 1), "in_force");
  EXPECT_EQ(state_of(Kind::kPolicy, 2), "approved") << "nothing is rewritten";
}

TEST_F(InForceTest, AFileOfTheInstallationThatIsWrongStopsTheStartWithFileAndLine) {
  const auto file = (folder_ / "own.toml").string();
  std::ofstream(file) << "name = \"x\"\nnmae = 1\n";
  auto loaded = judge::Judge::load(judge::JudgeFiles::shipped(MAMORI_SOURCE_DIR));
  ASSERT_TRUE(loaded);
  const auto opened = InForce::open(*store_, clock_, std::move(*loaded), file, config_.policy_file);
  ASSERT_FALSE(opened);
  EXPECT_THAT(opened.error().message, HasSubstr("own.toml, line 2"));
}

TEST_F(InForceTest, RulesAreFoundByTheNameThatSomebodyGives) {
  approved(Kind::kCriteria, 1, "name = \"秋から\"\n", clock_.at);
  const RuleSource screens(*store_, clock_, config_, false);
  EXPECT_EQ(screens.criteria("in_force")->version, "1") << "its time has come, whether or not a hub has seen it";
  EXPECT_EQ(state_of(Kind::kCriteria, 1), "approved") << "looking changes nothing";
  EXPECT_EQ(screens.criteria("preset:town_hall")->sector, "town_hall");
  EXPECT_EQ(screens.policy("in_force")->version, "policy-1");
  for (const auto* no : {"9", "preset:../../secret", "preset:nothing", "/etc/passwd", ""}) EXPECT_FALSE(screens.criteria(no)) << no;
  const RuleSource line(*store_, clock_, config_, true);
  EXPECT_TRUE(line.criteria(config_.presets_dir() + "/saas.toml"));
  EXPECT_FALSE(line.policy("/etc/hostname"));
}

}  // namespace
}  // namespace mamori::app
