#include "speech/recognizer.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>

#include "audio/resample.h"
#include "audio/wav.h"
#include "speech/built_in.h"

namespace mamori::speech {
namespace {

std::string root(const std::string& path) { return std::string(MAMORI_SOURCE_DIR) + "/" + path; }

class BuiltInEngine : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    auto made = make_built_in({root("models/ctc-ja-8k"), root("data/speech/phrases.tsv")});
    ASSERT_TRUE(made) << made.error().message;
    engine_ = std::move(*made);
  }
  static void TearDownTestSuite() { engine_.reset(); }

  static std::vector<audio::Sample> clip(const char* name) {
    const auto r = audio::read_recording(root(std::string("src/speech/testdata/") + name));
    EXPECT_TRUE(r) << r.error().message;
    return r ? r->channels[0] : std::vector<audio::Sample>{};
  }
  template <class Next>
  static std::vector<Event> run(std::span<const audio::Sample> pcm, Next next) {
    std::vector<Event> events;
    const auto recognizer = engine_->open();
    for (std::size_t at = 0; at < pcm.size();) {
      const std::size_t n = std::min<std::size_t>(next(), pcm.size() - at);
      recognizer->accept(pcm.subspan(at, n), events);
      at += n;
    }
    recognizer->finish(events);
    return events;
  }
  static std::vector<Event> run(std::span<const audio::Sample> pcm) {
    return run(pcm, [] { return std::size_t{800}; });
  }
  static std::string text(const std::vector<Event>& events) {
    std::string all;
    for (const auto& e : events) {
      if (const auto* f = std::get_if<Final>(&e)) all += f->text;
    }
    return all;
  }
  static std::vector<std::string> phrases(const std::vector<Event>& events) {
    std::vector<std::string> all;
    for (const auto& e : events) {
      if (const auto* s = std::get_if<Spotted>(&e)) all.push_back(s->phrase);
    }
    return all;
  }
  // Everything about the events, as text, so that two runs can be compared.
  static std::string print(const std::vector<Event>& events, bool cues) {
    std::string all;
    std::string measured;  // words and cues each keep their order; between them it is free
    for (const auto& e : events) {
      if (const auto* p = std::get_if<Partial>(&e)) all += "P " + std::to_string(p->start) + " " + p->text + "\n";
      if (const auto* f = std::get_if<Final>(&e))
        all +=
            "F " + std::to_string(f->start) + " " + std::to_string(f->end) + " " + f->text + " " + f->phonemes + "\n";
      if (const auto* s = std::get_if<Spotted>(&e)) all += "S " + std::to_string(s->start) + " " + s->phrase + "\n";
      if (const auto* c = std::get_if<Cue>(&e); c != nullptr && cues)
        measured += "C " + std::to_string(c->at) + " " + std::to_string(c->arousal) + "\n";
    }
    return all + measured;
  }
  // Character error rate over code points.
  static double cer(const std::string& heard, const std::string& said) {
    const auto points = [](const std::string& s) {
      std::vector<std::string> out;
      for (const char c : s) {
        if ((static_cast<unsigned char>(c) & 0xC0) != 0x80) out.emplace_back();
        out.back() += c;
      }
      return out;
    };
    const auto a = points(heard);
    const auto b = points(said);
    std::vector<std::size_t> row(b.size() + 1);
    for (std::size_t j = 0; j < row.size(); ++j) row[j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
      std::size_t diagonal = row[0];
      row[0] = i;
      for (std::size_t j = 1; j <= b.size(); ++j) {
        const std::size_t s = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
        diagonal = row[j];
        row[j] = std::min({s, row[j] + 1, row[j - 1] + 1});
      }
    }
    return static_cast<double>(row.back()) / static_cast<double>(b.size());
  }

  static inline std::unique_ptr<Engine> engine_;
};

TEST_F(BuiltInEngine, WritesDownTelephoneSpeech) {
  EXPECT_LT(cer(text(run(clip("inquiry.wav"))), "住民票の写しが欲しいのですが何を持っていけばいいですか"), 0.25);
  EXPECT_LT(cer(text(run(clip("threat.wav"))), "責任者を出せ土下座しろ殺すぞ"), 0.35);
}

