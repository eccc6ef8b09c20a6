#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "base/ids.h"
#include "net/http.h"
#include "net/server.h"
#include "net/static_files.h"

namespace mamori::net {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

TEST(Router, MatchesSegmentsAndNamesOtherMethods) {
  Router router;
  router.add("GET", "/api/v1/contacts", [](const Request&) { return Response{}; });
  router.add("GET", "/api/v1/contacts/{id}", [](const Request&) { return Response{}; });
  router.add("POST", "/api/v1/contacts/{id}/actions", [](const Request&) { return Response{}; });
  EXPECT_NE(router.match("GET", "/api/v1/contacts").handler, nullptr);
  const auto one = router.match("GET", "/api/v1/contacts/abc");
  ASSERT_NE(one.handler, nullptr);
  EXPECT_EQ(one.params.at("id"), "abc");
  EXPECT_EQ(router.match("GET", "/api/v1/contacts/").handler, nullptr);
  EXPECT_EQ(router.match("GET", "/api/v1/contacts/a/b").handler, nullptr);
  const auto other = router.match("DELETE", "/api/v1/contacts/abc/actions");
  EXPECT_EQ(other.handler, nullptr);
  EXPECT_EQ(other.allow, "POST");
}

TEST(Http, DecodesAndFindsCookies) {
  EXPECT_EQ(percent_decode("a%20b"), "a b");
  EXPECT_EQ(percent_decode("%zz"), std::nullopt);
  EXPECT_EQ(percent_decode("%4"), std::nullopt);
  Request request;
  request.headers["cookie"] = "a=1; mamori_session=xyz; b=2";
  EXPECT_EQ(request.cookie("mamori_session"), "xyz");
  EXPECT_EQ(request.cookie("session"), "");
  request.query = "limit=5&name=%E6%9D%B1";
  EXPECT_EQ(request.query_value("name"), "東");
}

TEST(Range, FollowsRfc9110) {
  EXPECT_EQ(parse_range("bytes=0-9", 100)->last, 9u);
  EXPECT_EQ(parse_range("bytes=90-", 100)->last, 99u);
  EXPECT_EQ(parse_range("bytes=-5", 100)->first, 95u);
  EXPECT_EQ(parse_range("bytes=0-999", 100)->last, 99u);
  EXPECT_FALSE(parse_range("bytes=100-", 100));
  EXPECT_FALSE(parse_range("bytes=5-1", 100));
  EXPECT_FALSE(parse_range("bytes=0-1,3-4", 100));
  EXPECT_FALSE(parse_range("bytes=a-b", 100));
  EXPECT_FALSE(parse_range("bytes=99999999999999999999-", 100));
}

class ServerTest : public testing::Test {
 protected:
  void SetUp() override {
    root_ = fs::temp_directory_path() / ("mamori-net-" + base::random_hex(6));
    fs::create_directories(root_ / "assets");
    std::ofstream(root_ / "index.html") << "<html>守り</html>";
    std::ofstream(root_ / "assets" / "a.js") << "0123456789";
    std::ofstream(root_.string() + "-secret") << "secret";
    Router router;
    router.add("POST", "/api/v1/echo", [](const Request& r) { return Response{.body = r.body}; });
    router.add("GET", "/api/v1/throw", [](const Request&) -> Response { throw std::runtime_error("x"); });
    Server::LiveFeed feed{"/api/v1/live", [](const Request& r) { return r.cookie("ok") == "1" ? std::string("admin") : std::string(); },
                          [](const std::string&) { return std::string("{\"type\":\"snapshot\"}"); }};
    auto server = Server::start({.port = 0, .static_dir = root_.string()}, std::move(router), std::move(feed));
    ASSERT_TRUE(server) << server.error().message;
    server_ = std::move(*server);
  }
  void TearDown() override {
    server_.reset();
    fs::remove_all(root_);
    fs::remove(root_.string() + "-secret");
  }
  std::string send(const std::string& bytes, int stop_after = -1) {
    const int fd = socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(server_->port());
    inet_pton(AF_INET, "127.0.0.1", &address.sin_addr);
    EXPECT_EQ(connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    const timeval limit{5, 0};
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    EXPECT_EQ(write(fd, bytes.data(), bytes.size()), static_cast<ssize_t>(bytes.size()));
    std::string out;
    char buffer[65536];
    ssize_t n = 0;
    while ((n = read(fd, buffer, sizeof buffer)) > 0) {
      out.append(buffer, static_cast<std::size_t>(n));
      if (stop_after > 0 && static_cast<int>(out.size()) >= stop_after) break;
    }
    if (stop_after > 0)
      held_ = fd;
    else
      close(fd);
    return out;
  }
  std::string get(const std::string& path, const std::string& headers = "") {
    return send("GET " + path + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n" + headers + "\r\n");
  }
  fs::path root_;
  std::unique_ptr<Server> server_;
  int held_ = -1;
};

TEST_F(ServerTest, ServesPagesWithHardHeadersAndNothingElse) {
  const auto page = get("/contacts/123");
  EXPECT_THAT(page, HasSubstr("200 OK"));
  EXPECT_THAT(page, HasSubstr("守り"));
  EXPECT_THAT(page, HasSubstr("Content-Security-Policy: default-src 'self'"));
  EXPECT_THAT(page, HasSubstr("X-Content-Type-Options: nosniff"));
  EXPECT_THAT(get("/../" + root_.filename().string() + "-secret"), HasSubstr("404"));
  EXPECT_THAT(get("/%2e%2e/" + root_.filename().string() + "-secret"), HasSubstr("404"));
  EXPECT_THAT(get("/nothing.js"), HasSubstr("404"));
  EXPECT_THAT(get("/assets/a.js", "Range: bytes=2-4\r\n"), testing::AllOf(HasSubstr("206"), HasSubstr("bytes 2-4/10"), HasSubstr("\r\n\r\n234")));
  EXPECT_THAT(get("/assets/a.js", "Range: bytes=20-\r\n"), HasSubstr("416"));
}

TEST_F(ServerTest, ApiErrorsAreProblems) {
  EXPECT_THAT(get("/api/v1/nothing"), testing::AllOf(HasSubstr("404"), HasSubstr("application/problem+json")));
  EXPECT_THAT(get("/api/v1/echo"), testing::AllOf(HasSubstr("405"), HasSubstr("Allow: POST")));
  EXPECT_THAT(get("/api/v1/throw"), HasSubstr("500"));
  EXPECT_THAT(send("POST /api/v1/echo HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 3\r\n\r\nabc"), HasSubstr("\r\n\r\nabc"));
  EXPECT_THAT(send("POST /api/v1/echo HTTP/1.1\r\nHost: x\r\nContent-Length: 9999999\r\n\r\n"), HasSubstr("413"));
  EXPECT_THAT(send("GET / HTTP/1.1\r\nHost: x\r\nX: " + std::string(20000, 'a') + "\r\n\r\n"), HasSubstr("431"));
}

TEST_F(ServerTest, LiveFeedAsksWhoAndSendsSnapshotAndChanges) {
  const std::string upgrade =
      "GET /api/v1/live HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
      "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
  EXPECT_THAT(send(upgrade + "Connection: close\r\n\r\n", 12), HasSubstr("401"));
  close(held_);
  EXPECT_THAT(send(upgrade + "Cookie: ok=1\r\nOrigin: http://evil.example\r\n\r\n", 12), HasSubstr("403"));
  close(held_);
  const auto accepted = send(upgrade + "Cookie: ok=1\r\nOrigin: http://x\r\n\r\n", 130);
  EXPECT_THAT(accepted, HasSubstr("101"));
  for (int i = 0; i < 500 && server_->listeners() == 0; ++i) usleep(10'000);
  ASSERT_EQ(server_->listeners(), 1u);
  server_->broadcast("{\"type\":\"change\"}");
  std::string text = accepted;
  char buffer[4096];
  // A change may come before the snapshot that already holds it: listening begins first, so that nothing is missed.
  while (text.find("change") == std::string::npos || text.find("snapshot") == std::string::npos) {
    const ssize_t n = read(held_, buffer, sizeof buffer);
    if (n <= 0) break;
    text.append(buffer, static_cast<std::size_t>(n));
  }
  EXPECT_THAT(text, HasSubstr("snapshot"));
  EXPECT_THAT(text, HasSubstr("change"));
  close(held_);
}

TEST_F(ServerTest, ATakenPortIsSaidPlainly) {
  const auto second = Server::start({.port = server_->port()}, {}, {});
  ASSERT_FALSE(second);
  EXPECT_THAT(second.error().message, HasSubstr(std::to_string(server_->port())));
  EXPECT_THAT(second.error().message, HasSubstr("taken"));
}

}  // namespace
}  // namespace mamori::net
