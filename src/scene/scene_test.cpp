#include "scene/scene.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace mamori::scene {
namespace {

const std::string kFolder = std::string(MAMORI_SOURCE_DIR) + "/data/scenes";

TEST(Scenes, AllShippedOnesLoadAndHaveSound) {
  const auto names = list_scenes(kFolder);
  EXPECT_GE(names.size(), 6u);
  for (const auto& name : names) {
    const auto scene = load_scene(kFolder, name);
    ASSERT_TRUE(scene) << scene.error().message;
    EXPECT_GT(scene->length(), 10) << name;
    EXPECT_FALSE(scene->title.empty());
    double last = 0;
    for (const auto& line : scene->lines) {
      EXPECT_GT(line.samples.size(), 4000u) << name;
      EXPECT_GE(line.at, last) << name;
      last = line.at;
    }
  }
}

TEST(Scenes, WhatIsNotThereIsSaid) {
  EXPECT_EQ(load_scene(kFolder, "nothing").error().code, base::ErrorCode::kNotFound);
  EXPECT_FALSE(load_scene(kFolder, "../demo"));
}

TEST(Scenes, ACallThatNobodyAnswersNamesServerAndRoute) {
  const auto scene = load_scene(kFolder, "polite-threat");
  ASSERT_TRUE(scene);
  const auto played = play(*scene, {"127.0.0.1:9", "127.0.0.1:0", ""});
  ASSERT_FALSE(played);
  EXPECT_THAT(played.error().message, testing::HasSubstr("route"));
}

}  // namespace
}  // namespace mamori::scene
