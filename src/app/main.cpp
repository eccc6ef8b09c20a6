// The program: what is asked on the command line goes to its function. Nothing else happens here.
#include <sys/stat.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <fstream>
#include <functional>
#include <iostream>

#include "app/config.h"
#include "app/feedback_command.h"
#include "app/hub.h"
#include "app/replay_command.h"
#include "app/scene_command.h"
#include "app/user_command.h"
#include "app/voiceprint_command.h"
#include "base/log.h"
#include "eval/judge_eval.h"
#include "eval/judge_train.h"
#include "eval/speech_eval.h"
#include "judge/command.h"
#include "models/command.h"
#include "speech/server.h"
#include "speech/transcribe.h"
#include "telephony/media_role.h"

namespace {

using mamori::app::Config;

int fail(const std::string& message) {
  std::cerr << "mamori: " << message << std::endl;
  return 1;
}

mamori::base::LogLevel level_of(const std::string& name) {
  using enum mamori::base::LogLevel;
  return name == "debug" ? kDebug : name == "warning" ? kWarning
                                : name == "error"     ? kError
                                                      : kInfo;
}

int media(const Config& config) {
  mamori::base::open_log("media", level_of(config.log_level));
  mamori::telephony::MediaOptions options;
  options.run_dir = config.run_dir();
  options.recordings_dir = config.recordings_dir();
  options.sip_address = config.sip_address;
  options.sip_port = static_cast<std::uint16_t>(config.sip_port);
  options.advertised_address = config.sip_advertised;
  options.rtp_port_min = static_cast<std::uint16_t>(config.rtp_port_first);
  options.rtp_port_max = static_cast<std::uint16_t>(config.rtp_port_last);
  options.max_calls = static_cast<std::size_t>(config.max_calls);
  options.workers = static_cast<unsigned>(config.media_workers);
  options.trusted_peers = config.trusted_peers;
  for (const auto& route : config.routes) options.routes.push_back({route.called == "*" ? "" : route.called, route.target});
  const auto ran = mamori::telephony::run_media(options);
  return ran ? 0 : fail(ran.error().message);
}

int speech(const Config& config) {
  mamori::base::open_log("speech", level_of(config.log_level));
  return mamori::speech::run_speech({config.run_dir() + "/speech.sock", config.model, "", config.speech_workers, 2 * config.max_calls, config.engine, config.own_words_file(), config.voiceprint ? config.voiceprint_model : ""});
}

// Loads the judge and the rules, and gives them to `use`. For making a new model the one in use need not be readable: it may be
// of an earlier version, and the frames alone are what the new one is compared with.
int with_judge(const Config& config, const std::function<int(const mamori::judge::Judge&, const mamori::policy::Policy&)>& use, bool model_needed = true) {
  std::string problem;
  const auto loaded = model_needed ? mamori::judge::Judge::load(config.judge) : mamori::judge::Judge::load(config.judge, problem);
  if (!loaded) return fail(loaded.error().message);
  if (!problem.empty()) std::cerr << "mamori: いまのモデルは使えないため、句型だけの判定と比べます / the model in use cannot be read, frames alone are compared with: " << problem << "\n";
  const auto policy = mamori::policy::load_policy(config.policy_file);
  if (!policy) return fail(policy.error().message);
  return use(**loaded, *policy);
}

int judge(const std::vector<std::string>& files, bool jsonl, const mamori::judge::Judge& judge, const mamori::policy::Policy& policy) {
  if (files.empty()) return mamori::judge::run_judge(std::cin, std::cout, std::cerr, judge, policy, jsonl);
  int status = 0;
  for (const auto& file : files) {
    std::ifstream in(file, std::ios::binary);
    if (!in) {
      std::cerr << "mamori: cannot read " << file << std::endl;
      status = 2;
      continue;
    }
    status = std::max(status, mamori::judge::run_judge(in, std::cout, std::cerr, judge, policy, jsonl));
  }
  return status;
}

std::string own_path() {
  char path[4096];
  const ssize_t n = readlink("/proc/self/exe", path, sizeof path - 1);
  return n > 0 ? std::string(path, static_cast<std::size_t>(n)) : "mamori";
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{"Mamori (守り): カスタマーハラスメントから応対者を守るサーバー / protects the people who answer from customer harassment"};
  app.set_version_flag("--version", MAMORI_VERSION);
  app.require_subcommand(1);
  std::string config_path;
  std::string data_dir;
  const auto common = [&](CLI::App* sub) {
    sub->add_option("--config", config_path, "設定ファイル(TOML) / configuration file");
    sub->add_option("--data", data_dir, "データの置き場所 / data folder (overrides the configuration)");
    return sub;
  };

  auto* serve = common(app.add_subcommand("serve", "サーバーを起動する / run the server"));
  bool demo = false;
  bool no_children = false;
  serve->add_flag("--demo", demo, "デモの場面を流す / play the demonstration scenes");
  serve->add_flag("--no-children", no_children, "media と speech は別に起動する / media and speech are started by somebody else");
  auto* media_role = common(app.add_subcommand("media", "通話を扱う部分 / the media role (started by serve)"));
  auto* speech_role = common(app.add_subcommand("speech", "音声認識の部分 / the speech role (started by serve)"));

  std::vector<std::string> files;
  std::string format;
  auto* judge_command = common(app.add_subcommand("judge", "文字を判定する(1 行に 1 件の JSON) / judge text, one JSON object per line"));
  judge_command->add_option("files", files, "ファイル(省略時は標準入力) / files, or standard input");
  judge_command->add_option("--format", format, "jsonl: 1 行に 1 件の JSON / one object per line")->check(CLI::IsMember({"jsonl"}));
  auto* transcribe = common(app.add_subcommand("transcribe", "録音を文字にする / transcribe recordings (WAV 8/16/48 kHz)"));
  transcribe->add_option("files", files, "WAV")->required();
  transcribe->add_option("--format", format, "jsonl")->check(CLI::IsMember({"jsonl"}));
  bool cues = false;
  transcribe->add_flag("--cues", cues, "jsonl で声の調子も出す / with jsonl: also how it is said");
  std::string with = "speech";
  transcribe->add_option("--with", with, "使うエンジン:設定の [speech] か [second_pass]、または組み込み / the engine of [speech] or [second_pass], or the built-in one")
      ->check(CLI::IsMember({"speech", "second_pass", "built-in"}))
      ->capture_default_str();

  auto* models = common(app.add_subcommand("models", "音声モデルを管理する / manage speech models"));
  models->require_subcommand(1);
  models->fallthrough();
  auto* models_list = models->add_subcommand("list", "入っているモデル / what is installed");
  std::string model_name;
  auto* models_verify = models->add_subcommand("verify", "大きさと SHA-256 を確かめる / check sizes and SHA-256");
  models_verify->add_option("name", model_name);
  std::string model_source;
  bool accept_licence = false;
  mamori::models::InstallOptions install;
  auto* models_install = models->add_subcommand("install", "フォルダーかアドレスから入れる / install from a folder or an address");
  models_install->add_option("source", model_source, "フォルダー、または model.json の http(s) アドレス / a folder, or the address of a model.json")->required();
  models_install->add_flag("--accept-licence", accept_licence, "表示されたライセンスを受け入れる / accept the licence that is shown");
  models_install->add_flag("--replace", install.replace, "同じ名前のものを置き換える / replace the one of that name");
  models_install->add_option("--ca-file", install.ca_file, "PEM");
  mamori::models::Description description;
  auto* models_describe = models->add_subcommand("describe", "手元のファイルに model.json を作る / write a model.json for files you have");
  models_describe->add_option("folder", description.folder)->required();
  models_describe->add_option("--name", description.name)->required();
  models_describe->add_option("--version", description.version)->required();
  models_describe->add_option("--kind", description.kind)->required();
  models_describe->add_option("--licence", description.licence)->required();
  models_describe->add_option("--licence-file", description.licence_file);
  models_describe->add_option("--engine", description.engine)->capture_default_str();
  models_describe->add_option("--engine-version", description.engine_version);
  models_describe->add_option("--language", description.language)->capture_default_str();
  models_describe->add_option("files", description.files, "role=file")->required();

  auto* eval = app.add_subcommand("eval", "どれだけ正しく働くかを測る / measure how well it works");
  eval->require_subcommand(1);
  eval->fallthrough();
  std::string eval_phrases;
  auto* eval_speech = common(eval->add_subcommand("speech", "音声認識を測る(文字・かなの誤り、語句の検出) / measure recognition on labelled recordings"));
  eval_speech->add_option("folders", files, "index.tsv のあるフォルダー / folders with index.tsv")->required();
  eval_speech->add_option("--phrases", eval_phrases, "聞き取る語句のファイル / list of phrases");
  eval_speech->add_option("--format", format, "json")->check(CLI::IsMember({"json"}));
  mamori::eval::JudgeEvalOptions judge_eval;
  bool alone = false;
  auto* eval_judge = common(eval->add_subcommand("judge", "判定を測る(種類、誤警報、対話、較正)。単語アラートと並べる / measure the judge beside a word alert"));
  eval_judge->add_option("files", judge_eval.files, "正解つきの JSONL(省略時は eval/judge/test.jsonl) / labelled JSON lines");
  eval_judge->add_option("--format", format, "json")->check(CLI::IsMember({"json"}));
  eval_judge->add_option("--show", judge_eval.show, "errors: 食い違ったものも出す / also what was judged otherwise")->check(CLI::IsMember({"errors"}));
  eval_judge->add_flag("--alone", alone, "比べる相手を測らない / without the baselines");

  auto* feedback = app.add_subcommand("feedback", "判定への「正しい・違う」 / what people said of judgements");
  feedback->require_subcommand(1);
  feedback->fallthrough();
  auto* feedback_export = common(feedback->add_subcommand("export", "正解つきの JSONL にする(eval judge、train judge に使える) / as labelled JSON lines"));

  auto* train = app.add_subcommand("train", "モデルを作り直す / train anew");
  train->require_subcommand(1);
  train->fallthrough();
  mamori::eval::JudgeTrainOptions judge_train;
  auto* train_judge = common(train->add_subcommand("judge", "判定の分類器を学習し、数字が下がらなければ採用する / the judge's classifier; taken only if the figures do not fall"));
  train_judge->add_option("files", judge_train.files, "正解つきの JSONL / labelled JSON lines (also the exported feedback)")->required();
  train_judge->add_option("--check", judge_train.check, "確かめに使う JSONL(学習には使わない) / to compare on, not learned from")->required();
  train_judge->add_option("--out", judge_train.out, "採用したモデルの書き先 / where to write it")->capture_default_str();
  train_judge->add_option("--cost", judge_train.training.cost, "大きいほど学習用の例に合わせる(liblinear の C) / the larger, the closer to the samples (liblinear's C)")->capture_default_str()->check(CLI::Range(0.001, 1000.0));
  train_judge->add_option("--positive-weight", judge_train.training.positive_weight, "あてはまる例の重み / how much a sample that is of the kind counts")->capture_default_str()->check(CLI::Range(0.1, 20.0));
  train_judge->add_option("--evidence", judge_train.training.evidence, "よく語る特徴に重みを持たせる度合い / how far what tells much may weigh much")->capture_default_str()->check(CLI::Range(0.0, 1.0));
  train_judge->add_option("--second-cost", judge_train.training.second_cost, "出力どうしを突き合わせる二段めの回帰。0 で使わない / of the second regression, over all outputs; 0: none")->capture_default_str()->check(CLI::Range(0.0, 1000.0));
  train_judge->add_option("--epochs", judge_train.training.sequence.epochs, "言葉と文字の並びを読む網の学習回数。0 で使わない / of the networks that read the order of words and letters; 0: none")->capture_default_str()->check(CLI::Range(0, 100));
  train_judge->add_option("--least-count", judge_train.training.least_count, "これより少ない例にしかない特徴は使わない / features seen in fewer samples are left out")->capture_default_str()->check(CLI::Range(1, 100));
  train_judge->add_flag("--anyway", judge_train.anyway, "数字に関わらず採用する / take it whatever the figures say");
  train_judge->add_flag("--curve", judge_train.curve, "学習量と数字の関係だけを出す / only the learning curve");
  train_judge->add_option("--format", format, "json")->check(CLI::IsMember({"json"}));

  auto* user = common(app.add_subcommand("user", "利用者を管理する / manage users"));
  user->require_subcommand(1);
  user->fallthrough();
  std::string name;
  std::string role = "supervisor";
  std::string display;
  auto* user_add = user->add_subcommand("add", "利用者を加える(初回パスワードを表示) / add a user, prints a one-time password");
  user_add->add_option("name", name)->required();
  user_add->add_option("--role", role)->check(CLI::IsMember({"operator", "supervisor", "admin"}));
  user_add->add_option("--display", display, "表示名 / display name");
  auto* user_password = user->add_subcommand("password", "初回パスワードを作り直す / make a new one-time password");
  user_password->add_option("name", name)->required();

  auto* voiceprint = app.add_subcommand("voiceprint", "声紋のモデル / voiceprint models");
  voiceprint->require_subcommand(1);
  mamori::app::VoiceprintOptions voiceprint_options;
  auto* voiceprint_train = common(voiceprint->add_subcommand("train", "自組織の録音からモデルを作る / make a model from own recordings"));
  voiceprint_train->add_option("folder", voiceprint_options.folder, "話者ごとのフォルダー / one folder per speaker")->required();
  voiceprint_train->add_option("--out", voiceprint_options.out, "作るモデル / the model to write")->required();
  voiceprint_train->add_option("--name", voiceprint_options.name)->capture_default_str();
  voiceprint_train->add_option("--except", voiceprint_options.except, "使わない話者 / speakers left out");
  auto* voiceprint_evaluate = common(voiceprint->add_subcommand("evaluate", "モデルを測る / measure a model on speakers"));
  voiceprint_evaluate->add_option("folder", voiceprint_options.folder)->required();
  voiceprint_evaluate->add_option("--enrol", voiceprint_options.enrol_seconds)->capture_default_str();
  voiceprint_evaluate->add_option("--test", voiceprint_options.test_seconds)->capture_default_str();
  auto* voiceprint_compare = common(voiceprint->add_subcommand("compare", "二つの録音の声を比べる / compare the voices of two files"));
  voiceprint_compare->add_option("files", voiceprint_options.files)->required()->expected(2);

  mamori::app::ReplayOptions replay_options;
  auto* replay = common(app.add_subcommand("replay", "過去の応対を、別の判断基準やルールで判定し直す / judge past contacts again by other criteria or rules"));
  replay->add_option("--criteria", replay_options.criteria, "版の番号、preset:ID、ファイル / a version's number, preset:ID or a file")->capture_default_str();
  replay->add_option("--policy", replay_options.policy, "自動対処ルールの版の番号かファイル / action rules: a number or a file")->capture_default_str();
  replay->add_option("--against", replay_options.against_criteria, "比べる判断基準(recorded: 当時の判定) / compared with; recorded: what was judged at the time")->capture_default_str();
  replay->add_option("--against-policy", replay_options.against_policy, "比べる自動対処ルール / action rules compared with")->capture_default_str();
  replay->add_option("--from", replay_options.from, "期間の最初の日(2026-11-01) / the first day")->required();
  replay->add_option("--to", replay_options.to, "期間の最後の日 / the last day")->required();
  replay->add_option("--workers", replay_options.workers, "同時に動く数 / threads")->capture_default_str()->check(CLI::Range(1, 64));
  replay->add_flag("--json", replay_options.json, "結果を 1 行の JSON で / the result as one line of JSON");
  replay->add_flag("--list", replay_options.list, "変わる応対も並べる / also list the contacts that change");

  auto* scene = app.add_subcommand("scene", "場面を実際の通話として流す / play scenes as real calls");
  scene->require_subcommand(1);
  auto* scene_list = common(scene->add_subcommand("list", "場面の一覧 / list the scenes"));
  auto* scene_play = common(scene->add_subcommand("play", "場面を流す(all: すべて) / play a scene, or all"));
  mamori::app::SceneOptions scene_options;
  scene_play->add_option("name", scene_options.name)->required();
  scene_play->add_option("--server", scene_options.server, "通話をかける先 / where to call, ADDRESS:PORT")->capture_default_str();
  scene_play->add_option("--agent", scene_options.agent, "応対者の電話 / the agent's phone, ADDRESS:PORT")->capture_default_str();
  scene_play->add_option("--save", scene_options.save_dir, "聞こえた音を残すフォルダー / keep what each side heard in this folder");
  scene_play->add_flag("--json", scene_options.json, "結果を 1 行の JSON で / the result as one line of JSON");
  scene_play->add_flag("--quiet", scene_options.quiet);

  for (auto* sub : {models_list, models_verify, models_install, models_describe}) sub->fallthrough();
  user_add->fallthrough();
  user_password->fallthrough();
  CLI11_PARSE(app, argc, argv);
  umask(0077);  // what Mamori writes is for its own user only

  auto config = mamori::app::load_config(config_path, data_dir);
  if (!config) return fail(config.error().message);
  if (*media_role) return media(*config);
  if (*speech_role) return speech(*config);
  if (*judge_command) return with_judge(*config, [&](const auto& j, const auto& p) { return judge(files, format == "jsonl", j, p); });
  if (*feedback_export) return mamori::app::export_feedback(*config);
  if (*eval_judge) {
    judge_eval.json = format == "json";
    const auto sets = config->resources + "/eval/judge/";
    if (judge_eval.files.empty()) judge_eval.files = {sets + "test.jsonl"};
    if (!alone) {
      judge_eval.word_alert = sets + "word_alert.tsv";
      judge_eval.plain_train = sets + "train.jsonl";
    }
    return with_judge(*config, [&](const auto& j, const auto& p) { return mamori::eval::run_judge_eval(judge_eval, j, p, std::cout, std::cerr); });
  }
  if (*train_judge) {
    judge_train.json = format == "json";
    if (judge_train.out.empty()) judge_train.out = config->judge.model.empty() ? config->resources + "/models/judge/classifier.bin" : config->judge.model;
    return with_judge(*config, [&](const auto& j, const auto& p) { return mamori::eval::run_judge_train(judge_train, j, p, std::cout, std::cerr); }, false);
  }
  if (*eval_speech) return mamori::eval::run_speech_eval({files, config->model, eval_phrases, config->voiceprint_model, format == "json"}, std::cout, std::cerr);
  if (*transcribe) {
    mamori::speech::EngineConfig engine;
    if (with == "speech") engine = config->engine;
    if (with == "second_pass") {
      if (config->second_pass.engine.empty()) return fail("[second_pass] engine is not set");
      engine = config->second_pass;
    }
    return mamori::speech::run_transcribe({files, format, config->model, "", cues, engine});
  }
  if (*models_list) return mamori::models::list_models(config->models_dir, std::cout);
  if (*models_verify) return mamori::models::verify_models(config->models_dir, model_name, std::cout, std::cerr);
  if (*models_install) {
    install.models_dir = config->models_dir;
    return mamori::models::install_model(model_source, install, accept_licence, std::cout, std::cerr);
  }
  if (*models_describe) return mamori::models::describe_model(description, std::cout, std::cerr);
  if (*voiceprint_train) return mamori::app::train_voiceprint_model(voiceprint_options);
  if (*voiceprint_evaluate) return mamori::app::evaluate_voiceprint_model(*config, voiceprint_options);
  if (*voiceprint_compare) return mamori::app::compare_voiceprints(*config, voiceprint_options);
  if (*user_add) return mamori::app::add_user(*config, name, display.empty() ? name : display, role);
  if (*user_password) return mamori::app::reset_password(*config, name);
  if (*replay) return mamori::app::run_replay(*config, replay_options);
  if (*scene_list) return mamori::app::print_scenes(*config);
  if (*scene_play) return mamori::app::play_scenes(*config, scene_options);
  mamori::base::open_log("hub", level_of(config->log_level), config->log_dir() + "/hub.log");
  return mamori::app::run_hub({*config, own_path(), !no_children, demo || isatty(STDOUT_FILENO) != 0, demo});
}
