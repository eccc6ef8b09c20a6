#include "eval/speech_eval.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "speech/built_in.h"

namespace mamori::eval {
namespace {

std::string root(const std::string& path) { return std::string(MAMORI_SOURCE_DIR) + "/" + path; }

TEST(SpeechIndex, NamesTheLineThatIsWrong) {
  const auto good = parse_speech_index("file\tspeaker\ttext\treading\tphrases\na.wav\tx\t責任者を出せ\tセキニンシャオダセ\t責任者を出せ|土下座しろ\n\nb.wav\ty\tあ\tア\t\n", "index.tsv");
  ASSERT_TRUE(good) << good.error().message;
  ASSERT_EQ(good->items.size(), 2U);
  EXPECT_EQ(good->items[0].phrases.size(), 2U);
  EXPECT_TRUE(good->items[1].phrases.empty());
  const auto says = [](const char* text, const char* what) {
    const auto bad = parse_speech_index(text, "index.tsv");
    ASSERT_FALSE(bad) << text;
    EXPECT_NE(bad.error().message.find(what), std::string::npos) << bad.error().message;
  };
  says("", "line 1");
  says("speaker\ttext\n", "no column `file`");
  says("file\ttext\na.wav\n", "line 2: 1 columns");
  says("file\treading\na.wav\tkanji漢字\n", "line 2: the reading is not kana");
  says("file\ttrial\na.wav\tmaybe\n", "line 2: trial");
  says("file\ttext\n\tx\n", "line 2: no file");
}

TEST(SpeechEval, MeasuresASetWithAnIndexAndAFolderOfOnesOwn) {
  const auto engine = speech::make_built_in({root("models/ctc-ja-8k"), root("data/speech/phrases.tsv"), {}});
  ASSERT_TRUE(engine) << engine.error().message;
  const std::string folder = ::testing::TempDir() + "/eval_set";
  std::filesystem::create_directories(folder);
  std::filesystem::copy_file(root("src/speech/testdata/threat.wav"), folder + "/threat.wav", std::filesystem::copy_options::overwrite_existing);
  std::ofstream(folder + "/broken.wav") << "not a sound";
  std::ofstream(folder + "/index.tsv") << "file\tspeaker\tphrases\temotion\nthreat.wav\tnitech\t\tanger\nbroken.wav\tnobody\t\tneutral\n";
  const auto set = read_speech_set(folder);
  ASSERT_TRUE(set) << set.error().message;
  std::ostringstream errors;
  const auto report = measure(*set, **engine, nullptr, errors);
  EXPECT_EQ(report.all.files, 1U);
  EXPECT_EQ(report.all.unreadable, 1U);
  EXPECT_NE(errors.str().find("broken.wav"), std::string::npos);
  EXPECT_EQ(report.anger.size(), 1U);
  EXPECT_GT(report.all.phrases.false_alarm, 0U) << "a threat nobody announced";
  EXPECT_EQ(base::get_int(to_json(report), "unreadable"), 1);
  std::filesystem::remove(folder + "/index.tsv");
  std::ofstream(folder + "/threat.txt") << "いい加減にしろ。\n";
  const auto own = read_speech_set(folder);
  ASSERT_TRUE(own) << own.error().message;
  EXPECT_EQ(own->items.size(), 1U);
  EXPECT_GT(measure(*own, **engine, nullptr, errors).all.characters.total, 0U);
  EXPECT_FALSE(read_speech_set(folder + "/nothing"));
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace mamori::eval
