#include "app/hub.h"

#include <mutex>
#include <fstream>
#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/statvfs.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <boost/asio.hpp>
#include <cstring>
#include <filesystem>
#include <future>
#include <iostream>
#include <thread>

#include "api/context.h"
#include "app/in_force.h"
#include "app/role_link.h"
#include "app/rule_source.h"
#include "app/second_opinion.h"
#include "app/second_pass.h"
#include "app/voices.h"
#include "base/log.h"
#include "flow/flow.h"
#include "net/server.h"
#include "speech/kana.h"
#include "speech/synthesis.h"

namespace mamori::app {
namespace {

namespace asio = boost::asio;
namespace fs = std::filesystem;
namespace json = base::json;
using base::ErrorCode;

constexpr unsigned kEveryMinute = 60;             // seconds
constexpr std::uint64_t kLowDisk = 500ull << 20;  // an hour of some 60 recorded calls

// Folders of the installation, readable by its own user only.
base::Result<> make_folders(const Config& config) {
  for (const auto& folder : {config.data_dir, config.run_dir(), config.recordings_dir(), config.log_dir()}) {
    std::error_code ec;
    fs::create_directories(folder, ec);
    if (!ec) fs::permissions(folder, fs::perms::owner_all, ec);
    if (ec) return base::fail(ErrorCode::kUnavailable, "cannot make the folder " + folder + ": " + ec.message());
  }
  return {};
}

// One hub per data folder. Held until the program ends.
base::Result<int> lock(const Config& config) {
  const std::string path = config.run_dir() + "/hub.lock";
  const int fd = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0) return base::fail(ErrorCode::kUnavailable, "cannot open " + path + ": " + std::strerror(errno));
  if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
    close(fd);
    return base::fail(ErrorCode::kConflict, "another mamori serve is running on " + config.data_dir);
  }
  return fd;
}

class Hub {
 public:
  explicit Hub(const HubOptions& options) : options_(options), config_(options.config) {}

  base::Result<> prepare() {
    if (auto ok = make_folders(config_); !ok) return ok;
    auto locked = lock(config_);
    if (!locked) return base::fail(locked.error());
    auto zone = flow::TimeZone::named(config_.time_zone);
    if (!zone) return base::fail(zone.error());
    zone_ = std::move(*zone);
    auto judge = judge::Judge::load(config_.judge, judge_problem_);
    if (!judge) return base::fail(judge.error());
    if (!judge_problem_.empty()) base::log_error("the classifier cannot be used, frames alone decide: " + judge_problem_);
    auto store = store::Store::open(config_.database, config_.data_dir + "/master.key");
    if (!store) return base::fail(store.error());
    store_ = std::move(*store);
    auto in_force = InForce::open(*store_, clock_, std::move(*judge), config_.criteria_file, config_.policy_file);
    if (!in_force) return base::fail(in_force.error());
    in_force_ = std::move(*in_force);
    if (!config_.second_opinion.address.empty()) {
      auto options = SecondOpinion::options(config_.second_opinion);
      if (!options) return base::fail(options.error());
      make_second_opinion(std::move(*options));
    }
    voices_ = std::make_unique<Voices>(config_, *store_, clock_);
    (void)voices_->refresh();
    make_flow();
    if (auto ok = restore(); !ok) return ok;
    return start_web();
  }

  int run() {
    auto password = api::ensure_admin(*store_, clock_);
    print("Mamori " MAMORI_VERSION "  " + url());
    if (!password) {
      std::cerr << "mamori: " << password.error().message << "\n";
      return 1;
    }
    if (!password->empty())
      print("管理者(admin)の初回パスワード / one-time administrator password: " + *password);
    else
      print("管理者(admin)のパスワードは設定済みです。忘れたときは: mamori user password admin");
    make_second_pass();
    make_links();
    asio::signal_set signals(core_, SIGINT, SIGTERM);
    signals.async_wait([this](boost::system::error_code ec, int) {
      if (!ec) core_.stop();
    });
    tick();
    if (options_.demo) wait_for_demo();
    core_.run();
    stopping_ = true;
    print("終了します(通話中の録音を閉じています)…");
    if (demo_ > 0) kill(demo_, SIGTERM);
    second_pass_.reset();
    second_opinion_.reset();
    web_.reset();  // no handler may wait for the core any more
    replays_.reset();
    if (media_) media_->stop(10);
    if (speech_) speech_->stop(5);
    readers_.join();
    store_.reset();
    return 0;
  }

