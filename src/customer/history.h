// How often and how long one customer has been in touch, by day, by week and by channel. Pure, thread-safe: facts from rows that
// somebody else read (store::Customer), for people to look at. The judge's count is store::Matter.
#pragma once

#include <functional>
#include <map>
#include <vector>

#include "base/clock.h"
#include "contact/event.h"
#include "store/store.h"

namespace mamori::customer {

inline constexpr int kWeeks = 8;  // this one included

struct Tally {
  int contacts = 0;
  double minutes = 0;  // talked; written contacts have none
};
// One day or week, from its local midnight.
struct Span {
  base::UnixMillis from = 0;
  Tally all;
  std::map<contact::Medium, Tally> by_medium;
};
struct History {
  std::vector<Span> days;   // oldest first, those with a contact
  std::vector<Span> weeks;  // oldest first, all eight; weeks begin on Monday
  Tally in_all;             // of the eight weeks
  store::Answers before;    // in them, but for the contact that was asked about
};

// Minutes talked; of a call that goes on, up to `now`.
double minutes_of(const store::ContactRow& row, base::UnixMillis now);

// Local midnight of the day that is so many days before the day of `at`; and the day of the week of `at`, 0 = Monday.
struct Calendar {
  std::function<base::UnixMillis(base::UnixMillis at, int days_before)> midnight;
  std::function<int(base::UnixMillis at)> weekday;
};

// The first moment of the eight weeks.
base::UnixMillis first_moment(base::UnixMillis now, const Calendar& calendar);

History history(const store::Customer& customer, const std::string& asked_about, base::UnixMillis now, const Calendar& calendar);

}  // namespace mamori::customer
