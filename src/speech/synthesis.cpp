#include "speech/synthesis.h"

#include <fcntl.h>
#include <openssl/sha.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <thread>

#include "audio/resample.h"
#include "audio/wav.h"

extern char** environ;

namespace mamori::speech {
namespace {

namespace fs = std::filesystem;
using base::ErrorCode;
using namespace std::chrono_literals;

constexpr double kLevel = -20;  // dB of full scale, RMS of the speech: as loud as our recorded prompts
constexpr double kPeak = 0.9;
constexpr std::size_t kPause = 2800;  // samples between sentences: 0.35 s
constexpr auto kPatience = 60s;       // for one sentence; a hung process is ended

std::string on_path(const std::string& program) {
  std::error_code ec;
  if (program.empty()) return {};
  if (program.find('/') != std::string::npos) return access(program.c_str(), X_OK) == 0 ? program : std::string{};
  const char* path = std::getenv("PATH");
  std::string_view rest = path != nullptr ? path : "/usr/local/bin:/usr/bin:/bin";
  while (!rest.empty()) {
    const auto colon = std::min(rest.find(':'), rest.size());
    const auto candidate = (fs::path(rest.substr(0, colon)) / program).string();
    if (access(candidate.c_str(), X_OK) == 0 && fs::is_regular_file(candidate, ec)) return candidate;
    rest.remove_prefix(std::min(colon + 1, rest.size()));
  }
  return {};
}

std::string hex_hash(std::string_view bytes) {
  unsigned char hash[SHA256_DIGEST_LENGTH];
  SHA256(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), hash);
  std::string out;
  for (const auto b : hash) {
    out += "0123456789abcdef"[b >> 4];
    out += "0123456789abcdef"[b & 15];
  }
  return out;
}

// Runs it without a shell: a text can never become a command. True when it ended well.
bool run(const std::vector<std::string>& command) {
  std::vector<char*> argv;
  for (const auto& part : command) argv.push_back(const_cast<char*>(part.c_str()));
  argv.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  for (const int fd : {0, 1, 2}) posix_spawn_file_actions_addopen(&actions, fd, "/dev/null", fd == 0 ? O_RDONLY : O_WRONLY, 0);
  pid_t pid = -1;
  const int failed = posix_spawn(&pid, argv[0], &actions, nullptr, argv.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (failed != 0) return false;
  const auto give_up = std::chrono::steady_clock::now() + kPatience;
  int status = 0;
  while (waitpid(pid, &status, WNOHANG) == 0) {
    if (std::chrono::steady_clock::now() > give_up) {
      kill(pid, SIGKILL);
      waitpid(pid, &status, 0);
      return false;
    }
    std::this_thread::sleep_for(5ms);
  }
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

void level(std::vector<audio::Sample>& sound) {
  double sum = 0;
  double peak = 1;
  for (const auto s : sound) {
    sum += static_cast<double>(s) * s;
    peak = std::max(peak, std::abs(static_cast<double>(s)));
  }
  const double rms = std::sqrt(sum / static_cast<double>(sound.size()));
  if (rms < 1) return;
  const double gain = std::min(32768 * std::pow(10, kLevel / 20) / rms, 32767 * kPeak / peak);
  for (auto& s : sound) s = static_cast<audio::Sample>(std::lround(s * gain));
}

bool ends_with_any(std::string_view text, std::initializer_list<std::string_view> marks) {
  return std::ranges::any_of(marks, [&](auto m) { return text.ends_with(m); });
}

// Something other than blanks and marks.
bool sayable(std::string_view text) {
  static constexpr std::string_view kMarks[] = {"。", "、", "!", "?", "!", "?", "・", "…", "「", "」", " ", " ", "\t", ".", ",", "-", "ー", "(", ")", "(", ")"};
  while (!text.empty()) {
    const auto mark = std::ranges::find_if(kMarks, [&](auto m) { return text.starts_with(m); });
    if (mark == std::end(kMarks)) return true;
    text.remove_prefix(mark->size());
  }
  return false;
}

}  // namespace

std::vector<std::string> spoken_pieces(std::string_view text, std::size_t most_bytes) {
  std::vector<std::string> out;
  std::string piece;
  std::size_t comma = 0;  // end of the last comma in the piece
  const auto close = [&] {
    if (sayable(piece)) out.push_back(piece);
    piece.clear();
    comma = 0;
  };
  for (std::size_t i = 0; i < text.size();) {
    const auto lead = static_cast<unsigned char>(text[i]);
    const std::size_t n = std::min(text.size() - i, lead < 0x80 ? 1UL : lead < 0xE0 ? 2UL
                                                                    : lead < 0xF0   ? 3UL
                                                                                    : 4UL);
    const auto c = text.substr(i, n);
    i += n;
    if (c == "\n" || c == "\r") {
      close();
      continue;
    }
    if (lead < 0x20 || lead == 0x7F) continue;
    if (piece.size() + n > most_bytes) {
      if (comma > 0) {
        const std::string rest = piece.substr(comma);
        piece.resize(comma);
        close();
        piece = rest;
      } else {
        close();
      }
    }
    piece += c;
    if (ends_with_any(piece, {"。", "!", "?", "!", "?"}))
      close();
    else if (ends_with_any(piece, {"、", ","}))
      comma = piece.size();
  }
  close();
  return out;
}

std::string Synthesiser::problem() const {
  std::error_code ec;
  if (on_path(options_.program).empty()) return "音声合成のプログラム(" + options_.program + ")がありません。Debian では open-jtalk パッケージを入れてください";
  if (!fs::is_directory(options_.dictionary, ec)) return "音声合成の辞書(" + options_.dictionary + ")がありません。Debian では open-jtalk-mecab-naist-jdic パッケージを入れてください";
  if (!fs::is_regular_file(options_.voice, ec)) return "音声合成の声(" + options_.voice + ")がありません。hts-voice-nitech-jp-atr503-m001(Debian の contrib)などを入れ、設定の synthesis.voice で指定してください";
  return {};
}

base::Result<std::vector<audio::Sample>> Synthesiser::sentence(const std::string& text, const std::string& scratch) const {
  const std::string in = scratch + ".txt";
  const std::string wav = scratch + ".wav";
  std::ofstream(in, std::ios::binary) << text << "\n";
  const bool ran = run({on_path(options_.program), "-x", options_.dictionary, "-m", options_.voice, "-ow", wav, in});
  auto recording = audio::read_recording(wav);
  std::error_code ec;
  fs::remove(in, ec);
  fs::remove(wav, ec);
  if (!ran || !recording) return base::fail(ErrorCode::kUnavailable, "音声合成に失敗しました");
  return audio::to_telephone_rate(recording->channels[0], recording->rate);
}

base::Result<std::string> Synthesiser::speak(std::string_view text) {
  if (text.size() > kMostSpokenBytes) return base::fail(ErrorCode::kInvalidArgument, "文が長すぎます(2,000文字まで)");
  const auto pieces = spoken_pieces(text);
  if (pieces.empty()) return base::fail(ErrorCode::kInvalidArgument, "読み上げる文がありません");
  std::error_code ec;
  const auto age = fs::last_write_time(options_.voice, ec).time_since_epoch().count();
  std::string key = options_.voice + "\n" + std::to_string(age) + "\n";
  for (const auto& p : pieces) key += p + "\n";
  const std::string path = options_.cache_dir + "/" + hex_hash(key) + ".wav";
  const std::lock_guard lock(mutex_);
  if (fs::is_regular_file(path, ec)) return path;
  if (auto missing = problem(); !missing.empty()) return base::fail(ErrorCode::kUnavailable, missing);
  fs::create_directories(options_.cache_dir, ec);
  if (ec) return base::fail(ErrorCode::kUnavailable, "cannot make the folder " + options_.cache_dir + ": " + ec.message());
  audio::Recording out;
  out.channels.resize(1);
  for (const auto& piece : pieces) {
    auto sound = sentence(piece, path);
    if (!sound) return base::fail(sound.error());
    level(*sound);
    auto& all = out.channels[0];
    if (!all.empty()) all.insert(all.end(), kPause, 0);
    all.insert(all.end(), sound->begin(), sound->end());
  }
  // Written beside and put in place: media may read it at any time.
  if (auto written = audio::write_wav(path + ".new", out); !written) return base::fail(written.error());
  fs::rename(path + ".new", path, ec);
  if (ec) return base::fail(ErrorCode::kUnavailable, path + ": cannot be written");
  return path;
}

}  // namespace mamori::speech