 private:
  std::string url() const {
    return std::string(config_.certificate.empty() ? "http" : "https") + "://" + (config_.web_address == "0.0.0.0" ? "localhost" : config_.web_address) + ":" +
           std::to_string(web_->port()) + "/";
  }

  static void print(const std::string& line) { std::cout << line << std::endl; }

  void make_flow() {
    flow::Outside out;
    out.write = [this](store::Write w) { store_->journal().submit(std::move(w)); };
    out.media = [this](const json::object& m) { if (media_) media_->send(m); };
    out.speech = [this](const json::object& m) { if (speech_) speech_->send(m); };
    out.speech_audio = [this](const link::Audio& a) { if (speech_) speech_->send(a); };
    out.wall = [this](const json::object& m) { if (web_) web_->broadcast(json::serialize(m)); };
    if (config_.voiceprint) {
      out.voices_wanted = [this] { return voices_->wanted(); };
      out.compare_voice = [this](const json::object& m) { return voices_->compare(m); };
    }
    if (options_.narrate) out.narrate = [](const std::string& line) { print(line); };
    flow_ = std::make_unique<flow::Flow>(in_force_->judge(), in_force_->policy(), store_->keys(), clock_, zone_, std::move(out));
    in_force_->on_change({[this](std::shared_ptr<const judge::Judge> judge) { asio::post(core_, [this, judge = std::move(judge)] { flow_->set_judge(judge); }); },
                          [this](policy::Policy policy) { asio::post(core_, [this, policy = std::move(policy)]() mutable { flow_->set_policy(std::move(policy)); }); }});
    flow_->contact_began = [this](const std::string& id, const std::string& party, base::UnixMillis at) {
      asio::post(readers_, [this, id, party, at] {
        const auto matter = store_->matter(id, party, at);
        if (matter) asio::post(core_, [this, id, m = *matter] { flow_->set_matter(id, m); });
      });
    };
    flow_->contact_over = [this](const std::string& id, double suspicion, contact::Level level) {
      if (second_opinion_ && opinion::worth_asking(suspicion, level, config_.second_opinion.doubt)) second_opinion_->add(id, suspicion);
    };
  }

  void make_second_opinion(SecondOpinion::Options options) {
    second_opinion_ = std::make_unique<SecondOpinion>(std::move(options), [this](const std::string& id) { return question_about(id); }, [this](OpinionResult result) {
      asio::post(core_, [this, r = std::move(result)] { flow_->add_late(entry_of(r, clock_.now())); });
    });
  }

  // What the model is asked about a contact, as the journal has it; nothing when it was erased or nothing was said. That its
  // words are taken out of the journal stands there before they leave.
  std::optional<OpinionQuestion> question_about(const std::string& id) {
    if (!store_->journal().flush()) return std::nullopt;
    auto row = store_->contact(id);
    if (!row || row->erased_at != 0) return std::nullopt;
    auto entries = store_->entries(id);
    if (!entries) return std::nullopt;
    OpinionQuestion out;
    out.question.medium = row->medium;
    for (const auto& e : *entries) {
      if (e.kind == "utterance" && !e.content_erased) out.question.turns.push_back(flow::utterance_from_entry(e));
    }
    if (out.question.turns.empty()) return std::nullopt;
    out.judged.level = row->level;
    for (const auto& c : row->categories) {
      if (const auto known = contact::category_from_id(c)) out.judged.categories.insert(*known);
    }
    for (const auto& f : row->flags) {
      if (const auto known = contact::flag_from_id(f)) out.judged.flags.insert(*known);
    }
    store::Write read;
    read.entries.push_back({id, clock_.now(), "read", {{"by", "mamori"}, {"what", "second_opinion"}}, {}});
    store_->journal().submit(std::move(read));
    if (!store_->journal().flush()) return std::nullopt;
    return out;
  }

  // A hub that comes back finds what it knew: blocked numbers, and contacts that were going on.
  base::Result<> restore() {
    auto blocks = store_->blocks(true);
    if (!blocks) return base::fail(blocks.error());
    flow_->set_blocks(std::move(*blocks));
    auto proposals = store_->facts("proposal", clock_.now() - 3'600'000);
    if (!proposals) return base::fail(proposals.error());
    std::vector<std::pair<base::UnixMillis, contact::ActionKind>> automatic;
    for (const auto& [at, facts] : *proposals) {
      if (base::get_string(facts, "mode") != "automatic") continue;
      if (const auto kind = contact::action_from_id(base::get_string(facts, "action"))) automatic.emplace_back(at, *kind);
    }
    flow_->set_automatic(std::move(automatic));
    auto rows = store_->contacts(500);
    if (!rows) return base::fail(rows.error());
    for (auto& row : *rows) {
      if (row.state != "live") continue;
      auto entries = store_->entries(row.id);
      if (!entries) return base::fail(entries.error());
      flow_->restore(std::move(row), *entries);
    }
    return {};
  }

