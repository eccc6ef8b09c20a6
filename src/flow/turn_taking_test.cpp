#include "flow/turn_taking.h"

#include <gtest/gtest.h>

namespace mamori::flow {
namespace {

using contact::Speaker;
constexpr std::uint32_t kAll = (1U << 25) - 1;

TEST(TurnTaking, AFairExchangeHasNoInterruption) {
  TurnTaking turns;
  for (int i = 1; i <= 6; ++i) turns.heard(Speaker::kAgent, i * 0.5, kAll);
  for (int i = 8; i <= 14; ++i) turns.heard(Speaker::kCustomer, i * 0.5, kAll);
  const auto look = turns.look(7);
  EXPECT_EQ(look.interruptions, 0);
  EXPECT_NEAR(look.overlap, 0, 1e-9);
  EXPECT_NEAR(look.silence, 0.5, 1e-9);
}

TEST(TurnTaking, BreakingInAndGoingOnCountsOnce) {
  TurnTaking turns;
  for (int i = 1; i <= 8; ++i) turns.heard(Speaker::kAgent, i * 0.5, kAll);
  for (int i = 5; i <= 12; ++i) turns.heard(Speaker::kCustomer, i * 0.5, kAll);
  const auto look = turns.look(6);
  EXPECT_EQ(look.interruptions, 1);
  EXPECT_NEAR(look.overlap, 2, 1e-9);
}

TEST(TurnTaking, AShortHaiIsNoInterruption) {
  TurnTaking turns;
  for (int i = 1; i <= 8; ++i) turns.heard(Speaker::kAgent, i * 0.5, kAll);
  turns.heard(Speaker::kCustomer, 2, 0x3FF);  // 0.2 s
  EXPECT_EQ(turns.look(4).interruptions, 0);
}

TEST(TurnTaking, BeginningTogetherIsNobodysInterruption) {
  TurnTaking turns;
  for (int i = 4; i <= 8; ++i) {
    turns.heard(Speaker::kAgent, i * 0.5, kAll);
    turns.heard(Speaker::kCustomer, i * 0.5, kAll);
  }
  EXPECT_EQ(turns.look(4).interruptions, 0);
}

TEST(TurnTaking, WhatALegReportsLateStillCounts) {
  TurnTaking turns;
  for (int i = 5; i <= 8; ++i) turns.heard(Speaker::kCustomer, i * 0.5, kAll);
  EXPECT_EQ(turns.look(4).interruptions, 0);
  for (int i = 1; i <= 8; ++i) turns.heard(Speaker::kAgent, i * 0.5, kAll);
  EXPECT_EQ(turns.look(4).interruptions, 1);
}

}  // namespace
}  // namespace mamori::flow
