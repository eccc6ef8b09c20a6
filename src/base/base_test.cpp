#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <set>
#include <thread>
#include <vector>

#include "base/clock.h"
#include "base/ids.h"
#include "base/json.h"
#include "base/result.h"
#include "base/worker.h"

namespace mamori::base {
namespace {

TEST(Ids, AreUniqueWellFormedAndSortByTime) {
  std::set<std::string> seen;
  std::string previous;
  for (int i = 0; i < 1000; ++i) {
    const auto id = new_id();
    EXPECT_TRUE(is_id(id)) << id;
    EXPECT_EQ(id[14], '7');
    EXPECT_TRUE(seen.insert(id).second);
    EXPECT_GE(id.substr(0, 13), previous);
    previous = id.substr(0, 13);
  }
  EXPECT_FALSE(is_id("not-an-id"));
  EXPECT_FALSE(is_id(std::string(36, 'x')));
  EXPECT_EQ(random_hex(100).size(), 200u);
}

TEST(Json, RefusesWhatItShould) {
  EXPECT_TRUE(parse_json(R"({"a":1})"));
  EXPECT_TRUE(parse_json("{\"a\":1} \n"));
  EXPECT_FALSE(parse_json("{\"a\":1} x"));
  EXPECT_FALSE(parse_json("{\"a\":"));
  EXPECT_FALSE(parse_json(""));
  EXPECT_FALSE(parse_json("\"\xff\xfe\""));
  EXPECT_FALSE(parse_json(std::string(100, '[')));
  EXPECT_FALSE(parse_json("[1,2,3]", 3));
  EXPECT_NE(parse_json("{\"a\":tru}").error().message.find("byte"), std::string::npos);
}

TEST(Json, MembersFallBack) {
  const auto v = parse_json(R"({"s":"x","d":1.5,"i":7,"b":true})");
  ASSERT_TRUE(v);
  const auto& o = v->as_object();
  EXPECT_EQ(get_string(o, "s"), "x");
  EXPECT_EQ(get_string(o, "d", "z"), "z");
  EXPECT_DOUBLE_EQ(get_double(o, "d"), 1.5);
  EXPECT_DOUBLE_EQ(get_double(o, "i"), 7);
  EXPECT_EQ(get_int(o, "i"), 7);
  EXPECT_EQ(get_int(o, "none", -1), -1);
  EXPECT_TRUE(get_bool(o, "b"));
}

TEST(Clock, FormatsRfc3339) {
  EXPECT_EQ(to_rfc3339(0), "1970-01-01T00:00:00.000Z");
  EXPECT_EQ(to_rfc3339(1782259506789), "2026-06-24T00:05:06.789Z");
  EXPECT_EQ(to_rfc3339(-1), "1969-12-31T23:59:59.999Z");
}

TEST(Worker, DoesJobsInOrderAndPassesOverWhatIsTooMuch) {
  std::promise<void> begun;
  std::promise<void> go;
  std::promise<void> finished;
  std::vector<int> done;
  Worker<int> worker(2, [&](int n) {
    if (n == 0) {
      begun.set_value();
      go.get_future().wait();
    }
    done.push_back(n);
    if (n == 2) finished.set_value();
  });
  EXPECT_TRUE(worker.add(0));
  begun.get_future().wait();  // the first runs, so the next two wait
  EXPECT_TRUE(worker.add(1));
  EXPECT_TRUE(worker.add(2));
  EXPECT_FALSE(worker.add(3));
  go.set_value();
  finished.get_future().wait();
  worker.stop();
  EXPECT_EQ(done, (std::vector<int>{0, 1, 2}));
  EXPECT_FALSE(worker.add(4));
}

TEST(Worker, StoppingWaitsForTheJobThatRunsAndDropsTheRest) {
  std::promise<void> begun;
  std::atomic<int> done{0};
  {
    Worker<int>* self = nullptr;
    std::promise<void> known;
    auto ready = known.get_future().share();
    Worker<int> worker(5, [&](int) {
      ready.wait();
      begun.set_value();
      while (!self->stopping()) std::this_thread::yield();
      ++done;
    });
    self = &worker;
    known.set_value();
    EXPECT_TRUE(worker.add(1));
    EXPECT_TRUE(worker.add(2));
    begun.get_future().wait();
  }
  EXPECT_EQ(done, 1);
}

TEST(Error, GathersContextOnTheWayUp) {
  const Error error{ErrorCode::kNotFound, "no such file"};
  EXPECT_EQ(error.with_context("open recording").message, "open recording: no such file");
  EXPECT_EQ(to_string(error.code), "not_found");
}

}  // namespace
}  // namespace mamori::base