  base::Result<> start_web() {
    context_ = std::make_unique<api::Context>(api::Context{
        *store_, clock_,
        [this](const std::function<void(flow::Flow&)>& work) { on_core(work); },
        [this] { json::object out; on_core([&](flow::Flow&) { out = health(); }); return out.empty() ? json::object{{"status", "stopping"}} : out; },
        config_.recordings_dir(), config_.prompts_dir, !config_.certificate.empty(), voices_->for_api(), speaking(), own_words(), rules(), replays(), zone_});
    write_own_words();
    prompt_files_ = api::prompt_files(*context_);
    net::Router router;
    api::add_routes(router, *context_);
    net::Server::LiveFeed feed;
    feed.path = "/api/v1/live";
    feed.admit = [this](const net::Request& request) { return api::admit_to_feed(*context_, request); };
    feed.snapshot = [this](const std::string&) {
      json::object out{{"type", "snapshot"}};
      on_core([&](flow::Flow& flow) {
        out["contacts"] = flow.live(true);
        out["health"] = health();
        out["policy"] = flow.policy().version;
      });
      return json::serialize(out);
    };
    auto web = net::Server::start({config_.web_address, static_cast<unsigned short>(config_.web_port), config_.certificate, config_.private_key, config_.web_dir, 4},
                                  std::move(router), std::move(feed));
    if (!web) return base::fail(web.error());
    web_ = std::move(*web);
    return {};
  }

  api::Speaking speaking() {
    synthesiser_ = std::make_unique<speech::Synthesiser>(
        speech::SynthesisOptions{config_.synthesis_program, config_.synthesis_dictionary, config_.synthesis_voice, config_.own_prompts_dir() + "/spoken"});
    return {config_.own_prompts_dir(), [this] { return synthesiser_->problem(); }, [this](const std::string& text) { return synthesiser_->speak(text); },
            [this] {
      auto files = api::prompt_files(*context_);
      asio::post(core_, [this, files = std::move(files)]() mutable {
        prompt_files_ = std::move(files);
        send_prompts();
      });
    }};
  }

  api::Rules rules() {
    return {[this](versions::Kind kind) { return in_force_->text(kind); }, [this](versions::Kind kind) { return in_force_->shipped(kind); },
            [this](versions::Kind kind) { return in_force_->state(kind); }, [this] {
      auto ok = in_force_->refresh();
      asio::post(core_, [this] { send_health(); });
      return ok;
    }, config_.presets_dir()};
  }

  api::Replays replays() {
    rule_source_ = std::make_unique<RuleSource>(*store_, clock_, config_, false);
    replays_ = std::make_unique<replay::Desk>(*store_, clock_);
    return {replays_.get(), [this](const std::string& name) -> base::Result<std::shared_ptr<const judge::Judge>> {
      auto criteria = rule_source_->criteria(name);
      if (!criteria) return base::fail(criteria.error());
      return in_force_->judge_with(*criteria);
    }, [this](const std::string& name) { return rule_source_->policy(name); }};
  }

  api::OwnWords own_words() {
    return {[](const std::string& reading) { return !speech::phonemes_of_kana(reading).empty(); }, [this] { write_own_words(); }};
  }

  // Where the speech role looks once a second. Written beside and moved, so that it is never read half.
  void write_own_words() {
    const std::lock_guard lock(own_words_);
    const auto rows = store_->own_words();
    if (!rows) {
      base::log_error("own words: " + rows.error().message);
      return;
    }
    const std::string path = config_.own_words_file();
    {
      std::ofstream out(path + ".new", std::ios::binary | std::ios::trunc);
      for (const auto& w : *rows) out << w.spelling << '\t' << w.reading << '\n';
      if (!out.flush()) {
        base::log_error("own words: cannot write " + path + ".new");
        return;
      }
    }
    std::error_code ec;
    std::filesystem::rename(path + ".new", path, ec);
    if (ec) base::log_error("own words: " + ec.message());
  }

