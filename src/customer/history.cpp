#include "customer/history.h"

#include <algorithm>

namespace mamori::customer {

using base::UnixMillis;

namespace {

constexpr int kDays = 7;

void add(Span& span, contact::Medium medium, double minutes) {
  for (auto* tally : {&span.all, &span.by_medium[medium]}) {
    ++tally->contacts;
    tally->minutes += minutes;
  }
}

}  // namespace

double minutes_of(const store::ContactRow& row, UnixMillis now) {
  if (row.answered_at == 0) return 0;
  const auto end = row.ended_at != 0 ? row.ended_at : now;
  return static_cast<double>(std::max<UnixMillis>(0, end - row.answered_at)) / 60'000.0;
}

UnixMillis first_moment(UnixMillis now, const Calendar& calendar) { return calendar.midnight(now, calendar.weekday(now) + kDays * (kWeeks - 1)); }

History history(const store::Customer& customer, const std::string& asked_about, UnixMillis now, const Calendar& calendar) {
  History out;
  // By the calendar, not by multiples of 24 hours: a day may have 23 or 25.
  const int since_monday = calendar.weekday(now);
  for (int week = kWeeks - 1; week >= 0; --week) out.weeks.push_back({calendar.midnight(now, since_monday + kDays * week), {}, {}});
  for (std::size_t i = customer.contacts.size(); i-- > 0;) {  // they are newest first
    const auto& row = customer.contacts[i];
    const auto week = std::ranges::find_if(out.weeks.rbegin(), out.weeks.rend(), [&](const auto& w) { return w.from <= row.started_at; });
    if (week == out.weeks.rend()) continue;
    const double minutes = minutes_of(row, now);
    add(*week, row.medium, minutes);
    const auto day = calendar.midnight(row.started_at, 0);
    if (out.days.empty() || out.days.back().from != day) out.days.push_back({day, {}, {}});
    add(out.days.back(), row.medium, minutes);
    ++out.in_all.contacts;
    out.in_all.minutes += minutes;
    if (row.id == asked_about || i >= customer.answers.size()) continue;
    out.before.refusals += customer.answers[i].refusals;
    out.before.final_answers += customer.answers[i].final_answers;
  }
  return out;
}

}  // namespace mamori::customer
