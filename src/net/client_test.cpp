#include "net/client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>

#include "base/ids.h"
#include "net/server.h"
#include "net/test_support.h"

namespace mamori::net {
namespace {

namespace fs = std::filesystem;
using base::ErrorCode;
using test::Connection;
using test::LoopbackServer;
using testing::HasSubstr;
using namespace std::chrono_literals;

double seconds_of(const std::function<void()>& work) {
  const auto start = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

TEST(Url, IsReadOrRefusedWithTheReason) {
  const auto url = parse_url("https://Example.jp/v1?x=1");
  ASSERT_TRUE(url);
  EXPECT_TRUE(url->tls);
  EXPECT_EQ(url->host, "Example.jp");
  EXPECT_EQ(url->port, "443");
  EXPECT_EQ(url->target, "/v1?x=1");
  EXPECT_EQ(url->authority(), "Example.jp");
  EXPECT_EQ(parse_url("ws://[::1]:2700")->authority(), "[::1]:2700");
  EXPECT_EQ(parse_url("http://a?b")->target, "/?b");
  EXPECT_FALSE(parse_url("ws://a")->tls);
  EXPECT_TRUE(parse_url("wss://a")->tls);
  for (const char* bad : {"", "file:///etc/passwd", "http://", "http://a:0", "http://a:99999", "http://a:", "http://u:p@a/", "http://a b/", "http://a/\r\nX: y", "http://[::1", "http://[x]/", "http://[::1]x", "http://a/#b", "gopher://a", "http://あ"})
    EXPECT_FALSE(parse_url(bad)) << bad;
  EXPECT_FALSE(parse_url("http://a/" + std::string(2000, 'a')));
}

TEST(Client, AnyAnswerIsAResult) {
  LoopbackServer server([](Connection& c) {
    const auto request = c.read_request();
    EXPECT_THAT(request, testing::AllOf(HasSubstr("POST /v1/x?y HTTP/1.1\r\n"), HasSubstr("Authorization: Bearer k\r\n"), HasSubstr("\r\n\r\nbody")));
    c.answer(418, "tea", "X-Kind: Green\r\n");
  });
  const auto response = fetch(*parse_url(server.address() + "/v1/x?y"), {"POST", {{"Authorization", "Bearer k"}}, "body"}, {.timeout = 2s});
  ASSERT_TRUE(response) << response.error().message;
  EXPECT_EQ(response->status, 418);
  EXPECT_EQ(response->body, "tea");
  EXPECT_EQ(response->header("x-kind"), "Green");
}

TEST(Client, IsOverByItsDeadlineWhateverTheServerDoes) {
  LoopbackServer silent([](Connection& c) { (void)c.read_request(); (void)c.read_request(); });
  LoopbackServer dripping([&](Connection& c) {
    (void)c.read_request();
    c.write("HTTP/1.1 200 x\r\nContent-Length: 1000\r\n\r\n");
    for (int i = 0; i < 40; ++i) {
      c.write("x");
      std::this_thread::sleep_for(50ms);
    }
  });
  for (const auto& address : {silent.address(), dripping.address()}) {
    EXPECT_LT(seconds_of([&] {
      const auto response = fetch(*parse_url(address), {}, {.timeout = 400ms});
      ASSERT_FALSE(response);
      EXPECT_EQ(response.error().code, ErrorCode::kUnavailable);
      EXPECT_THAT(response.error().message, HasSubstr("in time"));
    }),
              1.5);
  }
}

TEST(Client, KeepsNoMoreThanItWasAllowedTo) {
  LoopbackServer server([](Connection& c) {
    (void)c.read_request();
    c.write("HTTP/1.1 200 x\r\nTransfer-Encoding: chunked\r\n\r\n");
    for (int i = 0; i < 100; ++i) c.write("10000\r\n" + std::string(0x10000, 'x') + "\r\n");
  });
  const auto response = fetch(*parse_url(server.address()), {}, {.timeout = 5s, .max_body = 100'000});
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().code, ErrorCode::kResourceExhausted);
  LoopbackServer heady([](Connection& c) {
    (void)c.read_request();
    c.write("HTTP/1.1 200 x\r\nX: " + std::string(100'000, 'x') + "\r\n\r\n");
  });
  EXPECT_FALSE(fetch(*parse_url(heady.address()), {}, {.timeout = 5s}));
}

TEST(Client, ABrokenAnswerIsAnError) {
  for (const char* bad : {"", "garbage\r\n\r\n", "HTTP/1.1 200 x\r\nContent-Length: 10\r\n\r\nshort", "HTTP/1.1 200 x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nx", "HTTP/1.1 200 x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"}) {
    LoopbackServer server([bad](Connection& c) {
      (void)c.read_request();
      c.write(bad);
    });
    EXPECT_FALSE(fetch(*parse_url(server.address()), {}, {.timeout = 2s})) << bad;
  }
  EXPECT_THAT(fetch(*parse_url("http://127.0.0.1:1/"), {}, {.timeout = 2s}).error().message, HasSubstr("127.0.0.1:1"));
}

TEST(Client, ADownloadComesInPiecesAndMayBeStopped) {
  LoopbackServer server([](Connection& c) {
    (void)c.read_request();
    c.answer(200, std::string(300'000, 'x'));
  });
  std::size_t got = 0;
  const auto keep = [](const ClientResponse&) -> base::Result<> { return {}; };
  ASSERT_TRUE(download(*parse_url(server.address()), {}, {.timeout = 2s, .idle = 2s}, keep, [&](std::string_view p) -> base::Result<> {
    got += p.size();
    EXPECT_LE(p.size(), 65536U);
    return {};
  }));
  EXPECT_EQ(got, 300'000U);
  const auto stopped = download(*parse_url(server.address()), {}, {.timeout = 2s, .idle = 2s}, keep, [](std::string_view) -> base::Result<> { return base::fail(ErrorCode::kConflict, "enough"); });
  ASSERT_FALSE(stopped);
  EXPECT_EQ(stopped.error().message, "enough");
}

TEST(WebSocketClientTest, SaysAndHears) {
  LoopbackServer server([](Connection& c) {
    std::string request;
    ASSERT_TRUE(c.accept_websocket(&request));
    EXPECT_THAT(request, HasSubstr("Authorization: Bearer k"));
    std::string message;
    int opcode = 0;
    while (c.read_message(message, opcode) && opcode != 8) c.send_text((opcode == 1 ? "text " : "bytes ") + std::to_string(message.size()));
  });
  auto socket = WebSocketClient::connect(*parse_url(server.address("ws")), {{"Authorization", "Bearer k"}}, {.timeout = 2s});
  ASSERT_TRUE(socket) << socket.error().message;
  ASSERT_TRUE((*socket)->send_text("{}", 1s));
  EXPECT_EQ((*socket)->receive(1s).value_or("nothing"), "text 2");
  ASSERT_TRUE((*socket)->send_binary(std::string(70'000, '\0'), 1s));
  EXPECT_EQ((*socket)->receive(1s).value_or("nothing"), "bytes 70000");
  EXPECT_LT(seconds_of([&] { EXPECT_FALSE((*socket)->receive(200ms)); }), 1.0);
  EXPECT_FALSE((*socket)->send_text("x", 1s)) << "after an error it is of no more use";
}

TEST(WebSocketClientTest, WhatIsNoWebSocketOrTooLongIsRefused) {
  LoopbackServer plain([](Connection& c) {
    (void)c.read_request();
    c.answer(200, "hello");
  });
  EXPECT_FALSE(WebSocketClient::connect(*parse_url(plain.address("ws")), {}, {.timeout = 2s}));
  LoopbackServer long_winded([](Connection& c) {
    if (!c.accept_websocket()) return;
    c.send_text(std::string(5000, 'x'));
    std::string message;
    int opcode = 0;
    while (c.read_message(message, opcode) && opcode != 8) {
    }
  });
  auto socket = WebSocketClient::connect(*parse_url(long_winded.address("ws")), {}, {.timeout = 2s, .max_body = 1000});
  ASSERT_TRUE(socket);
  const auto got = (*socket)->receive(2s);
  ASSERT_FALSE(got);
  EXPECT_EQ(got.error().code, ErrorCode::kResourceExhausted);
}

// A certificate for 127.0.0.1, trusted only by those who are given it.
class Tls : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::temp_directory_path() / ("mamori-tls-" + base::random_hex(6));
    fs::create_directories(folder_);
    const auto at = folder_.string();
    const auto command = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=test -addext subjectAltName=IP:127.0.0.1 -keyout " + at + "/key.pem -out " + at + "/cert.pem 2>/dev/null";
    ASSERT_EQ(system(command.c_str()), 0) << "the openssl program makes the certificate";
    Router router;
    router.add("GET", "/api/v1/hello", [](const Request&) { return Response{.body = "\"hello\""}; });
    auto server = Server::start({.port = 0, .certificate = at + "/cert.pem", .private_key = at + "/key.pem"}, std::move(router),
                                {"/api/v1/live", [](const Request&) { return std::string("admin"); }, [](const std::string&) { return std::string("snapshot"); }});
    ASSERT_TRUE(server) << server.error().message;
    server_ = std::move(*server);
  }
  void TearDown() override {
    server_.reset();
    fs::remove_all(folder_);
  }
  fs::path folder_;
  std::unique_ptr<Server> server_;
};

TEST_F(Tls, OnlyATrustedCertificateForThatNameWillDo) {
  const auto port = std::to_string(server_->port());
  const auto url = *parse_url("https://127.0.0.1:" + port + "/api/v1/hello");
  const auto good = fetch(url, {}, {.ca_file = folder_ / "cert.pem", .timeout = 5s});
  ASSERT_TRUE(good) << good.error().message;
  EXPECT_EQ(good->body, "\"hello\"");
  const auto unknown = fetch(url, {}, {.timeout = 5s});
  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.error().code, ErrorCode::kPermissionDenied);
  const auto other_name = fetch(*parse_url("https://localhost:" + port + "/api/v1/hello"), {}, {.ca_file = folder_ / "cert.pem", .timeout = 5s});
  ASSERT_FALSE(other_name);
  EXPECT_FALSE(fetch(url, {}, {.ca_file = "/nowhere.pem", .timeout = 5s}));
}

TEST_F(Tls, AWebSocketToo) {
  const auto url = *parse_url("wss://127.0.0.1:" + std::to_string(server_->port()) + "/api/v1/live");
  auto socket = WebSocketClient::connect(url, {}, {.ca_file = folder_ / "cert.pem", .timeout = 5s});
  ASSERT_TRUE(socket) << socket.error().message;
  EXPECT_EQ((*socket)->receive(2s).value_or("nothing"), "snapshot");
  EXPECT_FALSE(WebSocketClient::connect(url, {}, {.timeout = 5s})) << "a certificate nobody trusts";
}

}  // namespace
}  // namespace mamori::net
