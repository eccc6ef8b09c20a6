// Real calls over loopback: softphone → media role → softphone, with a hub of our own on the link.
#include "telephony/media_role.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <thread>

#include "telephony/softphone.h"
#include "telephony/test_support.h"

namespace mamori::telephony {
namespace {

using namespace std::chrono_literals;
using base::json::object;

// ---- the scene of every test

class Calls : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = (std::filesystem::temp_directory_path() / "mamori-role-XXXXXX").string();
    folder_ = mkdtemp(name.data());
    options_.run_dir = folder_ + "/run";
    options_.recordings_dir = folder_ + "/rec";
    options_.sip_port = 0;
    options_.rtp_port_min = static_cast<std::uint16_t>(20000 + getpid() % 20 * 1000);
    options_.rtp_port_max = static_cast<std::uint16_t>(options_.rtp_port_min + 399);
    options_.workers = 1;
    options_.port_rest = 0ms;
    write_wav(folder_ + "/warning.wav", tone(1000, 1.0));
    write_wav(folder_ + "/announcement.wav", tone(750, 2.0), 16000);  // resampled: 1500 Hz, 1 s
  }
  void TearDown() override {
    caller_.reset();
    agent_.reset();
    hub_.reset();
    role_.reset();
    std::filesystem::remove_all(folder_);
  }
  void open(SoftphoneOptions agent = {}) {
    agent.user = "agent1";
    auto phone = Softphone::start(agent);
    ASSERT_TRUE(phone) << phone.error().message;
    agent_ = std::move(*phone);
    if (options_.routes.empty()) options_.routes = {{"", agent_->uri()}};
    auto role = MediaRole::start(options_);
    ASSERT_TRUE(role) << role.error().message;
    role_ = std::move(*role);
    connect_hub();
    hub_->send({{"type", "prompts"}, {"warning", folder_ + "/warning.wav"}, {"announcement", folder_ + "/announcement.wav"}, {"blocked", folder_ + "/nothing.wav"}});
    auto other = Softphone::start({.user = "0312345678"});
    ASSERT_TRUE(other) << other.error().message;
    caller_ = std::move(*other);
  }
  void connect_hub() { hub_ = std::make_unique<Hub>(options_.run_dir + "/media.sock"); }
  std::string to() const { return "sip:0120000000@127.0.0.1:" + std::to_string(role_->sip_port()); }
  // Dials and waits until both are talking; the call's id.
  std::string bridge() {
    caller_->dial(to());
    EXPECT_TRUE(caller_->wait_for(PhoneEvent::Kind::kAnswered, 15s));
    EXPECT_TRUE(agent_->wait_for(PhoneEvent::Kind::kAnswered, 15s));
    const auto call = hub_->wait("call", "state", "bridged");
    EXPECT_TRUE(call);
    return call ? base::get_string(*call, "call") : "";
  }
  bool eventually(auto predicate, std::chrono::milliseconds timeout = 15s) {
    const auto until = std::chrono::steady_clock::now() + timeout;
    while (!predicate()) {
      if (std::chrono::steady_clock::now() > until) return false;
      std::this_thread::sleep_for(10ms);
    }
    return true;
  }

  std::string folder_;
  MediaOptions options_;
  std::unique_ptr<MediaRole> role_;
  std::unique_ptr<Hub> hub_;
  std::unique_ptr<Softphone> caller_;
  std::unique_ptr<Softphone> agent_;
};

