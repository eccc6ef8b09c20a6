#include "telephony/number.h"

#include <gtest/gtest.h>

namespace mamori::telephony {
namespace {

TEST(Number, OneFormForEveryWayOfWriting) {
  for (const auto* text : {"0312345678", "+81312345678", "+81 3-1234-5678", "tel:+81-3-1234-5678", "sip:0312345678@carrier",
                           "sip:+81312345678;phone-context=x@carrier:5060", "(03)1234-5678", "+81(0)312345678"}) {
    EXPECT_EQ(normalise_number(text), "0312345678") << text;
  }
  EXPECT_EQ(normalise_number("+1 415 555 0100"), "+14155550100");
  EXPECT_EQ(normalise_number("sip:Anonymous@anonymous.invalid"), "anonymous");
  EXPECT_EQ(normalise_number("a\nb"), "ab");
  EXPECT_EQ(normalise_number(""), "");
  EXPECT_EQ(normalise_number(std::string(500, '9')).size(), 64u);
}

TEST(Routes, TheLongestMatchWins) {
  const std::vector<Route> routes = {{"", "sip:{user}@192.0.2.1"}, {"03", "sip:desk@192.0.2.2"}, {"0312", "sip:city@192.0.2.3"}};
  EXPECT_EQ(find_target(routes, "0312345678").value(), "sip:city@192.0.2.3");
  EXPECT_EQ(find_target(routes, "0399").value(), "sip:desk@192.0.2.2");
  EXPECT_EQ(find_target(routes, "9").value(), "sip:9@192.0.2.1");
  EXPECT_FALSE(find_target({{"1", "sip:a@192.0.2.1"}}, "2"));
  EXPECT_EQ(find_target({{"*", "sip:any@192.0.2.1"}, {"1", "sip:one@192.0.2.1"}}, "12").value(), "sip:one@192.0.2.1");
  EXPECT_EQ(find_target({{"*", "sip:any@192.0.2.1"}, {"1", "sip:one@192.0.2.1"}}, "2").value(), "sip:any@192.0.2.1");
}

TEST(Routes, NamesThatNeedResolvingAreRefused) {
  EXPECT_TRUE(check_routes({{"", "sip:a@192.0.2.1:5070;transport=tcp"}, {"1", "sip:localhost:5080"}}));
  EXPECT_FALSE(check_routes({{"", "sip:a@pbx.example"}}));
  EXPECT_FALSE(check_routes({{"", "mailto:a@192.0.2.1"}}));
}

TEST(Peers, AddressesAndBlocks) {
  const std::vector<std::string> peers = {"192.0.2.0/24", "198.51.100.7"};
  EXPECT_TRUE(check_peers(peers));
  EXPECT_TRUE(peer_allowed(peers, "192.0.2.200"));
  EXPECT_TRUE(peer_allowed(peers, "198.51.100.7"));
  EXPECT_FALSE(peer_allowed(peers, "198.51.100.8"));
  EXPECT_FALSE(peer_allowed(peers, "nonsense"));
  EXPECT_TRUE(peer_allowed({}, "203.0.113.1"));
  EXPECT_FALSE(check_peers({"192.0.2.0/33"}));
}

}  // namespace
}  // namespace mamori::telephony