  void send_prompts() {
    json::object message{{"type", "prompts"}, {"warning", config_.prompts_dir + "/warning.wav"}, {"announcement", config_.prompts_dir + "/announcement.wav"}};
    for (const auto& [name, file] : prompt_files_) message[name] = file;
    if (media_) media_->send(message);
  }

  void on_core(const std::function<void(flow::Flow&)>& work) {
    if (stopping_) return;
    auto done = std::make_shared<std::promise<void>>();
    auto future = done->get_future();
    asio::post(core_, [this, &work, done] {
      work(*flow_);
      done->set_value();
    });
    // The core may stop while we wait; then the work is never run.
    while (future.wait_for(std::chrono::milliseconds(200)) != std::future_status::ready) {
      if (stopping_ || core_.stopped()) return;
    }
  }

  std::vector<std::string> child(const std::string& role) const {
    if (!options_.start_children) return {};
    std::vector<std::string> command{options_.executable, role, "--data", config_.data_dir};
    if (!config_.path.empty()) {
      command.push_back("--config");
      command.push_back(config_.path);
    }
    return command;
  }

  void make_links() {
    media_ = std::make_unique<RoleLink>(core_, RoleLink::Options{"media", config_.run_dir() + "/media.sock", child("media"), config_.log_dir() + "/media.log"},
                                        RoleLink::Handlers{[this] {
      send_prompts();
      send_health();
    },
                                                           [this] { flow_->media_lost(); media_health_ = {}; send_health(); },
                                                           [this](const json::object& m) {
      if (base::get_string(m, "type") == "health")
        media_health_ = m;
      else
        flow_->from_media(m);
      if (base::get_string(m, "type") == "recorded" && second_pass_) hear_again(m);
    },
                                                           [this](const link::Audio& a) { flow_->audio_from_media(a); }});
    speech_ = std::make_unique<RoleLink>(core_, RoleLink::Options{"speech", config_.run_dir() + "/speech.sock", child("speech"), config_.log_dir() + "/speech.log"},
                                         RoleLink::Handlers{[this] { flow_->speech_ready(); send_health(); }, [this] { flow_->speech_lost(); engine_ = {}; send_health(); },
                                                            [this](const json::object& m) {
      flow_->from_speech(m);
      if (base::get_string(m, "type") != "engine") return;
      engine_ = m;
      send_health();
    },
                                                            nullptr});
    media_->start();
    speech_->start();
  }

  // Its recording is closed: the better engine may have it.
  void hear_again(const json::object& recorded) {
    const auto name = fs::path(base::get_string(recorded, "recording")).filename().string();
    if (const auto contact = base::get_string(recorded, "call"); !contact.empty() && !name.empty()) second_pass_->add(contact, config_.recordings_dir() + "/" + name);
  }

  void make_second_pass() {
    if (config_.second_pass.engine.empty()) return;
    std::vector<std::string> command{options_.executable, "transcribe", "--with", "second_pass", "--format", "jsonl", "--data", config_.data_dir, "--config", config_.path};
    second_pass_ = std::make_unique<SecondPass>(SecondPass::Options{std::move(command), config_.log_dir() + "/second_pass.log"}, [this](SecondPassResult result) {
      asio::post(core_, [this, r = std::move(result)] { flow_->heard_again(r.contact, r.utterances, r.engine, r.took_ms, r.error); });
    });
  }

  json::object health() const {
    const auto journal = store_->journal().health();
    struct statvfs disk{};
    const bool stat_ok = statvfs(config_.recordings_dir().c_str(), &disk) == 0;
    const std::uint64_t free = stat_ok ? static_cast<std::uint64_t>(disk.f_bavail) * disk.f_frsize : 0;
    const bool media_up = media_ && media_->connected();
    const bool speech_up = speech_ && speech_->connected();
    const std::string recording = base::get_string(media_health_, "recording", media_up ? "ok" : "unknown");
    const bool engine_ok = base::get_string(engine_, "instead_of").empty();
    const bool fine = judge_problem_.empty() && media_up && speech_up && engine_ok && journal.writable && journal.refused == 0 && free > kLowDisk && recording == "ok" && in_force_->fine();
    return {{"status", fine ? "ok" : "degraded"},
            {"version", MAMORI_VERSION},
            {"media", json::object{{"up", media_up}, {"problem", media_ ? media_->problem() : ""}, {"restarts", media_ ? media_->restarts() : 0}, {"calls", base::get_int(media_health_, "calls")}, {"recording", recording}, {"dropped_audio_ms", base::get_int(media_health_, "dropped_audio_ms")}}},
            {"speech", json::object{{"up", speech_up}, {"problem", speech_ ? speech_->problem() : ""}, {"restarts", speech_ ? speech_->restarts() : 0}, {"engine", base::get_string(engine_, "name")}, {"tier", base::get_int(engine_, "tier")}, {"model", base::get_string(engine_, "model")}, {"instead_of", base::get_string(engine_, "instead_of")}, {"engine_problem", base::get_string(engine_, "problem")}}},
            {"judge", json::object{{"version", in_force_->judge()->criteria_version()}, {"problem", judge_problem_}}},
            {"journal", json::object{{"writable", journal.writable}, {"problem", journal.problem}, {"waiting", static_cast<std::int64_t>(journal.waiting)}, {"last_seq", journal.last_seq}, {"refused", journal.refused}}},
            {"criteria", in_force_->state(versions::Kind::kCriteria)},
            {"policy", in_force_->state(versions::Kind::kPolicy)},
            {"disk", json::object{{"free_bytes", free}, {"low", free <= kLowDisk}}}};
  }