TEST_F(Calls, BothLegsAreHeardRecordedAlignedAndSentToTheHub) {
  open();
  const Samples from_caller = noise(1.0, 1), from_agent = noise(1.0, 2);
  caller_->say({{0.5, from_caller}});
  agent_->say({{0.5, from_agent}});
  const std::string call = bridge();
  std::this_thread::sleep_for(2200ms);
  caller_->hang_up();
  const auto recorded = hub_->wait("recorded");
  ASSERT_TRUE(recorded);
  const auto ended = hub_->wait("call", "state", "ended");
  ASSERT_TRUE(ended);
  EXPECT_EQ(base::get_string(*ended, "reason"), "caller");
  EXPECT_EQ(base::get_string(*ended, "caller"), "0312345678");
  EXPECT_EQ(base::get_string(*ended, "callee"), "0120000000");
  EXPECT_EQ(base::get_string(*ended, "agent"), "agent1");

  const auto heard_by_agent = best_match(part(from_caller, 0.3, 0.6), agent_->heard().samples);
  const auto heard_by_caller = best_match(part(from_agent, 0.3, 0.6), caller_->heard().samples);
  EXPECT_GT(heard_by_agent.snr_db, 30);
  EXPECT_GT(heard_by_caller.snr_db, 30);
  EXPECT_EQ(agent_->heard().sequence_breaks, 0u);
  EXPECT_EQ(agent_->heard().timestamp_breaks, 0u);
  EXPECT_EQ(agent_->heard().sources, 1u);

  const Stereo wav = read_stereo(base::get_string(*recorded, "recording"));
  const auto left = best_match(part(from_caller, 0.3, 0.6), wav.left);
  const auto right = best_match(part(from_agent, 0.3, 0.6), wav.right);
  EXPECT_GT(left.snr_db, 30);
  EXPECT_GT(right.snr_db, 30);
  // Both said theirs 0.5 s after their own answer.
  const auto answered = [](Softphone& phone) { return phone.wait_for(PhoneEvent::Kind::kAnswered, 0ms)->at; };
  const double apart = std::chrono::duration<double>(answered(*caller_) - answered(*agent_)).count() * kSampleRate;
  EXPECT_NEAR(static_cast<double>(left.offset - right.offset), apart, 160);
  RecordProperty("alignment_samples", std::to_string(static_cast<double>(left.offset - right.offset) - apart));
  std::printf("SNR %.1f/%.1f dB, recorded %.1f/%.1f dB, legs apart %.1f ms\n", heard_by_agent.snr_db, heard_by_caller.snr_db,
              left.snr_db, right.snr_db, (static_cast<double>(left.offset - right.offset) - apart) / 8);

  ASSERT_TRUE(eventually([&] { return hub_->audio()[call + "/agent"].size() > 12000; }));
  EXPECT_GT(best_match(part(from_caller, 0.3, 0.6), hub_->audio()[call + "/caller"]).snr_db, 30);
  EXPECT_GT(best_match(part(from_agent, 0.3, 0.6), hub_->audio()[call + "/agent"]).snr_db, 30);
  EXPECT_TRUE(std::filesystem::file_size(folder_ + "/rec/" + call + ".peaks") > 16 + 15 * 4);
  EXPECT_TRUE(eventually([&] { return role_->calls() == 0; }));
}

TEST_F(Calls, AWarningIsHeardAndTheBridgeStays) {
  open();
  caller_->say({{0, tone(400, 30, 4000)}});
  agent_->say({{0, tone(700, 30, 4000)}});
  const std::string call = bridge();
  std::this_thread::sleep_for(600ms);
  const std::size_t before = caller_->heard().samples.size();
  const auto result = hub_->command(call, "warn");
  EXPECT_TRUE(base::get_bool(result, "ok")) << base::json::serialize(result);
  EXPECT_TRUE(hub_->wait("prompt", "state", "started"));
  ASSERT_TRUE(hub_->wait("prompt", "state", "finished"));
  std::this_thread::sleep_for(600ms);
  const auto caller = caller_->heard();
  const auto agent = agent_->heard();
  const double start = static_cast<double>(before) / kSampleRate;
  const auto during = part(caller.samples, start + 0.3, start + 0.8);
  EXPECT_GT(amplitude_at(during, 1000), 6000);
  EXPECT_NEAR(amplitude_at(during, 700), 2000, 500);  // the agent, ducked
  EXPECT_GT(amplitude_at(part(agent.samples, start + 0.3, start + 0.8), 1000), 1500);
  EXPECT_GT(amplitude_at(part(agent.samples, start + 0.3, start + 0.8), 400), 3000);
  const double end = static_cast<double>(caller.samples.size()) / kSampleRate;
  EXPECT_GT(amplitude_at(part(caller.samples, end - 0.3, end - 0.05), 700), 3500);
  EXPECT_LT(amplitude_at(part(caller.samples, end - 0.3, end - 0.05), 1000), 300);
  EXPECT_EQ(caller.sequence_breaks, 0u);
  EXPECT_EQ(caller.sources, 1u);
  std::printf("longest gap %.1f ms\n", caller.longest_gap_ms);
  EXPECT_LT(caller.longest_gap_ms, 250);  // 40 ms on an idle machine; bridge packets are counted exactly in media_test
  EXPECT_FALSE(caller_->wait_for(PhoneEvent::Kind::kEnded, 0ms));
  // What was played is on the right of the recording, not in what the hub hears of the agent.
  caller_->hang_up();
  const auto recorded = hub_->wait("recorded");
  ASSERT_TRUE(recorded);
  const Stereo wav = read_stereo(base::get_string(*recorded, "recording"));
  EXPECT_GT(amplitude_at(part(wav.right, start + 0.4, start + 0.8), 1000), 6000);
  EXPECT_LT(amplitude_at(part(wav.left, start + 0.4, start + 0.8), 1000), 300);
  EXPECT_LT(amplitude_at(part(hub_->audio()[call + "/agent"], start + 0.4, start + 0.8), 1000), 300);
}

