#include "customer/history.h"

#include <gtest/gtest.h>

namespace mamori::customer {
namespace {

using base::UnixMillis;
using contact::Medium;

constexpr UnixMillis kHour = 3'600'000;
constexpr UnixMillis kDay = 24 * kHour;
// Days without a time zone; day 0 was a Thursday.
const Calendar kPlain{[](UnixMillis at, int days) { return (at / kDay - days) * kDay; }, [](UnixMillis at) { return static_cast<int>((at / kDay + 3) % 7); }};
constexpr UnixMillis kWednesday = 20'005 * kDay + 15 * kHour;

store::ContactRow row(const std::string& id, Medium medium, UnixMillis at, int minutes) {
  store::ContactRow r;
  r.id = id;
  r.medium = medium;
  r.started_at = at;
  if (minutes > 0) {
    r.answered_at = at;
    r.ended_at = at + minutes * 60'000LL;
  }
  return r;
}

TEST(History, CountsByDayByWeekAndByChannel) {
  ASSERT_EQ(kPlain.weekday(kWednesday), 2);
  store::Customer c;
  c.contacts = {row("today2", Medium::kPhone, kWednesday - kHour, 20), row("today1", Medium::kMail, kWednesday - 2 * kHour, 0), row("monday", Medium::kPhone, kWednesday - 2 * kDay, 10), row("sunday", Medium::kPhone, kWednesday - 3 * kDay, 5), row("first", Medium::kPhone, first_moment(kWednesday, kPlain), 1), row("before", Medium::kPhone, first_moment(kWednesday, kPlain) - 1, 60)};
  c.answers = {{5, 5}, {0, 0}, {2, 1}, {1, 0}, {0, 0}, {9, 9}};
  const auto h = history(c, "today2", kWednesday, kPlain);
  ASSERT_EQ(h.weeks.size(), 8U);
  EXPECT_EQ(h.weeks[7].all.contacts, 3);
  EXPECT_DOUBLE_EQ(h.weeks[7].all.minutes, 30);
  EXPECT_EQ(h.weeks[7].by_medium.at(Medium::kPhone).contacts, 2);
  EXPECT_EQ(h.weeks[7].by_medium.at(Medium::kMail).contacts, 1);
  EXPECT_EQ(h.weeks[6].all.contacts, 1) << "a week begins on Monday";
  EXPECT_EQ(h.weeks[0].all.contacts, 1);
  ASSERT_EQ(h.days.size(), 4U);
  EXPECT_EQ(h.days.back().all.contacts, 2);
  EXPECT_EQ(h.in_all.contacts, 5) << "what is older is not counted";
  EXPECT_DOUBLE_EQ(h.in_all.minutes, 36);
  EXPECT_EQ(h.before.refusals, 3) << "of the others";
  EXPECT_EQ(h.before.final_answers, 1);
}

TEST(History, ACallThatGoesOnCountsUpToNow) {
  auto r = row("x", Medium::kPhone, kWednesday - 30 * 60'000, 1);
  r.ended_at = 0;
  EXPECT_DOUBLE_EQ(minutes_of(r, kWednesday), 30);
  r.answered_at = 0;
  EXPECT_DOUBLE_EQ(minutes_of(r, kWednesday), 0) << "nobody answered";
}

}  // namespace
}  // namespace mamori::customer