  void send_health() {
    if (!web_) return;
    json::object message{{"type", "health"}, {"health", health()}};
    web_->broadcast(json::serialize(message));
  }

  void tick() {
    timer_.expires_after(std::chrono::seconds(1));
    timer_.async_wait([this](boost::system::error_code ec) {
      if (ec) return;
      flow_->tick();
      send_health();
      if (++ticks_ % kEveryMinute == 0) every_minute();
      if (demo_ > 0 && waitpid(demo_, nullptr, WNOHANG) == demo_) {
        demo_ = -1;
        print("デモの場面はすべて終わりました。Ctrl-C で終了します。画面: " + url());
      }
      tick();
    });
  }

  void every_minute() {
    asio::post(readers_, [this] {
      if (auto ok = in_force_->refresh(); !ok) base::log_error("rules in force: " + ok.error().message);
      for (auto& id : voices_->refresh()) asio::post(core_, [this, id] { flow_->forget_voice(id); });
    });
  }

  void wait_for_demo() {
    demo_timer_.expires_after(std::chrono::milliseconds(300));
    demo_timer_.async_wait([this](boost::system::error_code ec) {
      if (ec) return;
      if (!media_->connected() || !speech_->connected()) return wait_for_demo();
      print("デモ: data/scenes の場面を実際の通話として流します(警告と案内音声は自動に設定されています)");
      const std::string sip = config_.sip_address + ":" + std::to_string(config_.sip_port);
      demo_ = fork();
      if (demo_ != 0) return;
      execl(options_.executable.c_str(), options_.executable.c_str(), "scene", "play", "all", "--server", sip.c_str(), "--quiet", static_cast<char*>(nullptr));
      _exit(127);
    });
  }

  HubOptions options_;
  Config config_;
  base::SystemClock clock_;
  std::unique_ptr<store::Store> store_;
  std::string judge_problem_;  // why frames alone decide; empty: the classifier weighs them
  std::unique_ptr<InForce> in_force_;
  std::unique_ptr<RuleSource> rule_source_;
  std::unique_ptr<replay::Desk> replays_;
  std::unique_ptr<Voices> voices_;
  std::unique_ptr<speech::Synthesiser> synthesiser_;
  std::map<std::string, std::string> prompt_files_;  // what media plays, by name
  flow::TimeZone zone_;                              // of the organisation
  std::unique_ptr<flow::Flow> flow_;
  std::unique_ptr<api::Context> context_;
  asio::io_context core_{1};
  asio::thread_pool readers_{1};
  asio::steady_timer timer_{core_};
  asio::steady_timer demo_timer_{core_};
  std::unique_ptr<RoleLink> media_;
  std::unique_ptr<RoleLink> speech_;
  std::unique_ptr<net::Server> web_;
  std::unique_ptr<SecondPass> second_pass_;
  std::unique_ptr<SecondOpinion> second_opinion_;
  unsigned ticks_ = 0;
  std::mutex own_words_;  // one writer of the file at a time
  json::object media_health_;
  json::object engine_;
  std::atomic<bool> stopping_{false};
  int demo_ = -1;
};

}  // namespace

int run_hub(const HubOptions& options) {
  signal(SIGPIPE, SIG_IGN);
  Hub hub(options);
  if (auto ok = hub.prepare(); !ok) {
    std::cerr << "mamori: 起動できません / cannot start: " << ok.error().message << std::endl;
    return 1;
  }
  return hub.run();
}

}  // namespace mamori::app
