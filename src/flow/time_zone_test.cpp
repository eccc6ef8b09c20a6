#include "flow/time_zone.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <ctime>

namespace mamori::flow {
namespace {

constexpr base::UnixMillis kHour = 3'600'000;
constexpr base::UnixMillis kApril1 = 1'775'001'600'000;  // 2026-04-01T00:00:00Z, a Wednesday

TEST(TimeZone, IsTheOrganisationsWhateverTheServersClockIsSetTo) {
  const auto* before = std::getenv("TZ");
  const std::string kept = before != nullptr ? before : "";
  for (const auto* server : {"UTC", "America/New_York", "Asia/Tokyo"}) {
    setenv("TZ", server, 1);
    tzset();
    const auto tokyo = TimeZone::named("Asia/Tokyo");
    ASSERT_TRUE(tokyo) << tokyo.error().message;
    EXPECT_EQ(tokyo->name(), "Asia/Tokyo");
    const auto morning = tokyo->local_time(kApril1 + kHour / 2);
    EXPECT_EQ(morning.minute, 9 * 60 + 30);
    EXPECT_EQ(morning.weekday, 2) << "Wednesday";
    EXPECT_EQ(tokyo->local_time(kApril1 + 15 * kHour).minute, 0);
    EXPECT_EQ(tokyo->local_time(kApril1 + 15 * kHour).weekday, 3) << "already the next day";
    EXPECT_EQ(tokyo->midnight(kApril1, 0), kApril1 - 9 * kHour);
    EXPECT_EQ(tokyo->midnight(kApril1, 7), kApril1 - 9 * kHour - 7 * 24 * kHour);
    EXPECT_EQ(*tokyo->midnight_of("2026-04-01"), kApril1 - 9 * kHour);
    EXPECT_EQ(*TimeZone().midnight_of("2026-04-01"), kApril1);
  }
  if (before != nullptr)
    setenv("TZ", kept.c_str(), 1);
  else
    unsetenv("TZ");
  tzset();
}

TEST(TimeZone, KnowsWhenTheClockIsPutForwardAndBack) {
  const auto berlin = *TimeZone::named("Europe/Berlin");
  EXPECT_EQ(*berlin.midnight_of("2026-03-30") - *berlin.midnight_of("2026-03-29"), 23 * kHour);
  EXPECT_EQ(*berlin.midnight_of("2026-10-26") - *berlin.midnight_of("2026-10-25"), 25 * kHour);
  EXPECT_EQ(berlin.midnight(*berlin.midnight_of("2026-03-29") + 12 * kHour, -1), *berlin.midnight_of("2026-03-30"));
  // Where the clock is put forward at midnight, the day begins at one.
  const auto santiago = *TimeZone::named("America/Santiago");
  const auto begin = *santiago.midnight_of("2026-09-06");
  EXPECT_EQ(santiago.local_time(begin).minute, 60);
  EXPECT_EQ(santiago.local_time(begin - 1).minute, 1439);
}

TEST(TimeZone, WhatIsNoneIsRefused) {
  for (const auto* wrong : {"", "Asia/Edo", "JST-9", "GMT+9", "東京", "Etc/Unknown"}) EXPECT_FALSE(TimeZone::named(wrong)) << wrong;
  for (const auto* wrong : {"", "2026-11", "2026-13-01", "2026-02-29", "24.11.2026", "2026-11-24x", "yesterday!", "2026-+1-01", "2026-1 -01"}) EXPECT_FALSE(TimeZone().midnight_of(wrong)) << wrong;
  EXPECT_EQ(TimeZone().local_time(-1).minute, 1439) << "before 1970";
  EXPECT_EQ(TimeZone().local_time(-1).weekday, 2);
}

}  // namespace
}  // namespace mamori::flow
