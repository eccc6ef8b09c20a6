#include "judge/judge.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "judge/frames.h"
#include "judge/scope.h"
#include "text/normalise.h"

namespace mamori::judge {
namespace {

using contact::Category;
using contact::CounterKind;
using contact::Flag;
using contact::Speaker;

const Judge& shipped() {
  static const auto judge = Judge::load(JudgeFiles::shipped(MAMORI_SOURCE_DIR));
  if (!judge) {
    ADD_FAILURE() << judge.error().message;
    std::abort();
  }
  return **judge;
}

// Frames alone, without the classifier that weighs them.
const Judge& frames_alone() {
  static const auto judge = shipped().with(std::shared_ptr<const Classifier>());
  return *judge;
}

DialogueState talk(const std::vector<std::pair<Speaker, std::string>>& turns, contact::Medium medium = contact::Medium::kPhone, const Judge& judge = shipped()) {
  DialogueState state;
  state.medium = medium;
  int turn = 0;
  for (const auto& [speaker, text] : turns) {
    contact::Utterance u;
    u.turn = turn++;
    u.speaker = speaker;
    u.text = text;
    judge.hear(state, u);
  }
  return state;
}

DialogueState say(const std::string& text, const Judge& judge = shipped()) { return talk({{Speaker::kCustomer, text}}, contact::Medium::kPhone, judge); }

// Every frame's examples fit it and every counter-example gives no finding of its category: the data tests itself.
TEST(Frames, ExamplesFitAndCounterExamplesDoNot) {
  auto frames = FrameSet::load(std::string(MAMORI_SOURCE_DIR) + "/data/frames");
  ASSERT_TRUE(frames) << frames.error().message;
  int checked = 0;
  for (const auto& frame : (*frames)->frames()) {
    for (const auto& example : frame.examples) {
      ++checked;
      const auto state = say(example, frames_alone());
      if (frame.category) {
        EXPECT_TRUE(state.assessment.categories.contains(*frame.category)) << frame.id << ": " << example;
      }
      if (frame.category && !state.assessment.categories.empty()) {
        EXPECT_GE(state.assessment.level, frame.level) << frame.id << ": " << example;
      }
      if (frame.hint) {
        EXPECT_TRUE(state.care_hint) << frame.id << ": " << example;
      } else if (frame.flag) {
        EXPECT_TRUE(state.assessment.flags.contains(*frame.flag)) << frame.id << ": " << example;
      }
      if (frame.ground) {
        EXPECT_TRUE(state.assessment.verdict.grounds.contains(*frame.ground)) << frame.id << ": " << example;
      }
    }
    for (const auto& example : frame.counter_examples) {
      ++checked;
      const auto state = say(example, frames_alone());
      if (frame.category) {
        EXPECT_FALSE(state.assessment.categories.contains(*frame.category)) << frame.id << ": " << example << " -> " << state.assessment.reason;
      }
      if (frame.hint) {
        EXPECT_FALSE(state.care_hint) << frame.id << ": " << example;
      } else if (frame.flag) {
        EXPECT_FALSE(state.assessment.flags.contains(*frame.flag)) << frame.id << ": " << example;
      }
      if (frame.ground) {
        EXPECT_FALSE(state.assessment.verdict.grounds.contains(*frame.ground)) << frame.id << ": " << example;
      }
    }
  }
  EXPECT_GT(checked, 120);
}

TEST(Judge, WhatIsShownOfAFindingBeginsAndEndsWithAWord) {
  // The last one counts by the course of the dialogue: its place is the whole turn.
  for (const auto* text : {"聞いてるのか。死ね", "おい! 殺すぞ", "はあ?\n\n土下座しろ。早く", "お前は本当に役立たずのくずだな。", "　お前ら全員死ね！！　\n", "電話を切るな、まだ話は終わってないぞ。"}) {
    const auto state = talk({{Speaker::kAgent, "これ以上のご案内はできかねます。お電話を終了させていただきます"}, {Speaker::kCustomer, text}});
    EXPECT_FALSE(state.findings.empty()) << text;
    for (const auto& f : state.findings) {
      EXPECT_EQ(f.text, std::string(text).substr(f.begin, f.end - f.begin));
      for (const auto* mark : {"。", "、", "!", "?", "！", "　", " ", "\n"}) EXPECT_FALSE(f.text.starts_with(mark) || f.text.ends_with(mark)) << f.text;
    }
  }
}

// What plain angry people say, alone and after a no: not one of them harasses, and what is as short and plain but a threat or an insult is seen.
TEST(Judge, PlainAngerAndLegalWaysAreFairPlainThreatsAreNot) {
  const auto level = [](const std::string& text, bool dialogue) {
    if (!dialogue) return say(text).assessment.level;
    return talk({{Speaker::kAgent, "お電話ありがとうございます。料金課でございます。"}, {Speaker::kCustomer, "先月の請求が二重に引かれているんです。"}, {Speaker::kAgent, "確認いたしましたが、お引き落としは一度でございます。"}, {Speaker::kCustomer, text}}).assessment.level;
  };
  for (const bool dialogue : {false, true}) {
    for (const auto* text : {"訴えてやる", "訴えます", "警察に行くからな", "消費者センターに言うぞ", "弁護士を立てます", "法的措置を取らせてもらいます", "録音してますからね", "金返せ", "いい加減にしてください", "責任者出して", "上の人に代わってください", "殺す気か", "もう頼まない"}) {
      EXPECT_LE(level(text, dialogue), 1) << text << (dialogue ? " in a dialogue" : "");
    }
    for (const auto* text : {"殺すぞ", "おい! 殺すぞ", "ぶっ殺すぞ", "殴るぞ", "火をつけるぞ", "刺しに行くからな", "死ね", "お前ら全員死ね", "土下座しろ"}) {
      EXPECT_GE(level(text, dialogue), 3) << text << (dialogue ? " in a dialogue" : "");
    }
  }
}

// Harassment for certain, but of no kind for certain: the likeliest is named, and what decided is what is explained.
TEST(Judge, OfNoKindForCertainTheExplanationIsThatOfHarassment) {
  std::array<Classifier::Output, kOutputs> outputs;
  Classifier::Second alone{};
  for (std::size_t o = 0; o < kOutputs; ++o) {
    outputs[o].bias = -3;
    alone[o][o * Classifier::kSeen] = 1;
  }
  outputs[static_cast<std::size_t>(output_of(Category::kVerbalAbuse))].bias = -1;
  outputs[kOutputHarassment].bias = 2;
  outputs[kOutputHarassment].threshold = 1;
  const auto judge = shipped().with(std::make_shared<const Classifier>(std::vector<std::uint64_t>{}, std::vector<float>{}, outputs, alone, nullptr, ""));
  DialogueState state;
  contact::Utterance u;
  u.text = "あなたは豆大福ですね";
  judge->hear(state, u);
  ASSERT_EQ(state.findings.size(), 1U);
  const auto& f = state.findings[0];
  EXPECT_EQ(f.category, Category::kVerbalAbuse);
  EXPECT_NEAR(f.score, 0.269, 0.001);
  EXPECT_THAT(f.why, testing::AllOf(testing::HasSubstr("ハラスメント"), testing::HasSubstr("88 %"), testing::HasSubstr("暴言")));
  EXPECT_THAT(f.lower, testing::HasSubstr("73 %"));
}

TEST(Judge, CounterEvidenceSaysItsKindWhereItStandsAndBothLanguages) {
  const auto against = [](const std::string& text, CounterKind kind, const Judge& judge = shipped()) {
    DialogueState state;
    contact::Utterance u;
    u.text = text;
    judge.hear(state, u);
    for (const auto& f : state.findings) {
      for (const auto& c : f.counter_evidence) {
        EXPECT_FALSE(c.why.empty() || c.why_en.empty()) << text;
        EXPECT_EQ(c.text, text.substr(c.begin, c.end - c.begin));
        EXPECT_EQ(c.ground.has_value(), c.kind == CounterKind::kGround);
        if (c.kind == kind) return c;
      }
    }
    ADD_FAILURE() << text;
    return contact::CounterEvidence{};
  };
  EXPECT_EQ(against("届いた皿が割れています。責任者を出せ、死ね", CounterKind::kGround).ground, contact::Ground::kDefect);
  EXPECT_EQ(against("「死ね」と言われました。お前ら全員ここで土下座しろ、この無能ども", CounterKind::kQuotation).text, "死ね");
  EXPECT_EQ(against("土下座しろとまでは言いません。お前ら馬鹿か、死ね", CounterKind::kNegation).text, "土下座しろ");
  Criteria criteria;
  criteria.categories[Category::kVerbalAbuse].enabled = false;
  EXPECT_EQ(against("死ね", CounterKind::kNotCounted, *shipped().with(criteria)).end, 0u);
  // Beyond the first piece, too, the place is that in the whole text.
  std::string lengthy;
  while (lengthy.size() < 4100) lengthy += "本日はよろしくお願いいたします。";
  EXPECT_GT(against(lengthy + "「死ね」と言われました。お前ら全員ここで土下座しろ、この無能ども", CounterKind::kQuotation).begin, 4100u);
}

TEST(Judge, LevelTwoIfAndOnlyIfThereIsACategory) {
  for (const auto* text : {"ふざけるな、いい加減にしろ", "死ね", "責任者を出せ", "営業時間を教えてください", "", "土下座しろ", "弁護士に相談します"}) {
    const auto a = say(text).assessment;
    EXPECT_EQ(a.level >= 2, !a.categories.empty()) << text;
  }
}

TEST(Judge, FindingsPointAtTheOriginalBytes) {
  const std::string text = "何度言えば分かるんだ、死 ね!";
  const auto state = say(text);
  ASSERT_FALSE(state.findings.empty());
  const auto& f = state.findings[0];
  EXPECT_EQ(text.substr(f.begin, f.end - f.begin), f.text);
  EXPECT_THAT(f.text, testing::HasSubstr("死 ね"));
  EXPECT_FALSE(f.criterion.empty());
  EXPECT_FALSE(f.basis.empty());
}

TEST(Judge, LoudButFairStaysFair) {
  for (const auto* text : {"ふざけるな!三回も電話したのに、まだ届いていないじゃないか!金返せ!", "いい加減にしてください。二重に請求されているんですよ", "消費者センターに相談します。弁護士にも相談します",
                           "警察に相談します", "口コミに事実を書かせてもらいます", "責任者の方とお話ししたいのですが", "担当の方のお名前を教えてください"}) {
    const auto a = say(text).assessment;
    EXPECT_LE(a.level, 1) << text << " -> " << a.reason;
  }
}

TEST(Judge, AQuotationIsNotAnInsult) {
  for (const auto* text : {"隣の人に「死ね」と言われました。どこに相談すればいいですか", "夫に殺すぞと脅されています", "前の担当者に「バカか」と言われて傷つきました", "カスハラ研修の例文として「土下座しろ」を使いたい"}) {
    const auto a = say(text).assessment;
    EXPECT_LE(a.level, 1) << text << " -> " << a.reason;
  }
  EXPECT_GE(say("死ねって言ってんだよ").assessment.level, 3);
  EXPECT_GE(say("脅すつもりはありませんが、夜道には気をつけてくださいね").assessment.level, 3);
}

TEST(Judge, AskingForTheBossCountsWhenItIsRepeatedAfterTheExplanation) {
  EXPECT_LE(say("責任者の方に代わっていただけますか").assessment.level, 1);
  const auto state = talk({{Speaker::kCustomer, "責任者の方に代わってください"},
                           {Speaker::kAgent, "申し訳ございませんが、責任者は電話に出ることはできかねます"},
                           {Speaker::kCustomer, "いいから責任者に代わってください"}});
  EXPECT_TRUE(state.assessment.categories.contains(Category::kAuthorityDemand));
  EXPECT_EQ(state.assessment.level, 3);
  EXPECT_EQ(state.assessment.first_level3_turn, 2);
}

TEST(Judge, TheSameDemandAgainAndAgainAfterRefusalsIsRepetition) {
  std::vector<std::pair<Speaker, std::string>> turns;
  for (int i = 0; i < 5; ++i) {
    turns.emplace_back(Speaker::kCustomer, "とにかく手数料を全額返金してください、それだけです");
    turns.emplace_back(Speaker::kAgent, "恐れ入りますが、規定により手数料の返金はできかねます");
  }
  const auto state = talk(turns);
  EXPECT_TRUE(state.assessment.categories.contains(Category::kRepetition));
  // While nobody has answered, repeating is fair.
  const auto fair = talk({{Speaker::kCustomer, "手数料を返金してください、お願いします"}, {Speaker::kAgent, "確認いたします"}, {Speaker::kCustomer, "手数料を返金してください、お願いします"}, {Speaker::kAgent, "少々お待ちください"}, {Speaker::kCustomer, "手数料を返金してください、お願いします"}});
  EXPECT_LE(fair.assessment.level, 1);
}

TEST(Judge, OneContactMoreAfterAFinalAnswerInAnEarlierOneIsRepetition) {
  const auto call_in = [](int contacts, int final_answers_before, const std::vector<std::string>& texts) {
    DialogueState state;
    state.contacts_on_matter = contacts;
    state.final_answers_before = final_answers_before;
    int turn = 0;
    for (const auto& text : texts) {
      contact::Utterance u;
      u.turn = turn++;
      u.text = text;
      shipped().hear(state, u);
    }
    return state;
  };
  const std::vector<std::string> demand{"もしもし、先週も電話した田中です", "とにかく手数料を全額返金してください", "手数料を全額返金してくださいと言っています"};
  const auto again = call_in(3, 1, demand);
  EXPECT_TRUE(again.assessment.categories.contains(Category::kRepetition));
  EXPECT_EQ(again.assessment.level, 2);
  const auto counted = std::ranges::count(again.findings, "time.contacts_on_matter", &contact::Finding::criterion);
  EXPECT_EQ(counted, 1) << "once a contact";
  const auto found = std::ranges::find(again.findings, "time.contacts_on_matter", &contact::Finding::criterion);
  ASSERT_NE(found, again.findings.end());
  EXPECT_EQ(found->turn, 1) << "the greeting is no demand";
  EXPECT_FALSE(found->why.empty() || found->why_en.empty() || found->lower.empty() || found->lower_en.empty() || found->counter_evidence.empty());
  EXPECT_GE(again.assessment.verdict.time, 2) << "on the axis of time and number";
  // While there was no final answer, it is fair however often.
  EXPECT_LE(call_in(3, 0, demand).assessment.level, 1);
  EXPECT_LE(call_in(50, 0, demand).assessment.level, 1);
  EXPECT_LE(call_in(2, 1, demand).assessment.level, 1) << "and twice is not many";
  EXPECT_LE(call_in(5, 2, {"もしもし、田中です。先日はありがとうございました"}).assessment.level, 1) << "who demands nothing repeats nothing";
  EXPECT_LE(call_in(5, 2, {"別の件ですが、年末の営業時間を教えてください"}).assessment.level, 1) << "asking something is no demand";
}

TEST(Judge, RefusingToEndIsRestraint) {
  const auto state = talk({{Speaker::kAgent, "これ以上のご案内はできかねます。お電話を終了させていただきます"}, {Speaker::kCustomer, "電話を切るな、まだ話は終わってないぞ"}});
  EXPECT_TRUE(state.assessment.categories.contains(Category::kProlongedRestraint));
  EXPECT_GE(state.assessment.level, 3);
}

TEST(Judge, LengthAloneIsNoVerdict) {
  DialogueState state;
  shipped().tick(state, 10);
  EXPECT_TRUE(shipped().tick(state, 1801).changed);
  EXPECT_EQ(state.assessment.level, 1);
  shipped().tick(state, 3700);
  EXPECT_TRUE(state.assessment.categories.empty());
  state = {};
  state.end_requests = 1;
  shipped().tick(state, 3700);
  EXPECT_TRUE(state.assessment.categories.contains(Category::kProlongedRestraint));
}

TEST(Judge, CareIsSeenAndABombThreatKeepsTheLine) {
  EXPECT_TRUE(say("もう死にたいです。誰にも相談できません").assessment.flags.contains(Flag::kDistress));
  EXPECT_LE(say("もう死にたいです").assessment.level, 1);
  const auto bomb = say("市役所に爆弾を仕掛けた").assessment;
  EXPECT_EQ(bomb.level, 4);
  EXPECT_TRUE(bomb.keep_line);
}

TEST(Judge, VoiceAloneRaisesNoLevel) {
  DialogueState state;
  for (int i = 0; i < 200; ++i) {
    const auto step = shipped().hear(state, contact::VoiceCue{.at = i * 0.5, .loudness_db = 20, .arousal = 1, .shouting = 1, .interruptions = 9});
    EXPECT_FALSE(step.changed);
    EXPECT_TRUE(step.findings.empty());
  }
  EXPECT_EQ(state.assessment.level, 0);
  EXPECT_TRUE(state.assessment.categories.empty());
}

TEST(Judge, ASpottedPhraseCountsOnceAndOnlyFromTheCaller) {
  DialogueState state;
  contact::SpottedPhrase phrase{.start = 1, .end = 2, .speaker = Speaker::kAgent, .phrase = "殺すぞ", .category = "threat", .score = 0.9};
  EXPECT_FALSE(shipped().hear(state, phrase).changed);
  phrase.speaker = Speaker::kCustomer;
  EXPECT_TRUE(shipped().hear(state, phrase).changed);
  EXPECT_EQ(state.assessment.level, 4);
  EXPECT_TRUE(shipped().hear(state, phrase).findings.empty());
}

// A weak sign of distress (frame distress.hint) forbids nothing by itself, and everything once there is harassment, whatever
// shows it and in whichever order.
TEST(Judge, AWeakSignOfDistressCountsOnceThereIsHarassment) {
  const std::string sign = "もうずっと何も食べてなくて、ここで死んだらあんたのせいだ。";
  for (const auto* judge : {&shipped(), &frames_alone()}) {
    const auto state = say(sign + "このクズ野郎", *judge);
    EXPECT_TRUE(state.care_hint);
    EXPECT_GE(state.assessment.level, 2);
    EXPECT_TRUE(state.assessment.flags.contains(contact::Flag::kDistress));
    EXPECT_FALSE(say("このクズ野郎", *judge).assessment.flags.contains(contact::Flag::kDistress));
  }
  auto state = say("昨日から何も食べてないんだよ。", frames_alone());
  EXPECT_TRUE(state.care_hint);
  EXPECT_FALSE(state.assessment.flags.contains(contact::Flag::kDistress));
  const auto step = frames_alone().hear(state, contact::SpottedPhrase{.start = 1, .end = 2, .speaker = Speaker::kCustomer, .phrase = "殺すぞ", .category = "threat", .score = 0.9});
  EXPECT_TRUE(step.changed);
  EXPECT_TRUE(state.assessment.flags.contains(contact::Flag::kDistress)) << "harassment heard in the sound alone";
}

TEST(Judge, TheSameEventsGiveTheSameState) {
  const std::vector<std::pair<Speaker, std::string>> turns{{Speaker::kCustomer, "責任者を出せ"}, {Speaker::kAgent, "できかねます"}, {Speaker::kCustomer, "土下座しろ、死ね"}};
  const auto a = talk(turns);
  const auto b = talk(turns);
  EXPECT_EQ(a.assessment.level, b.assessment.level);
  EXPECT_EQ(a.findings.size(), b.findings.size());
  EXPECT_EQ(a.assessment.reason, b.assessment.reason);
}

TEST(Judge, HostileTextIsBounded) {
  std::string words;
  for (int i = 0; i < 100000; ++i) words += "死ね";
  const auto state = say(words);
  EXPECT_EQ(state.assessment.level, 3);
  EXPECT_LE(state.findings.size(), 500u);
  for (const auto& f : state.findings) EXPECT_EQ(words.substr(f.begin, f.end - f.begin), f.text);
  EXPECT_LE(say(std::string("\xff\xfe\xe3\x81", 4)).assessment.level, 1);
  std::string big(3u << 20, 'a');
  big += "殺すぞ";
  const auto late = say(big);
  EXPECT_EQ(late.assessment.level, 4);
  EXPECT_EQ(big.substr(late.findings[0].begin, late.findings[0].end - late.findings[0].begin), late.findings[0].text);
}

TEST(Judge, TenMegabytesAreReadInBoundedTimeWithRightOffsets) {
  std::string big;
  while (big.size() < (10u << 20)) big += "住民票の写しを郵送で取りたいのですが、手数料はいくらでしょうか。";
  const auto at = big.size();
  big += "死ねよ、お前。";
  DialogueState state;
  contact::Utterance u;
  u.text = big;
  frames_alone().hear(state, u);
  ASSERT_FALSE(state.findings.empty());
  EXPECT_GE(state.findings.back().begin + 3, at);  // the full stop before it belongs to the frame
  EXPECT_EQ(big.substr(state.findings.back().begin, state.findings.back().end - state.findings.back().begin), state.findings.back().text);
}

TEST(Judge, StrangeTextIsReadAsItIsMeant) {
  for (const auto* text : {"殺\u200Bす\u200Bぞ、お前", "\u202E殺すぞ\u202C、お前", "こ/ろ/す/ぞ、お前", "コ ロ ス ゾ、お前"}) {
    const auto state = say(text);
    EXPECT_GE(state.assessment.level, 3) << text;
    for (const auto& f : state.findings) EXPECT_EQ(std::string(text).substr(f.begin, f.end - f.begin), f.text);
  }
  for (const std::string text : {std::string("\xff\xfe死ね\x80よ、お前", 20), std::string(3, '\0'), std::string("\xE6\xAD", 2), std::string(100000, 'x')}) {
    const auto state = say(text);
    for (const auto& f : state.findings) EXPECT_LE(f.end, text.size());
  }
}

TEST(Judge, EveryFindingIsExplained) {
  const auto state = talk({{Speaker::kCustomer, "お前は本当に無能だな、娘さんの学校も知っているんだぞ"}, {Speaker::kAgent, "お電話を終了させていただきます"}, {Speaker::kCustomer, "電話を切るな、まだ話は終わってないぞ"}});
  ASSERT_FALSE(state.findings.empty());
  for (const auto& f : state.findings) {
    EXPECT_FALSE(f.criterion.empty());
    EXPECT_FALSE(f.basis.empty());
    EXPECT_FALSE(f.why.empty()) << f.criterion;
    EXPECT_FALSE(f.why_en.empty()) << f.criterion;
    EXPECT_FALSE(f.lower.empty()) << f.criterion;
    EXPECT_FALSE(f.lower_en.empty()) << f.criterion;
  }
  EXPECT_GE(state.assessment.verdict.manner, 2);
  EXPECT_TRUE(state.assessment.verdict.beyond_acceptable);
}

TEST(Judge, WhatSpeaksForTheCustomerStandsBesideTheVerdict) {
  const auto state = say("10月3日に注文した皿が割れて届きました。領収書もあります。返金してください、お前ら頭おかしいんじゃないの");
  EXPECT_TRUE(state.assessment.verdict.grounds.contains(contact::Ground::kDefect));
  EXPECT_TRUE(state.assessment.verdict.grounds.contains(contact::Ground::kFacts));
  const auto deaf = say("耳が遠いので、筆談でお願いできますか");
  EXPECT_LE(deaf.assessment.level, 1);
  EXPECT_TRUE(deaf.assessment.verdict.grounds.contains(contact::Ground::kAccommodation));
}

TEST(JudgeWithCriteria, TheOrganisationDecidesWhatCounts) {
  Criteria c;
  c.version = "7";
  c.phrases.push_back({.text = "豆大福", .reading = "まめだいふく", .category = Category::kVerbalAbuse, .level = 3, .why = "当店での隠語"});
  c.exceptions.push_back({.text = "地獄ラーメンを食べさせてやるから覚悟しろ", .category = std::nullopt, .why = "催しの題名"});
  c.categories[Category::kAuthorityDemand].enabled = false;
  const auto own = shipped().with(c);
  EXPECT_THAT(own->criteria_version(), testing::StartsWith("7/"));
  const std::string dish = "地獄ラーメンを食べさせてやるから覚悟しろ";
  EXPECT_GE(say(dish).assessment.level, 2);
  EXPECT_LE(talk({{Speaker::kCustomer, dish}}, contact::Medium::kPhone, *own).assessment.level, 1) << "all that is found overlaps the title of an event";
  const auto phrase = talk({{Speaker::kCustomer, "マメダイフクを三つください"}}, contact::Medium::kPhone, *own);
  EXPECT_EQ(phrase.assessment.level, 3);
  EXPECT_EQ(phrase.findings.at(0).criterion, "own.phrase");
  EXPECT_EQ(phrase.findings.at(0).text, "マメダイフク");
  EXPECT_LE(talk({{Speaker::kCustomer, "「豆大福」と言われました"}}, contact::Medium::kPhone, *own).assessment.level, 1) << "quotations of own phrases are quotations";
  const auto off = talk({{Speaker::kCustomer, "責任者を出せ。"}}, contact::Medium::kPhone, *own);
  EXPECT_FALSE(off.assessment.categories.contains(Category::kAuthorityDemand));
  EXPECT_TRUE(std::ranges::any_of(off.findings, [](const auto& f) { return f.category == Category::kAuthorityDemand && f.level == 0; })) << "found, shown, not counted";
  EXPECT_TRUE(say("責任者を出せ。").assessment.categories.contains(Category::kAuthorityDemand)) << "another organisation's criteria are not touched";
  Criteria patient;
  patient.version = "8";
  patient.thresholds.notice_minutes = 5;
  const auto quick = shipped().with(patient);
  DialogueState state;
  quick->tick(state, 60);
  EXPECT_EQ(state.assessment.level, 0);
  quick->tick(state, 301);
  EXPECT_EQ(state.assessment.level, 1);
}

TEST(JudgeFiles, AModelThatCannotBeUsedLeavesTheFramesAtWork) {
  auto files = JudgeFiles::shipped(MAMORI_SOURCE_DIR);
  files.model = std::string(MAMORI_SOURCE_DIR) + "/README.md";
  EXPECT_FALSE(Judge::load(files)) << "asked for by name, a broken model is an error";
  std::string problem;
  const auto judge = Judge::load(files, problem);
  ASSERT_TRUE(judge);
  EXPECT_THAT(problem, testing::HasSubstr("README.md"));
  EXPECT_EQ((*judge)->classifier(), nullptr);
  EXPECT_EQ(talk({{Speaker::kCustomer, "殺すぞ"}}, contact::Medium::kPhone, **judge).assessment.level, 4);
}

TEST(FrameFile, ErrorsNameFileLineAndReason) {
  const auto folder = std::string(testing::TempDir()) + "/mamori-frames";
  std::filesystem::create_directories(folder);
  const auto write = [&](const std::string& text) {
    std::ofstream(folder + "/a.toml") << text;
    auto frames = FrameSet::load(folder);
    return frames ? std::string("no error") : frames.error().message;
  };
  EXPECT_THAT(write("[[frame]]\nid = \"x\"\ncategory = \"threat\"\npatterns = ['(']\n"), testing::AllOf(testing::HasSubstr("line 4"), testing::HasSubstr("a.toml")));
  EXPECT_THAT(write("[[frame]]\nid = \"x\"\ncategory = \"thread\"\npatterns = ['a']\n"), testing::HasSubstr("line 3"));
  EXPECT_THAT(write("[[frame]]\nid = \"x\"\ncategory = \"threat\"\npaterns = ['a']\n"), testing::HasSubstr("paterns"));
  EXPECT_THAT(write("[[frame]]\nid = \"x\"\ncategory = \"threat\"\npatterns = ['{nobody}']\n"), testing::HasSubstr("{nobody}"));
  EXPECT_THAT(write("[[frame]]\nid = \"x\"\ncategory = \"threat\"\nlevel = 9\npatterns = ['a']\n"), testing::HasSubstr("0 to 4"));
  EXPECT_THAT(write("[[frame]]\nid = \"x\"\ncategory = \"threat\"\nlevel = \"3\"\npatterns = ['a']\n"), testing::HasSubstr("line 4"));
  EXPECT_THAT(write("[[frame]]\nid = \"x\"\nflag = \"complaint\"\nhint = true\npatterns = ['a']\n"), testing::HasSubstr("distress"));
  EXPECT_THAT(write("[[frames]]\nid = \"x\"\n"), testing::HasSubstr("[[frame]]"));
  EXPECT_THAT(write("[[frame]]\nid = \"x\"\ncategory = \"threat\"\npatterns = ['a*']\n"), testing::HasSubstr("nothing at all"));
  std::filesystem::remove_all(folder);
}

TEST(Scope, LooksAtWhatStandsAround) {
  const auto excuse = [](const std::string& text, const std::string& words) {
    const auto folded = text::normalise(text).folded;
    const auto at = folded.find(words);
    return scope_excuse(folded, at, at + words.size());
  };
  EXPECT_EQ(excuse("死ねと言われた", "死ね"), "quotation");
  EXPECT_EQ(excuse("死ねなんて言ってません", "死ね"), "denial");
  EXPECT_EQ(excuse("殺すつもりはありません", "殺す"), "negation");
  EXPECT_EQ(excuse("死ねって言ってんだよ", "死ね"), "");
  EXPECT_EQ(excuse("死ね", "死ね"), "");
}

}  // namespace
}  // namespace mamori::judge
