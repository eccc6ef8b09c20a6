#include "app/second_pass.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <optional>

#include "base/json.h"
#include "base/log.h"
#include "base/worker.h"

namespace mamori::app {

namespace {

constexpr std::size_t kMostBytes = 16u << 20;  // of one transcript: a day of talking has about 2 MB
constexpr std::size_t kMostWaiting = 1000;

std::string sentence(const char* what, int status) {
  if (WIFSIGNALED(status)) return std::string(what) + " was ended by signal " + std::to_string(WTERMSIG(status));
  return std::string(what) + " ended with status " + std::to_string(WEXITSTATUS(status));
}

}  // namespace

base::Result<std::vector<contact::Utterance>> read_transcript(const std::string& jsonl) {
  std::vector<contact::Utterance> out;
  for (std::size_t at = 0; at < jsonl.size();) {
    const auto end = std::min(jsonl.find('\n', at), jsonl.size());
    const auto line = std::string_view(jsonl).substr(at, end - at);
    at = end + 1;
    if (line.empty()) continue;
    auto value = base::parse_json(line);
    if (!value || !value->is_object()) return base::fail(base::ErrorCode::kInvalidArgument, "the second pass wrote something that is no transcript");
    const auto& o = value->get_object();
    if (!o.contains("text")) continue;
    contact::Utterance u;
    u.speaker = base::get_string(o, "channel") == "agent" ? contact::Speaker::kAgent : contact::Speaker::kCustomer;
    u.start = base::get_double(o, "start");
    u.end = base::get_double(o, "end");
    u.text = base::get_string(o, "text");
    u.confidence = base::get_double(o, "confidence");
    u.engine = base::get_string(o, "engine");
    u.emotion = base::get_string(o, "emotion");
    u.turn = static_cast<int>(out.size());
    out.push_back(std::move(u));
  }
  return out;
}

struct SecondPass::Impl {
  struct Job {
    std::string contact;
    std::string recording;
  };
  Options options;
  std::function<void(SecondPassResult)> done;
  std::optional<base::Worker<Job>> worker;

  int spawn(const std::string& recording, int output) const {
    auto command = options.command;
    command.push_back(recording);
    std::vector<char*> argv;
    for (auto& part : command) argv.push_back(part.data());
    argv.push_back(nullptr);
    const int log = ::open(options.log_path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640);
    const int nothing = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
    const pid_t pid = ::fork();
    if (pid == 0) {
      setpgid(0, 0);
      setpriority(PRIO_PROCESS, 0, 19);
      dup2(output, STDOUT_FILENO);
      if (log >= 0) dup2(log, STDERR_FILENO);
      if (nothing >= 0) dup2(nothing, STDIN_FILENO);
      for (int fd = 3; fd < 1024; ++fd) ::close(fd);
      sigset_t none;
      sigemptyset(&none);
      sigprocmask(SIG_SETMASK, &none, nullptr);
      execv(argv[0], argv.data());
      _exit(127);
    }
    if (log >= 0) ::close(log);
    if (nothing >= 0) ::close(nothing);
    return pid;
  }

  SecondPassResult one(const Job& job) const {
    SecondPassResult result;
    result.contact = job.contact;
    const auto began = std::chrono::steady_clock::now();
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) {
      result.error = "no pipe for the second pass";
      return result;
    }
    const int pid = spawn(job.recording, ends[1]);
    ::close(ends[1]);
    std::string text;
    bool over = false;
    while (pid > 0 && !worker->stopping()) {
      if (std::chrono::steady_clock::now() - began > std::chrono::seconds(options.limit_s)) {
        result.error = "the second pass took longer than " + std::to_string(options.limit_s) + " s";
        break;
      }
      pollfd waiting{ends[0], POLLIN, 0};
      if (::poll(&waiting, 1, 200) == 0) continue;
      char buffer[65536];
      const auto n = ::read(ends[0], buffer, sizeof buffer);
      if (n <= 0) {
        over = true;
        break;
      }
      text.append(buffer, static_cast<std::size_t>(n));
      if (text.size() > kMostBytes) {
        result.error = "the second pass wrote more than a transcript can be";
        break;
      }
    }
    ::close(ends[0]);
    if (pid > 0) {
      int status = 0;
      if (!over) ::kill(pid, SIGKILL);
      ::waitpid(pid, &status, 0);
      // 2: a file that could only be used in part, or silent; what was heard counts.
      if (over && (!WIFEXITED(status) || (WEXITSTATUS(status) != 0 && WEXITSTATUS(status) != 2))) result.error = sentence("the second pass", status);
    } else {
      result.error = "the second pass could not be started";
    }
    if (result.error.empty()) {
      auto heard = read_transcript(text);
      if (heard)
        result.utterances = std::move(*heard);
      else
        result.error = heard.error().message;
    }
    if (!result.utterances.empty()) result.engine = result.utterances.back().engine;
    result.took_ms = std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - began).count();
    return result;
  }

  void run(const Job& job) {
    auto result = one(job);
    if (worker->stopping()) return;
    if (!result.error.empty()) base::log_error("second pass failed", {{"contact", job.contact}, {"reason", result.error}});
    done(std::move(result));
  }
};

SecondPass::SecondPass(Options options, std::function<void(SecondPassResult)> done) : impl_(std::make_unique<Impl>()) {
  impl_->options = std::move(options);
  impl_->done = std::move(done);
  impl_->worker.emplace(kMostWaiting, [raw = impl_.get()](Impl::Job job) { raw->run(job); });
}

SecondPass::~SecondPass() { impl_->worker->stop(); }

void SecondPass::add(std::string contact, std::string recording) {
  if (!impl_->worker->add({contact, std::move(recording)})) base::log_error("second pass: too many recordings wait, one is passed over", {{"contact", contact}});
}

}  // namespace mamori::app
