#include "speech/container.h"

#include <gtest/gtest.h>
#include <openssl/sha.h>

#include <fstream>
#include <random>
#include <sstream>

#include "speech/acoustic.h"
#include "speech/language.h"

namespace mamori::speech {
namespace {

std::string read(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::stringstream s;
  s << in.rdbuf();
  return s.str();
}

std::string model(const char* name) { return std::string(MAMORI_SOURCE_DIR) + "/models/ctc-ja-8k/" + name; }

// Makes the checksum right again after an edit, so that what lies behind it is tested.
void seal(std::string& file) {
  const std::size_t body = file.size() - SHA256_DIGEST_LENGTH;
  SHA256(reinterpret_cast<const unsigned char*>(file.data()), body,
         reinterpret_cast<unsigned char*>(file.data() + body));
}

TEST(ModelFile, TheShippedModelsLoad) {
  const auto acoustic = AcousticModel::load(model("acoustic.bin"));
  ASSERT_TRUE(acoustic) << acoustic.error().message;
  EXPECT_EQ((*acoustic)->phones().front(), "<b>");
  const auto language = LanguageModel::load(model("language.bin"), (*acoustic)->phones().size());
  ASSERT_TRUE(language) << language.error().message;
  EXPECT_GT((*language)->size(), 10000U);
}

TEST(ModelFile, MissingFileIsNamed) {
  const auto r = AcousticModel::load("/nowhere/acoustic.bin");
  ASSERT_FALSE(r);
  EXPECT_NE(r.error().message.find("/nowhere/acoustic.bin"), std::string::npos);
}

TEST(ModelFile, TruncationAnywhereIsNoticed) {
  const std::string whole = read(model("language.bin"));
  for (const std::size_t size : {std::size_t{0}, std::size_t{7}, std::size_t{15}, std::size_t{47}, std::size_t{300},
                                 whole.size() / 2, whole.size() - 1}) {
    EXPECT_FALSE(Container::parse(whole.substr(0, size), "language")) << size;
  }
}

TEST(ModelFile, AFlippedBitIsNoticed) {
  const std::string whole = read(model("language.bin"));
  std::mt19937 random(1);
  for (int i = 0; i < 8; ++i) {
    std::string bad = whole;
    bad[random() % bad.size()] ^= static_cast<char>(1 << (random() % 8));
    EXPECT_FALSE(Container::parse(bad, "language"));
  }
}

TEST(ModelFile, AnotherVersionOrKindIsSaidPlainly) {
  std::string file = read(model("language.bin"));
  EXPECT_NE(Container::parse(file, "acoustic").error().message.find("kind"), std::string::npos);
  file[8] = 9;
  seal(file);
  EXPECT_NE(Container::parse(file, "language").error().message.find("version 9"), std::string::npos);
  EXPECT_NE(Container::parse("MAMORIMX" + std::string(100, ' '), "language").error().message.find("not a Mamori model"),
            std::string::npos);
}

// A header that lies (with a right checksum) must give an Error, never a crash or a read outside.
TEST(ModelFile, LyingHeadersAreRefused) {
  const std::string whole = read(model("acoustic.bin"));
  const auto lie = [&](const std::string& from, const std::string& to) {
    std::string bad = whole;
    const auto at = bad.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    bad.replace(at, from.size(), to);
    seal(bad);
    const auto file = Container::parse(bad, "acoustic");
    return file ? static_cast<bool>(AcousticModel::from(*file)) : false;
  };
  EXPECT_TRUE(lie("\"ctc-ja-8k\"", "\"ctc-ja-8k\"")) << "the unchanged file must load, or the rest proves nothing";
  EXPECT_FALSE(lie("\"channels\":288", "\"channels\":257"));
  EXPECT_FALSE(lie("\"channels\":288", "\"channels\":-25"));
  EXPECT_FALSE(lie("\"plan\":\"s", "\"plan\":\"x"));
  EXPECT_FALSE(lie("\"mels\":40", "\"mels\":80"));
  EXPECT_FALSE(lie("\"input.weight\"", "\"input.wEight\""));
  EXPECT_FALSE(lie("\"type\":\"f16\"", "\"type\":\"u16\""));
  EXPECT_FALSE(lie("\"bytes\":160", "\"bytes\":999"));
}

TEST(ModelFile, RandomHeadersNeverCrash) {
  const std::string whole = read(model("language.bin")).substr(0, 4000);
  std::mt19937 random(7);
  for (int i = 0; i < 300; ++i) {
    std::string bad = whole;
    for (int k = 0; k < 3; ++k) bad[12 + random() % 1500] = static_cast<char>(random());
    seal(bad);
    const auto file = Container::parse(bad, "language");
    if (file) (void)LanguageModel::from(*file, 35);
  }
}

}  // namespace
}  // namespace mamori::speech
