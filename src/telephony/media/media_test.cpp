#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <fstream>

#include "telephony/media/bridge.h"
#include "telephony/media/gains.h"
#include "telephony/media/ports.h"
#include "telephony/media/prompt.h"

namespace mamori::telephony {
namespace {

using namespace std::chrono_literals;

sockaddr_in at(const char* address, std::uint16_t port) {
  sockaddr_in out{};
  out.sin_family = AF_INET;
  out.sin_port = htons(port);
  inet_pton(AF_INET, address, &out.sin_addr);
  return out;
}

TEST(SourceLock, KeepsStrangersOut) {
  SourceLock lock;
  lock.signalled(at("192.0.2.1", 4000));
  EXPECT_TRUE(lock.accept(at("198.51.100.7", 9000), 0));  // behind NAT: not what was signalled
  EXPECT_EQ(lock.destination().sin_port, htons(9000));
  EXPECT_FALSE(lock.accept(at("203.0.113.66", 1), 100));
  EXPECT_TRUE(lock.accept(at("198.51.100.7", 9000), 200));
  EXPECT_TRUE(lock.accept(at("192.0.2.1", 4000), 300));  // the signalled address always wins
  EXPECT_FALSE(lock.accept(at("198.51.100.7", 9000), 400));
}

TEST(SourceLock, FollowsANewMappingAfterSilence) {
  SourceLock lock;
  lock.signalled(at("192.0.2.1", 4000));
  EXPECT_TRUE(lock.accept(at("198.51.100.7", 9000), 0));
  const std::int64_t later = 3 * kSampleRate;
  for (int i = 0; i < 4; ++i) EXPECT_FALSE(lock.accept(at("198.51.100.7", 9100), later + i));
  EXPECT_TRUE(lock.accept(at("198.51.100.7", 9100), later + 4));
  lock.signalled(at("192.0.2.1", 4000));  // a re-INVITE that says the same changes nothing
  EXPECT_EQ(lock.destination().sin_port, htons(9100));
  lock.signalled(at("192.0.2.9", 4002));
  EXPECT_EQ(lock.destination().sin_port, htons(4002));
}

TEST(PortPool, PortsRestBeforeTheyAreUsedAgain) {
  const auto first = static_cast<std::uint16_t>(18000 + getpid() % 200 * 10);
  PortPool pool("127.0.0.1", first, static_cast<std::uint16_t>(first + 3), 1000ms);
  EXPECT_EQ(pool.size(), 2u);
  const auto now = PortPool::Time{} + 100s;
  const auto close_both = [](const LegSockets& s) { close(s.rtp), close(s.rtcp); };
  auto a = pool.open(now);
  auto b = pool.open(now);
  ASSERT_TRUE(a && b);
  EXPECT_EQ(a->port % 2, 0);
  EXPECT_EQ(pool.open(now).error().code, base::ErrorCode::kResourceExhausted);
  close_both(*a);
  pool.release(a->port, now);
  EXPECT_FALSE(pool.open(now + 500ms));
  auto c = pool.open(now + 1000ms);
  ASSERT_TRUE(c);
  EXPECT_EQ(c->port, a->port);
  close_both(*b);
  close_both(*c);
}

TEST(PortPool, GoesAroundAPortSomebodyElseHolds) {
  const auto first = static_cast<std::uint16_t>(16000 + getpid() % 200 * 10);
  PortPool other("127.0.0.1", first, static_cast<std::uint16_t>(first + 1), 0ms);
  const auto now = PortPool::Time{} + 100s;
  auto held = other.open(now);
  ASSERT_TRUE(held);
  PortPool pool("127.0.0.1", first, static_cast<std::uint16_t>(first + 3), 1000ms);
  auto got = pool.open(now);
  ASSERT_TRUE(got);
  EXPECT_EQ(got->port, first + 2);
  for (const auto* s : {&*held, &*got}) close(s->rtp), close(s->rtcp);
}

TEST(Gains, MixAndSaturate) {
  const std::vector<std::int16_t> a = {1000, 30000, -30000}, b = {500, 30000, -30000};
  std::vector<std::int16_t> out(3);
  mix(a, 1, b, 0.5F, out);
  EXPECT_EQ(out, (std::vector<std::int16_t>{1250, 32767, -32768}));
}

TEST(Prompt, SaysWhatIsWrong) {
  EXPECT_EQ(load_prompt("/nowhere/x.wav").error().code, base::ErrorCode::kNotFound);
  EXPECT_EQ(load_prompt("/").error().code, base::ErrorCode::kNotFound);
  const std::string path = testing::TempDir() + "mamori-not-a.wav";
  std::ofstream(path) << "hello";
  EXPECT_EQ(load_prompt(path).error().code, base::ErrorCode::kInvalidArgument);
  unlink(path.c_str());
}

// A bridge without threads or time: packets in, packets out, blocks in the ring.
class BridgeTest : public testing::Test {
 protected:
  static LegSockets pair() {
    PortPool pool("127.0.0.1", next_, static_cast<std::uint16_t>(next_ + 1), 0ms);
    next_ = static_cast<std::uint16_t>(next_ + 2);
    auto sockets = pool.open(PortPool::Time{} + 1s);
    return sockets ? *sockets : pair();
  }
  void SetUp() override {
    for (int i = 0; i < 2; ++i) {
      phone_[i] = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
      address_[i] = at("127.0.0.1", 0);
      socklen_t length = sizeof(sockaddr_in);
      ASSERT_EQ(bind(phone_[i], reinterpret_cast<sockaddr*>(&address_[i]), length), 0);
      getsockname(phone_[i], reinterpret_cast<sockaddr*>(&address_[i]), &length);
      RemoteAudio remote;
      remote.address = address_[i];
      remote.telephone_event = static_cast<std::uint8_t>(i == 0 ? 101 : 96);
      bridge_.leg(static_cast<Side>(i)).set_remote(remote);
    }
    bridge_.tick(0);
  }
  void TearDown() override {
    for (const int fd : phone_) close(fd);
  }
  void say(Side side, std::uint16_t sequence, std::uint8_t type, std::uint8_t octet, std::int64_t now) {
    const auto head = write_rtp_header({false, type, sequence, sequence * 160u, 5});
    std::vector<std::uint8_t> datagram(head.begin(), head.end());
    datagram.insert(datagram.end(), 160, octet);
    bridge_.on_rtp(side, datagram, address_[static_cast<int>(side)], now);
  }
  std::optional<std::vector<std::uint8_t>> hear(Side side) {
    std::vector<std::uint8_t> buffer(1500);
    const ssize_t n = recv(phone_[static_cast<int>(side)], buffer.data(), buffer.size(), 0);
    if (n < 0) return std::nullopt;
    buffer.resize(static_cast<std::size_t>(n));
    return buffer;
  }
  static inline std::uint16_t next_ = static_cast<std::uint16_t>(12000 + getpid() % 100 * 20);
  TapRing ring_{256};
  Bridge bridge_{"call-1", pair(), pair(), {&ring_, nullptr}};
  int phone_[2] = {-1, -1};
  sockaddr_in address_[2];
};

TEST_F(BridgeTest, ForwardsPayloadsUntouchedAndTranslatesTelephoneEvents) {
  say(Side::kCaller, 1, 0, 0x12, 100);
  const auto voice = hear(Side::kAgent);
  ASSERT_TRUE(voice);
  EXPECT_EQ((*voice)[1] & 0x7f, 0);
  EXPECT_EQ(std::vector<std::uint8_t>(voice->begin() + 12, voice->end()), std::vector<std::uint8_t>(160, 0x12));
  say(Side::kCaller, 2, 101, 7, 260);
  const auto event = hear(Side::kAgent);
  ASSERT_TRUE(event);
  EXPECT_EQ((*event)[1] & 0x7f, 96);
  say(Side::kCaller, 3, 8, 0xd5, 420);  // A-law in between: heard, and passed on in the law the agent knows
  const auto other_law = hear(Side::kAgent);
  ASSERT_TRUE(other_law);
  EXPECT_EQ((*other_law)[1] & 0x7f, 0);
  say(Side::kCaller, 4, 34, 1, 580);  // never negotiated
  EXPECT_FALSE(hear(Side::kAgent));
}

TEST_F(BridgeTest, PlaysWithoutAGapAndComesBack) {
  std::vector<std::uint16_t> sequences;
  const auto collect = [&] {
    int count = 0;
    for (auto p = hear(Side::kCaller); p; p = hear(Side::kCaller), ++count) {
      sequences.push_back(static_cast<std::uint16_t>((*p)[2] << 8 | (*p)[3]));
    }
    return count;
  };
  std::int64_t now = 1600;
  std::uint16_t sequence = 1;
  for (; sequence <= 5; ++sequence, now += 160) say(Side::kAgent, sequence, 0, 0xff, now);
  EXPECT_EQ(collect(), 5);
  bridge_.play(PlayMode::kWarn, std::make_shared<const std::vector<std::int16_t>>(1600, std::int16_t{9000}), now);
  int finished = 0;
  for (int i = 0; i < 10; ++i, ++sequence, now += 160) {
    say(Side::kAgent, sequence, 0, 0xff, now);
    finished += bridge_.tick(now) ? 1 : 0;
    EXPECT_EQ(collect(), 1) << i;
  }
  EXPECT_EQ(finished, 1);
  for (int i = 0; i < 5; ++i, ++sequence, now += 160) say(Side::kAgent, sequence, 0, 0xff, now);
  EXPECT_EQ(collect(), 5);
  for (std::size_t i = 1; i < sequences.size(); ++i) EXPECT_EQ(static_cast<std::uint16_t>(sequences[i] - sequences[i - 1]), 1);
}

TEST_F(BridgeTest, RecordsReorderedPacketsInOrderAndTheAgentNoMoreAfterRelease) {
  std::int64_t now = 8000;
  bridge_.tick(now);
  bridge_.start_recording(now);
  for (const int i : {1, 2, 4, 3, 6}) say(Side::kCaller, static_cast<std::uint16_t>(i), 0, static_cast<std::uint8_t>(0x80 + i), now + (i - 1) * 160);
  bridge_.play(PlayMode::kAnnounce, std::make_shared<const std::vector<std::int16_t>>(160, std::int16_t{1}), now);
  bridge_.finish(now + 6 * 160);
  ASSERT_EQ(ring_.front()->kind, TapBlock::Kind::kBegin);
  ring_.pop();
  std::vector<std::int16_t> caller;
  for (const TapBlock* b = ring_.front(); b->kind == TapBlock::Kind::kAudio; ring_.pop(), b = ring_.front()) {
    EXPECT_FALSE(b->agent_present);
    caller.insert(caller.end(), b->caller.begin(), b->caller.begin() + b->count);
  }
  ASSERT_EQ(caller.size(), 6u * 160);
  const auto frame = [&](int i) { return caller[static_cast<std::size_t>(i * 160 + 80)]; };
  std::int16_t expected = 0;
  for (const int i : {0, 1, 2, 3, 5}) {
    const std::uint8_t octet = static_cast<std::uint8_t>(0x81 + i);
    decode(Codec::kPcmu, std::span(&octet, 1), std::span(&expected, 1));
    EXPECT_EQ(frame(i), expected) << i;
  }
  EXPECT_EQ(frame(4), 0);  // lost
}

}  // namespace
}  // namespace mamori::telephony