TEST_F(Calls, AnAnnouncementReleasesTheAgentAndEndsTheCall) {
  open();
  agent_->say({{0, tone(700, 30, 4000)}});
  const std::string call = bridge();
  std::this_thread::sleep_for(500ms);
  const double start = static_cast<double>(caller_->heard().samples.size()) / kSampleRate;
  EXPECT_TRUE(base::get_bool(hub_->command(call, "announce"), "ok"));
  EXPECT_TRUE(agent_->wait_for(PhoneEvent::Kind::kEnded, 5s));
  EXPECT_FALSE(caller_->wait_for(PhoneEvent::Kind::kEnded, 0ms));
  ASSERT_TRUE(hub_->wait("call", "state", "announcing"));
  ASSERT_TRUE(caller_->wait_for(PhoneEvent::Kind::kEnded, 10s));
  const auto heard = caller_->heard();
  EXPECT_GT(amplitude_at(part(heard.samples, start + 0.2, start + 0.9), 1500), 7000);
  EXPECT_LT(amplitude_at(part(heard.samples, start + 0.2, start + 0.9), 700), 200);
  EXPECT_EQ(heard.sequence_breaks, 0u);
  std::printf("longest gap %.1f ms\n", heard.longest_gap_ms);
  EXPECT_LT(heard.longest_gap_ms, 250);
  const auto ended = hub_->wait("call", "state", "ended");
  ASSERT_TRUE(ended);
  EXPECT_EQ(base::get_string(*ended, "reason"), "announcement");
}

TEST_F(Calls, ReleaseAgentKeepsTheCallerUntilALastAnnouncement) {
  open();
  const std::string call = bridge();
  EXPECT_TRUE(base::get_bool(hub_->command(call, "release_agent"), "ok"));
  EXPECT_TRUE(agent_->wait_for(PhoneEvent::Kind::kEnded, 5s));
  std::this_thread::sleep_for(1500ms);
  EXPECT_FALSE(caller_->wait_for(PhoneEvent::Kind::kEnded, 0ms));
  EXPECT_FALSE(base::get_bool(hub_->command(call, "warn"), "ok"));  // nobody to keep it company
  EXPECT_TRUE(base::get_bool(hub_->command(call, "announce"), "ok"));
  EXPECT_TRUE(caller_->wait_for(PhoneEvent::Kind::kEnded, 10s));
}

TEST_F(Calls, CutEndsBothLegsWithin100Ms) {
  open();
  const std::string call = bridge();
  const auto began = std::chrono::steady_clock::now();
  const auto result = hub_->command(call, "cut");
  EXPECT_TRUE(base::get_bool(result, "ok"));
  const auto caller = caller_->wait_for(PhoneEvent::Kind::kEnded, 10s);
  const auto agent = agent_->wait_for(PhoneEvent::Kind::kEnded, 10s);
  ASSERT_TRUE(caller && agent);
  const std::chrono::duration<double, std::milli> slowest = std::max(caller->at, agent->at) - began;
  std::printf("cut: %.2f ms to the stack, %.2f ms until both phones had the BYE\n", base::get_double(result, "elapsed_ms"), slowest.count());
  EXPECT_LE(base::get_double(result, "elapsed_ms"), 100);
  EXPECT_LE(slowest.count(), 100);
  const auto again = hub_->command(call, "cut");
  EXPECT_FALSE(base::get_bool(again, "ok", true));
  EXPECT_EQ(base::get_string(again, "code"), "not_found");
}

