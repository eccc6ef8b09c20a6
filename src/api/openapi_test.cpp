// The document and the program say the same: every route of the program is in api/openapi.yaml, and the other way round.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <set>

#include "api/context.h"
#include "base/ids.h"

namespace mamori::api {
namespace {

namespace fs = std::filesystem;

// The paths of the document by its indentation: two spaces a path, four a method. Nothing else of YAML is needed here.
std::set<std::string> documented() {
  std::set<std::string> out;
  std::ifstream in(std::string(MAMORI_SOURCE_DIR) + "/api/openapi.yaml");
  static const std::set<std::string> kMethods{"get", "put", "post", "delete", "patch", "head", "options"};
  bool in_paths = false;
  std::string path;
  for (std::string line; std::getline(in, line);) {
    if (!line.empty() && line[0] != ' ' && line[0] != '#') in_paths = line == "paths:";
    if (!in_paths || !line.ends_with(':')) continue;
    if (line.starts_with("  /")) {
      path = line.substr(2, line.size() - 3);
    } else if (line.starts_with("    ") && line.size() > 5 && line[4] != ' ') {
      std::string method = line.substr(4, line.size() - 5);
      if (!kMethods.contains(method)) continue;
      for (auto& c : method) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
      out.insert(method + " " + path);
    }
  }
  return out;
}

TEST(OpenApi, SaysWhatTheProgramDoes) {
  const auto folder = fs::temp_directory_path() / ("mamori-openapi-" + base::random_hex(6));
  fs::create_directories(folder);
  {
    auto store = store::Store::open("sqlite:" + (folder / "m.db").string(), (folder / "master.key").string());
    ASSERT_TRUE(store) << store.error().message;
    const base::SystemClock clock;
    Context context{**store, clock, {}, {}, {}, {}};
    net::Router router;
    add_routes(router, context);
    const auto list = router.list();
    std::set<std::string> program(list.begin(), list.end());
    EXPECT_EQ(program.size(), list.size()) << "a route is registered twice";
    program.insert("GET /api/v1/live");  // the WebSocket: the server's own, not a route (net/server.h)
    const auto document = documented();
    for (const auto& route : program) EXPECT_TRUE(document.contains(route)) << route << " is not in api/openapi.yaml";
    for (const auto& route : document) EXPECT_TRUE(program.contains(route)) << route << " is in api/openapi.yaml only";
  }
  fs::remove_all(folder);
}

}  // namespace
}  // namespace mamori::api