TEST_F(BuiltInEngine, HearsItsPhrasesAndNotOthers) {
  const auto heard = phrases(run(clip("threat.wav")));
  for (const char* want : {"責任者を出せ", "土下座しろ", "殺すぞ"})
    EXPECT_EQ(std::ranges::count(heard, std::string(want)), 1) << want;
  EXPECT_TRUE(phrases(run(clip("inquiry.wav"))).empty());
}

TEST_F(BuiltInEngine, ResultDoesNotDependOnChunks) {
  const auto pcm = clip("threat.wav");
  const auto whole = print(run(pcm, [&] { return pcm.size(); }), true);
  for (const unsigned seed : {1U, 2U, 3U}) {
    std::mt19937 random(seed);
    const auto pieces = run(pcm, [&] { return std::size_t{1 + random() % (seed == 1 ? 200U : 3000U)}; });
    EXPECT_EQ(print(pieces, true), whole);
  }
}

TEST_F(BuiltInEngine, WordsAppearWhileTheCallerSpeaks) {
  const auto pcm = clip("inquiry.wav");
  const auto recognizer = engine_->open();
  std::vector<Event> events;
  recognizer->accept(std::span(pcm).subspan(0, 8000 * 3), events);
  const auto partials =
      std::ranges::count_if(events, [](const Event& e) { return std::holds_alternative<Partial>(e); });
  EXPECT_GE(partials, 3);
}

TEST_F(BuiltInEngine, SilenceAndNoiseSayNothing) {
  EXPECT_EQ(print(run(std::vector<audio::Sample>(80000, 0)), false), "");
  std::mt19937 random(3);
  std::normal_distribution<double> hiss(0, 60);
  std::vector<audio::Sample> noise(80000);
  for (auto& s : noise) s = static_cast<audio::Sample>(hiss(random));
  EXPECT_LT(text(run(noise)).size(), 30U);
}

TEST_F(BuiltInEngine, LevelAndRateOfTheFileMatterLittle) {
  auto pcm = clip("inquiry.wav");
  for (auto& s : pcm) s = static_cast<audio::Sample>(s / 8);
  EXPECT_LT(cer(text(run(pcm)), "住民票の写しが欲しいのですが何を持っていけばいいですか"), 0.35);
}

TEST_F(BuiltInEngine, AGapKeepsTime) {
  const auto pcm = clip("threat.wav");
  const auto recognizer = engine_->open();
  std::vector<Event> events;
  recognizer->accept(pcm, events);
  recognizer->skip(8000 * 60, events);
  const auto before = events.size();
  recognizer->accept(pcm, events);
  recognizer->finish(events);
  ASSERT_GT(events.size(), before);
  for (std::size_t i = before; i < events.size(); ++i) {
    if (const auto* f = std::get_if<Final>(&events[i])) {
      EXPECT_GT(f->start, 60);
    }
  }
  EXPECT_GE(std::ranges::count(phrases(events), std::string("殺すぞ")), 2);
}

TEST_F(BuiltInEngine, ALongMonologueIsCutIntoSegments) {
  std::vector<audio::Sample> pcm;
  for (int i = 0; i < 6; ++i) {
    const auto c = clip("inquiry.wav");
    pcm.insert(pcm.end(), c.begin() + 1500, c.end() - 3000);
  }
  for (const auto& e : run(pcm)) {
    if (const auto* f = std::get_if<Final>(&e)) {
      EXPECT_LT(f->end - f->start, 13);
    }
  }
}

TEST(PhraseFile, BadLinesAreNamed) {
  const auto model = AcousticModel::load(root("models/ctc-ja-8k/acoustic.bin"));
  ASSERT_TRUE(model);
  const auto message = [&](const char* text) {
    const auto r = PhraseList::parse(text, **model);
    return r ? std::string() : r.error().message;
  };
  EXPECT_EQ(message("# nothing\n殺すぞ\tk o r o s u z o\tthreat\t-0.3\n"), "");
  EXPECT_NE(message("殺すぞ\tk o r o\tthreat\n").find("line 1"), std::string::npos);
  EXPECT_NE(message("\n\n殺すぞ\tk q\tthreat\t-0.3\n").find("line 3"), std::string::npos);
  EXPECT_NE(message("殺すぞ\tk o\tmurder\t-0.3\n").find("murder"), std::string::npos);
  EXPECT_NE(message("殺すぞ\tk o\tthreat\t0.3\n").find("threshold"), std::string::npos);
}

}  // namespace
}  // namespace mamori::speech
