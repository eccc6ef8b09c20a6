#include "eval/speech_eval.h"

#include <algorithm>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <iomanip>
#include <ostream>
#include <sstream>

#include "audio/resample.h"
#include "audio/wav.h"
#include "speech/built_in.h"
#include "speech/kana.h"
#include "speech/transcribe.h"
#include "speech/voice_cue.h"
#include "speech/written.h"

namespace mamori::eval {
namespace {

namespace fs = std::filesystem;
using base::ErrorCode;

constexpr std::size_t kMaxIndex = 64U << 20;
constexpr std::size_t kChunk = 800;  // 100 ms

std::vector<std::string> split(std::string_view line, char at) {
  std::vector<std::string> out;
  for (;;) {
    const auto end = line.find(at);
    out.emplace_back(line.substr(0, end));
    if (end == std::string_view::npos) return out;
    line.remove_prefix(end + 1);
  }
}

std::string slurp(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream all;
  all << in.rdbuf();
  return all.str();
}

double processor_time() {
  timespec t{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return static_cast<double>(t.tv_sec) + 1e-9 * static_cast<double>(t.tv_nsec);
}

struct Heard {
  std::string text;
  std::vector<std::string> phonemes;                         // as the network heard them
  std::vector<std::string> reading;                          // morae of the words found
  std::vector<std::pair<std::string, std::string>> phrases;  // phrase, category
};

Heard hear(std::span<const audio::Sample> pcm, const speech::Engine& engine) {
  const auto recognizer = engine.open();
  std::vector<speech::Event> events;
  for (std::size_t at = 0; at < pcm.size(); at += kChunk)
    recognizer->accept(pcm.subspan(at, std::min(kChunk, pcm.size() - at)), events);
  recognizer->finish(events);
  Heard heard;
  for (const auto& e : events) {
    if (const auto* f = std::get_if<speech::Final>(&e)) {
      heard.text += f->text;
      for (auto& p : split(f->phonemes, ' ')) {
        if (!p.empty()) heard.phonemes.push_back(p);
      }
      for (auto& m : speech::morae(speech::phonemes_of_kana(f->reading))) heard.reading.push_back(m);
    } else if (const auto* s = std::get_if<speech::Spotted>(&e)) {
      heard.phrases.emplace_back(s->phrase, s->category);
    }
  }
  return heard;
}

void count_phrases(const SpeechItem& item, const Heard& heard, const std::map<std::string, std::string>& categories, Counts& counts) {
  const auto category = [&](const std::string& phrase) {
    const auto at = categories.find(phrase);
    return at == categories.end() ? std::string() : at->second;
  };
  for (const auto& wanted : item.phrases) {
    const bool found = std::ranges::any_of(heard.phrases, [&](const auto& h) { return h.first == wanted || (!h.second.empty() && h.second == category(wanted)); });
    ++(found ? counts.hit : counts.missed);
  }
  for (const auto& [phrase, kind] : heard.phrases) {
    const bool wanted = std::ranges::any_of(item.phrases, [&](const std::string& w) { return w == phrase || category(w) == kind; });
    if (!wanted) ++counts.false_alarm;
  }
}

base::json::object scores_json(const SpeechScores& s, const SpeechReport& r) {
  base::json::object o;
  o["files"] = s.files;
  o["seconds"] = s.seconds;
  if (r.has_text) o["cer"] = s.characters.rate();
  if (r.has_reading) {
    o["kana_cer"] = s.morae.rate();
    o["per"] = s.phonemes.rate();
  }
  if (r.has_phrases) {
    o["phrase_recall"] = s.phrases.recall();
    o["phrases_said"] = s.phrases.hit + s.phrases.missed;
    o["false_alarms"] = s.phrases.false_alarm;
    o["false_alarms_per_hour"] = s.seconds > 0 ? static_cast<double>(s.phrases.false_alarm) / (s.seconds / 3600) : 0;
  }
  return o;
}

void row(const std::string& name, const SpeechScores& s, const SpeechReport& r, std::ostream& out) {
  const auto percent = [&](double v) { out << std::setw(9) << std::fixed << std::setprecision(1) << 100 * v << " %"; };
  out << "  " << std::left << std::setw(22) << name << std::right << std::setw(6) << s.files << std::setw(9) << std::fixed << std::setprecision(1) << s.seconds / 60;
  if (r.has_text) percent(s.characters.rate());
  if (r.has_reading) {
    percent(s.morae.rate());
    percent(s.phonemes.rate());
  }
  if (r.has_phrases) {
    percent(s.phrases.recall());
    out << std::setw(9) << std::setprecision(2) << (s.seconds > 0 ? static_cast<double>(s.phrases.false_alarm) / (s.seconds / 3600) : 0);
  }
  out << "\n";
}

}  // namespace

base::Result<SpeechSet> parse_speech_index(std::string_view text, const std::string& name) {
  const auto bad = [&](std::size_t line, const std::string& why) {
    return base::fail(ErrorCode::kInvalidArgument, name + ", line " + std::to_string(line) + ": " + why);
  };
  if (text.size() > kMaxIndex) return bad(1, "larger than 64 MB");
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  SpeechSet set;
  std::vector<std::string> columns;
  std::size_t number = 0;
  for (std::string line : split(text, '\n')) {
    ++number;
    if (line.ends_with('\r')) line.pop_back();
    if (line.empty()) continue;
    const auto cells = split(line, '\t');
    if (columns.empty()) {
      columns = cells;
      if (std::ranges::find(columns, "file") == columns.end()) return bad(number, "the first line names the columns; there is no column `file`");
      for (const auto& c : columns) {
        set.has_text |= c == "text";
        set.has_reading |= c == "reading";
        set.has_phrases |= c == "phrases";
        set.has_emotion |= c == "emotion";
        set.has_trial |= c == "trial";
      }
      continue;
    }
    if (cells.size() != columns.size()) return bad(number, std::to_string(cells.size()) + " columns where the first line has " + std::to_string(columns.size()));
    SpeechItem item;
    for (std::size_t i = 0; i < cells.size(); ++i) {
      if (columns[i] == "file") item.file = cells[i];
      if (columns[i] == "speaker") item.speaker = cells[i];
      if (columns[i] == "text") item.text = cells[i];
      if (columns[i] == "reading") item.reading = cells[i];
      if (columns[i] == "emotion") item.emotion = cells[i];
      if (columns[i] == "trial") item.trial = cells[i];
      if (columns[i] == "phrases" && !cells[i].empty()) item.phrases = split(cells[i], '|');
    }
    if (item.file.empty()) return bad(number, "no file");
    if (set.has_trial && item.trial != "enrol" && item.trial != "test" && !item.trial.empty()) return bad(number, "trial is neither `enrol` nor `test`");
    if (!item.reading.empty() && speech::phonemes_of_kana(item.reading).empty()) return bad(number, "the reading is not kana");
    set.items.push_back(std::move(item));
  }
  if (set.items.empty()) return bad(number, "no files named");
  set.name = name;
  return set;
}

base::Result<SpeechSet> read_speech_set(const std::string& folder) {
  std::error_code ec;
  if (!fs::is_directory(folder, ec)) return base::fail(ErrorCode::kNotFound, folder + ": no such folder");
  const fs::path dir(folder);
  if (fs::exists(dir / "index.tsv", ec)) {
    auto set = parse_speech_index(slurp(dir / "index.tsv"), (dir / "index.tsv").string());
    if (!set) return set;
    set->folder = folder;
    set->name = dir.filename().empty() ? dir.parent_path().filename().string() : dir.filename().string();
    return set;
  }
  SpeechSet set;
  set.name = set.folder = folder;
  set.has_text = true;
  for (const auto& entry : fs::directory_iterator(dir, fs::directory_options::skip_permission_denied, ec)) {
    auto text = entry.path();
    text.replace_extension(".txt");
    if (entry.path().extension() == ".txt" || !fs::exists(text, ec)) continue;
    set.items.push_back({entry.path().filename().string(), "", slurp(text), "", {}, "", ""});
  }
  std::ranges::sort(set.items, {}, &SpeechItem::file);
  if (set.items.empty()) return base::fail(ErrorCode::kNotFound, folder + ": neither index.tsv nor a sound file with a .txt of its name");
  return set;
}

SpeechReport measure(const SpeechSet& set, const speech::Engine& engine, const speech::VoiceprintModel* voices, std::ostream& errors) {
  SpeechReport report;
  report.set = set.name;
  report.engine = engine.info().name;
  report.has_text = set.has_text;
  report.has_reading = set.has_reading;
  report.has_phrases = set.has_phrases;
  std::map<std::string, std::string> categories;
  if (set.has_phrases) {
    for (const auto& [phrase, category] : engine.phrases()) categories[phrase] = category;
  }
  const bool recognise = set.has_text || set.has_reading || set.has_phrases;
  std::vector<std::pair<std::string, speech::Voiceprint>> enrolled;
  std::vector<std::pair<std::string, speech::Voiceprint>> tests;
  for (const auto& item : set.items) {
    const std::string path = (fs::path(set.folder) / item.file).string();
    const auto recording = audio::read_recording(path);
    const auto pcm = recording ? audio::to_telephone_rate(recording->channels[0], recording->rate) : std::unexpected(recording.error());
    if (!pcm) {
      errors << path << ": " << pcm.error().message << "\n";
      ++report.all.unreadable;
      continue;
    }
    if (item.emotion == "anger") report.anger.push_back(speech::anger_score(*pcm));
    if (item.emotion == "neutral") report.neutral.push_back(speech::anger_score(*pcm));
    if (set.has_trial && voices != nullptr && !item.trial.empty()) {
      if (auto print = voices->print(*pcm))
        (item.trial == "enrol" ? enrolled : tests).emplace_back(item.speaker, std::move(*print));
      else
        errors << path << ": " << print.error().message << "\n";
    }
    if (!recognise) {
      ++report.all.files;
      report.all.seconds += static_cast<double>(pcm->size()) / audio::kTelephoneRate;
      continue;
    }
    const double before = processor_time();
    const Heard heard = hear(*pcm, engine);
    const double spent = processor_time() - before;
    std::vector<SpeechScores*> into{&report.all};
    if (!item.speaker.empty()) into.push_back(&report.speakers[item.speaker]);
    for (SpeechScores* s : into) {
      ++s->files;
      s->seconds += static_cast<double>(pcm->size()) / audio::kTelephoneRate;
      s->spent += spent;
      // Numbers are compared as they would be written, whichever way either side has them.
      if (set.has_text) s->characters.add(characters(speech::written(heard.text)), characters(speech::written(item.text)));
      if (set.has_reading) {
        const auto said = speech::phonemes_of_kana(item.reading);
        s->phonemes.add(heard.phonemes, said);
        s->morae.add(heard.reading, speech::morae(said));
      }
      if (set.has_phrases) count_phrases(item, heard, categories, s->phrases);
    }
  }
  if (voices != nullptr && !enrolled.empty() && !tests.empty()) {
    std::vector<double> same;
    std::vector<double> different;
    for (const auto& [who, print] : enrolled) {
      for (const auto& [other, test] : tests) {
        if (const auto llr = voices->compare(print, test)) (who == other ? same : different).push_back(*llr);
      }
    }
    report.same_pairs = same.size();
    report.different_pairs = different.size();
    if (!same.empty() && !different.empty()) report.voiceprint = equal_error(same, different);
  }
  return report;
}

base::json::object to_json(const SpeechReport& report) {
  base::json::object o;
  o["set"] = report.set;
  o["engine"] = report.engine;
  o["all"] = scores_json(report.all, report);
  o["unreadable"] = report.all.unreadable;
  o["times_real_time"] = report.all.seconds > 0 ? report.all.spent / report.all.seconds : 0;
  if (!report.anger.empty() && !report.neutral.empty()) {
    o["anger_auc"] = auc(report.anger, report.neutral);
    o["anger_clips"] = report.anger.size();
    o["neutral_clips"] = report.neutral.size();
  }
  if (report.voiceprint) {
    o["voiceprint_eer"] = report.voiceprint->rate;
    o["voiceprint_pairs_same"] = report.same_pairs;
    o["voiceprint_pairs_different"] = report.different_pairs;
  }
  base::json::object speakers;
  for (const auto& [name, scores] : report.speakers) speakers[name] = scores_json(scores, report);
  o["speakers"] = std::move(speakers);
  return o;
}

void print(const SpeechReport& report, std::ostream& out) {
  out << report.set << "  (" << report.engine << ", " << std::fixed << std::setprecision(4) << (report.all.seconds > 0 ? report.all.spent / report.all.seconds : 0)
      << " x real time)\n  " << std::left << std::setw(22) << "speaker" << std::right << std::setw(6) << "files" << std::setw(9) << "minutes";
  if (report.has_text) out << std::setw(11) << "CER";
  if (report.has_reading) out << std::setw(11) << "kana CER" << std::setw(11) << "PER";
  if (report.has_phrases) out << std::setw(11) << "recall" << std::setw(9) << "FA/h";
  out << "\n";
  for (const auto& [name, scores] : report.speakers) row(name, scores, report, out);
  row("all", report.all, report, out);
  if (!report.anger.empty() && !report.neutral.empty())
    out << "  anger against neutral: AUC " << std::setprecision(3) << auc(report.anger, report.neutral) << " (" << report.anger.size() << " and " << report.neutral.size() << " clips)\n";
  if (report.voiceprint)
    out << "  voiceprint: equal error rate " << std::setprecision(1) << 100 * report.voiceprint->rate << " % (" << report.same_pairs << " pairs of one speaker, " << report.different_pairs << " of two)\n";
  if (report.all.unreadable > 0) out << "  " << report.all.unreadable << " files could not be read\n";
}

int run_speech_eval(const SpeechEvalOptions& options, std::ostream& out, std::ostream& errors) {
  speech::BuiltInOptions built_in;
  built_in.model_dir = options.model_dir.empty() ? speech::default_model_dir() : options.model_dir;
  built_in.phrases = options.phrases.empty() ? speech::default_phrases() : options.phrases;
  const auto engine = speech::make_built_in(built_in);
  if (!engine) {
    errors << "mamori: " << engine.error().message << "\n";
    return 1;
  }
  std::shared_ptr<const speech::VoiceprintModel> voices;
  if (!options.voiceprint_model.empty()) {
    if (auto model = speech::VoiceprintModel::load(options.voiceprint_model)) voices = std::move(*model);
  }
  int status = 0;
  base::json::array all;
  for (const auto& folder : options.folders) {
    const auto set = read_speech_set(folder);
    if (!set) {
      errors << "mamori: " << set.error().message << "\n";
      status = 2;
      continue;
    }
    if (set->has_trial && !voices) {
      errors << "mamori: " << folder << ": the voiceprint model cannot be loaded: " << options.voiceprint_model << "\n";
      status = 2;
    }
    const auto report = measure(*set, **engine, voices.get(), errors);
    if (report.all.unreadable > 0) status = 2;
    if (options.json) {
      all.push_back(to_json(report));
    } else {
      print(report, out);
    }
  }
  if (options.json) out << base::json::serialize(all) << "\n";
  return status;
}

}  // namespace mamori::eval