TEST_F(Calls, AMissingPromptNeverCuts) {
  open();
  const std::string call = bridge();
  const auto result = hub_->command(call, "announce", "blocked");
  EXPECT_FALSE(base::get_bool(result, "ok", true));
  EXPECT_NE(base::get_string(result, "error").find("missing"), std::string::npos);
  EXPECT_FALSE(base::get_bool(hub_->command(call, "warn", "nobody knows it"), "ok", true));
  EXPECT_FALSE(base::get_bool(hub_->command(call, "dance"), "ok", true));
  std::this_thread::sleep_for(300ms);
  EXPECT_FALSE(caller_->wait_for(PhoneEvent::Kind::kEnded, 0ms));
  EXPECT_FALSE(agent_->wait_for(PhoneEvent::Kind::kEnded, 0ms));
}

TEST_F(Calls, ABlockedNumberIsDeclinedAndReported) {
  open();
  hub_->send({{"type", "blocklist"}, {"numbers", base::json::array{"+81-3-1234-5678"}}});
  hub_->command("none", "cut");  // the list is in force when this is answered
  caller_->dial(to());
  const auto failed = caller_->wait_for(PhoneEvent::Kind::kFailed, 10s);
  ASSERT_TRUE(failed);
  EXPECT_EQ(failed->status, 603);
  const auto refused = hub_->wait("call", "state", "refused");
  ASSERT_TRUE(refused);
  EXPECT_EQ(base::get_string(*refused, "reason"), "blocked");
  EXPECT_EQ(base::get_string(*refused, "caller"), "0312345678");
}

TEST_F(Calls, ABusyAgentIsPassedOn) {
  open({.manner = PhoneManner::kBusy});
  caller_->dial(to());
  const auto failed = caller_->wait_for(PhoneEvent::Kind::kFailed, 10s);
  ASSERT_TRUE(failed);
  EXPECT_EQ(failed->status, 486);
  EXPECT_TRUE(eventually([&] { return role_->calls() == 0; }));
}

TEST_F(Calls, NoAnswerEndsAfterTheRingTimeout) {
  options_.ring_timeout = 1s;
  open({.manner = PhoneManner::kRing});
  caller_->dial(to());
  EXPECT_TRUE(caller_->wait_for(PhoneEvent::Kind::kRinging, 10s));
  const auto failed = caller_->wait_for(PhoneEvent::Kind::kFailed, 10s);
  ASSERT_TRUE(failed);
  EXPECT_EQ(failed->status, 480);
  EXPECT_TRUE(agent_->wait_for(PhoneEvent::Kind::kEnded, 5s));
}

TEST_F(Calls, ACallerWhoGivesUpStopsTheRinging) {
  open({.manner = PhoneManner::kRing});
  caller_->dial(to());
  ASSERT_TRUE(caller_->wait_for(PhoneEvent::Kind::kRinging, 10s));
  caller_->hang_up();
  EXPECT_TRUE(agent_->wait_for(PhoneEvent::Kind::kEnded, 5s));
  const auto ended = hub_->wait("call", "state", "ended");
  ASSERT_TRUE(ended);
  EXPECT_EQ(base::get_string(*ended, "reason"), "cancelled");
}

TEST_F(Calls, TheAgentHangsUp) {
  open();
  bridge();
  agent_->hang_up();
  EXPECT_TRUE(caller_->wait_for(PhoneEvent::Kind::kEnded, 5s));
  const auto ended = hub_->wait("call", "state", "ended");
  ASSERT_TRUE(ended);
  EXPECT_EQ(base::get_string(*ended, "reason"), "agent");
}

TEST_F(Calls, HoldAndResume) {
  open();
  agent_->say({{0, tone(700, 30, 4000)}});
  caller_->say({{0, tone(400, 30, 4000)}});
  bridge();
  std::this_thread::sleep_for(200ms);
  caller_->hold(true);
  std::this_thread::sleep_for(500ms);
  const auto held = caller_->heard().packets;
  std::this_thread::sleep_for(300ms);
  EXPECT_LE(caller_->heard().packets, held + 1);  // nothing is sent to a party on hold
  caller_->hold(false);
  EXPECT_TRUE(eventually([&] { return caller_->heard().packets > held + 10; }));
  EXPECT_FALSE(caller_->wait_for(PhoneEvent::Kind::kEnded, 0ms));
}

