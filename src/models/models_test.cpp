#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <mutex>
#include <sstream>

#include "base/ids.h"
#include "models/command.h"
#include "models/install.h"
#include "net/test_support.h"

namespace mamori::models {
namespace {

namespace fs = std::filesystem;
using base::ErrorCode;
using net::test::Connection;
using net::test::LoopbackServer;
using testing::HasSubstr;

void put(const fs::path& path, const std::string& text) {
  fs::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary) << text;
}
std::string get(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

class Models : public testing::Test {
 protected:
  void SetUp() override {
    root_ = fs::temp_directory_path() / ("mamori-models-" + base::random_hex(6));
    for (std::size_t i = 0; big_.size() < 400'000; ++i) big_ += static_cast<char>((i * 7919) >> 3);
    put(source_ / "encoder.onnx", big_);
    put(source_ / "data/tokens.txt", "は 1\n");
    put(source_ / "LICENSE", "You may.\n\x1b[2J");
    Description d;
    d.folder = source_.string();
    d.name = "tiny-ja";
    d.version = "1";
    d.engine_version = "1.13.8";
    d.kind = "zipformer-ctc";
    d.licence = "Apache-2.0";
    d.licence_file = "LICENSE";
    d.files = {"model=encoder.onnx", "tokens=data/tokens.txt"};
    std::ostringstream out;
    ASSERT_EQ(describe_model(d, out, out), 0) << out.str();
    options_.models_dir = (root_ / "models").string();
    options_.idle = std::chrono::milliseconds(1500);
    options_.timeout = std::chrono::milliseconds(1500);
  }
  void TearDown() override { fs::remove_all(root_); }

  // The source folder over HTTP; `cut` bytes of each body at most, when not 0. Ranges are honoured as RFC 9110 says.
  std::function<void(Connection&)> files(std::size_t cut = 0) {
    return [this, cut](Connection& c) {
      const auto request = c.read_request();
      const auto path = request.substr(request.find(' ') + 2, request.find(' ', request.find(' ') + 1) - request.find(' ') - 2);
      {
        const std::lock_guard lock(mutex_);
        asked_.push_back(path + (request.find("Range: ") == std::string::npos ? "" : " " + request.substr(request.find("Range: ") + 7, request.find("\r\n", request.find("Range: ")) - request.find("Range: ") - 7)));
      }
      if (!fs::is_regular_file(source_ / path)) return c.answer(404, "no");
      auto body = get(source_ / path);
      std::string head = "HTTP/1.1 200 OK\r\n";
      if (const auto at = request.find("Range: bytes="); at != std::string::npos) {
        const auto from = std::stoul(request.substr(at + 13));
        head = "HTTP/1.1 206 Partial\r\nContent-Range: bytes " + std::to_string(from) + "-" + std::to_string(body.size() - 1) + "/" + std::to_string(body.size()) + "\r\n";
        body = body.substr(from);
      }
      head += "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n";
      c.write(head + (cut > 0 ? body.substr(0, cut) : body));
    };
  }
  base::Result<std::string> bring(const std::string& from, bool accept = true) {
    return install(from, options_, [accept](const Manifest&, const std::string&) { return accept; }, {});
  }

  fs::path root_ = fs::temp_directory_path() / ("mamori-models-" + base::random_hex(6));
  fs::path source_ = root_ / "source";
  std::string big_;
  InstallOptions options_;
  std::mutex mutex_;
  std::vector<std::string> asked_;
};

TEST_F(Models, FromAFolderAndFromAnAddress) {
  auto folder = bring(source_.string());
  ASSERT_TRUE(folder) << folder.error().message;
  EXPECT_EQ(get(fs::path(*folder) / "encoder.onnx"), big_);
  auto manifest = read_manifest(*folder);
  ASSERT_TRUE(manifest);
  EXPECT_TRUE(verify(*folder, *manifest));
  EXPECT_EQ(bring(source_.string()).error().code, ErrorCode::kConflict);

  LoopbackServer server(files());
  options_.replace = true;
  ASSERT_TRUE(bring(server.address() + "/model.json"));
  options_.models_dir += "2";
  ASSERT_TRUE(bring(server.address() + "/"));
  EXPECT_EQ(get(fs::path(options_.models_dir) / "tiny-ja/data/tokens.txt"), "は 1\n");
}

TEST_F(Models, ACutConnectionIsContinuedWhereItBroke) {
  {
    LoopbackServer server(files(150'000));
    for (const auto* want : {"150000 of", ""}) {
      auto cut = bring(server.address() + "/model.json");
      ASSERT_FALSE(cut);
      EXPECT_EQ(cut.error().code, ErrorCode::kUnavailable) << cut.error().message << want;
    }
    EXPECT_FALSE(fs::exists(fs::path(options_.models_dir) / "tiny-ja"));
  }
  LoopbackServer server(files());
  auto folder = bring(server.address() + "/model.json");
  ASSERT_TRUE(folder) << folder.error().message;
  EXPECT_EQ(get(fs::path(*folder) / "encoder.onnx"), big_);
  EXPECT_THAT(asked_, testing::Contains("encoder.onnx bytes=150000-"));
  EXPECT_THAT(asked_, testing::Contains("encoder.onnx bytes=300000-"));
}

TEST_F(Models, WhatIsNotWhatWasPromisedIsRefused) {
  LoopbackServer server(files());
  auto other = big_;
  other[200'000] ^= 1;
  put(source_ / "encoder.onnx", other);
  auto wrong = bring(server.address() + "/");
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().code, ErrorCode::kDataLoss);
  EXPECT_THAT(wrong.error().message, testing::AllOf(HasSubstr("encoder.onnx"), HasSubstr("SHA-256")));
  put(source_ / "encoder.onnx", big_ + big_);
  EXPECT_THAT(bring(server.address() + "/").error().message, HasSubstr("longer than the manifest"));
  put(source_ / "encoder.onnx", big_.substr(0, 1000));
  EXPECT_THAT(bring(server.address() + "/").error().message, HasSubstr("cut off at 1000"));
  fs::remove(source_ / "encoder.onnx");
  EXPECT_EQ(bring(server.address() + "/").error().code, ErrorCode::kNotFound);
  put(source_ / "encoder.onnx", big_);
  EXPECT_TRUE(bring(server.address() + "/")) << "and then all is well";
}

TEST_F(Models, TheLicenceComesFirst) {
  LoopbackServer server(files());
  auto refused = bring(server.address() + "/", false);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kPermissionDenied);
  EXPECT_EQ(asked_, (std::vector<std::string>{"model.json", "LICENSE"}));
  std::ostringstream out;
  std::ostringstream err;
  EXPECT_EQ(install_model(source_.string(), options_, false, out, err), 1);
  EXPECT_THAT(out.str(), testing::AllOf(HasSubstr("Apache-2.0"), HasSubstr("You may."), HasSubstr("--accept-licence"), testing::Not(HasSubstr("\x1b"))));
  EXPECT_EQ(install_model(source_.string(), options_, true, out, err), 0) << err.str();
  EXPECT_THAT(out.str(), HasSubstr("encoder.onnx  100 %"));
}

TEST_F(Models, RedirectsAreFollowedButNotForEverNorElsewhere) {
  LoopbackServer server(files());
  LoopbackServer sends([&](Connection& c) {
    const auto request = c.read_request();
    const auto path = request.substr(4, request.find(' ', 4) - 4);
    c.answer(302, "", "Location: " + server.address() + path + "\r\n");
  });
  EXPECT_TRUE(bring(sends.address() + "/model.json"));
  LoopbackServer circle([](Connection& c) {
    (void)c.read_request();
    c.answer(302, "", "Location: /again\r\n");
  });
  EXPECT_THAT(bring(circle.address() + "/").error().message, HasSubstr("redirects"));
  LoopbackServer file([](Connection& c) {
    (void)c.read_request();
    c.answer(302, "", "Location: file:///etc/passwd\r\n");
  });
  EXPECT_FALSE(bring(file.address() + "/"));
}

TEST_F(Models, AServerThatIgnoresOrForgesRangesDoesNoHarm) {
  put(fs::path(options_.models_dir) / ".partial-tiny-ja/model.json", get(source_ / "model.json"));
  put(fs::path(options_.models_dir) / ".partial-tiny-ja/encoder.onnx", big_.substr(0, 5000));
  {
    LoopbackServer forges([this](Connection& c) {
      const auto request = c.read_request();
      const auto path = request.substr(5, request.find(' ', 5) - 5);
      const auto body = get(source_ / path);
      if (request.find("Range: ") != std::string::npos)
        c.write("HTTP/1.1 206 x\r\nContent-Range: bytes 0-9/10\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
      else
        c.answer(200, body);
    });
    EXPECT_THAT(bring(forges.address() + "/").error().message, HasSubstr("another part"));
  }
  put(fs::path(options_.models_dir) / ".partial-tiny-ja/encoder.onnx", big_.substr(0, 5000));
  LoopbackServer ignores([this](Connection& c) {
    const auto request = c.read_request();
    c.answer(200, get(source_ / request.substr(5, request.find(' ', 5) - 5)));
  });
  auto folder = bring(ignores.address() + "/");
  ASSERT_TRUE(folder) << folder.error().message;
  EXPECT_EQ(get(fs::path(*folder) / "encoder.onnx"), big_);
}

TEST_F(Models, ListAndVerifyNameWhatIsWrong) {
  std::ostringstream out;
  std::ostringstream err;
  EXPECT_EQ(list_models(options_.models_dir, out), 0);
  ASSERT_TRUE(bring(source_.string()));
  EXPECT_EQ(list_models(options_.models_dir, out), 0);
  EXPECT_THAT(out.str(), testing::AllOf(HasSubstr("tiny-ja"), HasSubstr("sherpa-onnx 1.13.8"), HasSubstr("Apache-2.0")));
  EXPECT_EQ(verify_models(options_.models_dir, "", out, err), 0);
  const auto file = fs::path(options_.models_dir) / "tiny-ja/encoder.onnx";
  fs::resize_file(file, 100);
  EXPECT_EQ(verify_models(options_.models_dir, "tiny-ja", out, err), 1);
  EXPECT_THAT(err.str(), testing::AllOf(HasSubstr("encoder.onnx is truncated"), HasSubstr("100 bytes")));
  fs::remove(file);
  fs::create_symlink("/etc/passwd", file);
  EXPECT_EQ(verify_models(options_.models_dir, "tiny-ja", out, err), 1);
  EXPECT_EQ(verify_models(options_.models_dir, "other", out, err), 1);
}

std::string manifest(const std::map<std::string, std::string>& change, const std::string& files = R"([{"role":"model","path":"a.onnx","bytes":5,"sha256":"0000000000000000000000000000000000000000000000000000000000000000"}])") {
  std::map<std::string, std::string> m{{"mamori_model", "1"}, {"name", "\"x\""}, {"version", "\"1\""}, {"engine", "\"sherpa-onnx\""}, {"kind", "\"sense-voice\""}, {"licence", "\"MIT\""}, {"files", files}};
  for (const auto& [k, v] : change) m[k] = v;
  std::string out = "{";
  for (const auto& [k, v] : m) out += (out.size() > 1 ? ",\"" : "\"") + k + "\":" + v;
  return out + "}";
}
std::string one_file(const std::string& path, const std::string& bytes = "5", const std::string& hash = std::string(64, '0')) {
  return R"([{"role":"model","path":")" + path + R"(","bytes":)" + bytes + R"(,"sha256":")" + hash + "\"}]";
}

TEST(ModelManifest, GoodOnesAreReadAndWrittenBack) {
  auto good = parse_manifest(manifest({}));
  ASSERT_TRUE(good) << good.error().message;
  EXPECT_EQ(to_text(*parse_manifest(to_text(*good))), to_text(*good));
  EXPECT_EQ(good->file("model")->path, "a.onnx");
  EXPECT_EQ(good->file("tokens"), nullptr);
}

TEST(ModelManifest, HostileOnesAreRefusedByName) {
  const auto message = [](const std::string& text) {
    auto m = parse_manifest(text);
    return m ? std::string() : m.error().message;
  };
  for (const char* path : {"../a", "/etc/passwd", "a/../../b", "a//b", "a/", "./a", ".hidden", "a/.git/x", "", "a\\\\b", "model.json", "a b", "a\\u0000b"}) EXPECT_THAT(message(manifest({}, one_file(path))), HasSubstr(kManifestName)) << path;
  EXPECT_THAT(message(manifest({}, one_file(std::string(201, 'a')))), HasSubstr("path"));
  for (const char* bytes : {"0", "-1", "99999999999999999999", "1e30", "8589934593", "\"5\"", "null", "1.5e300"}) EXPECT_THAT(message(manifest({}, one_file("a", bytes))), HasSubstr("bytes")) << bytes;
  for (const char* hash : {"", "00", "ZZ"}) EXPECT_THAT(message(manifest({}, one_file("a", "5", hash))), HasSubstr("sha256")) << hash;
  EXPECT_THAT(message(manifest({{"mamori_model", "2"}})), HasSubstr("format version 2"));
  for (const char* name : {"\"\"", "\"..\"", "\".x\"", "\"A\"", "\"a/b\"", "5", "null"}) EXPECT_FALSE(message(manifest({{"name", name}})).empty()) << name;
  EXPECT_THAT(message(manifest({{"licence", "\"\\u001b[2J\""}})), HasSubstr("licence"));
  EXPECT_THAT(message(manifest({{"licence_file", "\"b\""}})), HasSubstr("licence_file"));
  EXPECT_THAT(message(manifest({{"files", "[]"}})), HasSubstr("files"));
  const auto f = one_file("a");
  EXPECT_THAT(message(manifest({}, "[" + f.substr(1, f.size() - 2) + "," + f.substr(1, f.size() - 2) + "]")), HasSubstr("twice"));
  const auto g = one_file("a/b");
  EXPECT_THAT(message(manifest({}, "[" + f.substr(1, f.size() - 2) + "," + g.substr(1, g.size() - 2) + "]")), HasSubstr("a file and a folder"));
  std::string many = "[";
  for (int i = 0; i < 65; ++i) many += (i > 0 ? "," : "") + one_file("a" + std::to_string(i)).substr(1, one_file("a" + std::to_string(i)).size() - 2);
  EXPECT_THAT(message(manifest({}, many + "]")), HasSubstr("files"));
  std::string huge = "[";
  for (int i = 0; i < 3; ++i) huge += (i > 0 ? "," : "") + one_file("a" + std::to_string(i), "8589934592").substr(1, one_file("a" + std::to_string(i), "8589934592").size() - 2);
  EXPECT_THAT(message(manifest({}, huge + "]")), HasSubstr("16 GiB"));
  EXPECT_FALSE(message(std::string(300'000, ' ')).empty());
  EXPECT_FALSE(message("").empty());
  EXPECT_FALSE(message("[1]").empty());
}

}  // namespace
}  // namespace mamori::models
