// mamori_speech_measure: what the recipe in ml/ uses to calibrate phrases and measure error rates with the real engine.
//
//   mamori_speech_measure --models DIR [--phrases FILE] [--scores] [--list FILE] [options] WAV...
// Prints per file: `T<tab>file<tab>text<tab>phonemes<tab>confidence<tab>seconds`, and with --scores
// With --voice, no models: `V<tab>file<tab>voiced seconds<tab>speech seconds<tab>level<tab>anger score<tab>` and the
// voice measures in the order of kMeasureIds. With --scores also
// `P<tab>file<tab>phrase index<tab>ratio` for the best sighting of every phrase, whatever its threshold.
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <iostream>
#include <map>

#include "audio/resample.h"
#include "audio/wav.h"
#include "speech/built_in.h"

namespace {

using namespace mamori;

int measure_voices(const std::vector<std::string>& files) {
  for (const auto& file : files) {
    const auto recording = audio::read_recording(file);
    if (!recording) {
      std::cerr << file << ": " << recording.error().message << "\n";
      continue;
    }
    const auto pcm = audio::to_telephone_rate(recording->channels[0], recording->rate);
    if (!pcm) continue;
    speech::VoiceTrack track;
    std::vector<speech::VoiceFrame> frames;
    track.push(*pcm, frames);
    track.finish(frames);
    const auto m = speech::measure(frames);
    if (!m) continue;
    std::cout << "V\t" << file << "\t" << m->voiced_seconds << "\t" << m->speech_seconds << "\t" << m->level_db << "\t" << speech::anger_score(*pcm);
    for (const double v : m->value) std::cout << "\t" << v;
    std::cout << "\n";
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  speech::BuiltInOptions options;
  std::vector<std::string> files;
  bool scores = false;
  bool voice = false;
  for (int i = 1; i < argc; ++i) {
    const std::string a = argv[i];
    const auto next = [&] { return i + 1 < argc ? std::string(argv[++i]) : std::string(); };
    if (a == "--models")
      options.model_dir = next();
    else if (a == "--phrases")
      options.phrases = next();
    else if (a == "--scores")
      scores = true;
    else if (a == "--voice")
      voice = true;
    else if (a == "--no-words")
      options.words = false;
    else if (a == "--beam")
      options.decoder.beam = std::stoul(next());
    else if (a == "--width")
      options.decoder.beam_width = std::stof(next());
    else if (a == "--language")
      options.decoder.language = std::stof(next());
    else if (a == "--bonus")
      options.decoder.word_bonus = std::stof(next());
    else if (a == "--blank")
      options.decoder.blank_scale = std::stof(next());
    else if (a == "--list") {
      std::ifstream in(next());
      for (std::string line; std::getline(in, line);) files.push_back(line);
    } else
      files.push_back(a);
  }
  if (voice) return measure_voices(files);
  auto models = speech::load_models(options);
  if (!models) {
    std::cerr << models.error().message << "\n";
    return 1;
  }
  if (scores) {
    auto open = std::make_shared<speech::PhraseList>(*models->phrases);
    for (auto& p : open->phrases) p.threshold = -1.15F;
    models->phrases = open;
  }
  const auto phrases = models->phrases;
  const auto engine = speech::make_built_in(*models, options);
  double seconds = 0;
  double spent = 0;
  for (const auto& file : files) {
    const auto recording = audio::read_recording(file);
    if (!recording) {
      std::cerr << file << ": " << recording.error().message << "\n";
      continue;
    }
    const auto pcm = audio::to_telephone_rate(recording->channels[0], recording->rate);
    if (!pcm) continue;
    const std::clock_t start = std::clock();  // of the processor: other work on the machine does not count
    const auto recognizer = engine->open();
    std::vector<speech::Event> events;
    for (std::size_t at = 0; at < pcm->size(); at += 800)
      recognizer->accept(std::span(*pcm).subspan(at, std::min<std::size_t>(800, pcm->size() - at)), events);
    recognizer->finish(events);
    spent += static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
    seconds += static_cast<double>(pcm->size()) / 8000;
    std::string text;
    std::string phonemes;
    double confidence = 0;
    int finals = 0;
    for (const auto& e : events) {
      if (const auto* f = std::get_if<speech::Final>(&e)) {
        text += f->text;
        phonemes += (phonemes.empty() ? "" : " ") + f->phonemes;
        confidence += f->confidence;
        ++finals;
      } else if (const auto* s = std::get_if<speech::Spotted>(&e)) {
        std::cout << (scores ? "P\t" : "S\t") << file << "\t" << s->phrase << "\t" << s->category << "\t" << s->score
                  << "\t" << s->start << "\n";
      }
    }
    std::cout << "T\t" << file << "\t" << text << "\t" << phonemes << "\t" << (finals > 0 ? confidence / finals : 0)
              << "\t" << static_cast<double>(pcm->size()) / 8000 << "\n";
  }
  std::cerr << "sound " << seconds << " s, " << spent / seconds << " x real time\n";
  return 0;
}