TEST_F(Calls, WhatHasNoRouteIsNotFound) {
  options_.routes = {{"999", "sip:nobody@127.0.0.1:9"}};
  open();
  caller_->dial(to());
  const auto failed = caller_->wait_for(PhoneEvent::Kind::kFailed, 10s);
  ASSERT_TRUE(failed);
  EXPECT_EQ(failed->status, 404);
}

TEST_F(Calls, OnlyTrustedPeersMayCall) {
  options_.trusted_peers = {"192.0.2.0/24"};
  open();
  caller_->dial(to());
  const auto failed = caller_->wait_for(PhoneEvent::Kind::kFailed, 10s);
  ASSERT_TRUE(failed);
  EXPECT_EQ(failed->status, 403);
}

TEST_F(Calls, TooManyAndDraining) {
  options_.max_calls = 1;
  open();
  bridge();
  auto second = Softphone::start({.user = "0900000000"});
  ASSERT_TRUE(second);
  (*second)->dial(to());
  const auto failed = (*second)->wait_for(PhoneEvent::Kind::kFailed, 10s);
  ASSERT_TRUE(failed);
  EXPECT_EQ(failed->status, 503);
  hub_->send({{"type", "drain"}});
  hub_->command("none", "cut");
  EXPECT_FALSE(role_->drained());
  caller_->hang_up();
  EXPECT_TRUE(eventually([&] { return role_->drained(); }));
  auto third = Softphone::start({.user = "0900000001"});
  (*third)->dial(to());
  EXPECT_TRUE((*third)->wait_for(PhoneEvent::Kind::kFailed, 10s));
}

TEST_F(Calls, TheHubMayDieAndComeBack) {
  open();
  caller_->say({{0, tone(400, 60, 4000)}});
  const std::string call = bridge();
  hub_.reset();
  std::this_thread::sleep_for(1s);
  EXPECT_GT(amplitude_at(part(agent_->heard().samples, 0.4, 0.8), 400), 3500);
  EXPECT_FALSE(caller_->wait_for(PhoneEvent::Kind::kEnded, 0ms));
  connect_hub();
  const auto calls = hub_->wait("calls");
  ASSERT_TRUE(calls);
  const auto& list = calls->at("calls").as_array();
  ASSERT_EQ(list.size(), 1u);
  EXPECT_EQ(base::get_string(list[0].as_object(), "call"), call);
  EXPECT_EQ(base::get_string(list[0].as_object(), "state"), "bridged");
  EXPECT_TRUE(base::get_bool(hub_->command(call, "cut"), "ok"));
  ASSERT_TRUE(hub_->wait("recorded"));
  const auto wav = read_stereo(folder_ + "/rec/" + call + ".wav");
  EXPECT_GT(wav.left.size(), 8000u);
}

TEST_F(Calls, TcpAndALawAndTranscoding) {
  open({.tcp = true, .codecs = {Codec::kPcma}});
  const Samples voice = noise(1.0, 3);
  agent_->say({{0.2, voice}});
  auto caller = Softphone::start({.user = "0312345678", .tcp = true, .codecs = {Codec::kPcma, Codec::kPcmu}});
  ASSERT_TRUE(caller);
  caller_ = std::move(*caller);
  bridge();
  std::this_thread::sleep_for(1500ms);
  EXPECT_GT(best_match(part(voice, 0.3, 0.6), caller_->heard().samples).snr_db, 28);
}

TEST_F(Calls, ATakenPortIsNamed) {
  open();
  MediaOptions second = options_;
  second.run_dir += "2";
  second.sip_port = role_->sip_port();
  const auto role = MediaRole::start(second);
  ASSERT_FALSE(role);
  EXPECT_EQ(role.error().code, base::ErrorCode::kUnavailable);
  EXPECT_NE(role.error().message.find(std::to_string(role_->sip_port())), std::string::npos) << role.error().message;
  second.routes = {{"", "sip:x@pbx.example"}};
  EXPECT_EQ(MediaRole::start(second).error().code, base::ErrorCode::kInvalidArgument);
}

}  // namespace
}  // namespace mamori::telephony
