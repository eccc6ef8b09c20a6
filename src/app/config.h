// The configuration file (TOML), with a default for everything. docs/operations.md lists every key.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "judge/judge.h"
#include "opinion/doubt.h"
#include "speech/engines.h"

namespace mamori::app {

struct RouteConfig {
  std::string called;  // number or user part that is called; "*" for any
  std::string target;  // SIP URI of the agent, e.g. sip:1001@192.0.2.10:5060
};

// A language model of the organisation's own that gives a second opinion on doubtful contacts.
struct SecondOpinionConfig {
  std::string address;  // http:// or https:// up to ".../v1"; empty: nobody is asked
  std::string model;
  std::string key_file;  // sent as "Authorization: Bearer …"; empty: none
  std::string ca_file;   // PEM; empty: the system's
  int timeout_seconds = 60;
  int most_per_hour = 60;
  opinion::Doubt doubt;
};

struct Config {
  // [organisation]
  std::string time_zone = "Asia/Tokyo";  // IANA name: in which hours of rules, days and weeks are seen
  // [data]
  std::string data_dir = "var";
  std::string database;  // "sqlite:<data_dir>/mamori.db" when empty
  // [web]
  std::string web_address = "127.0.0.1";
  int web_port = 8080;
  std::string certificate;  // PEM; needed to listen on anything but this machine
  std::string private_key;
  bool allow_plain_http = false;  // behind a TLS proxy
  // [sip]
  std::string sip_address = "127.0.0.1";
  int sip_port = 5060;
  std::string sip_advertised;  // address put into SIP and SDP; empty: sip_address
  int rtp_port_first = 20000;
  int rtp_port_last = 29999;
  int max_calls = 200;
  int media_workers = 1;
  std::vector<std::string> trusted_peers;  // addresses that may call; empty: any
  std::vector<RouteConfig> routes;
  // [speech]
  std::string model;  // "<resources>/models/..." when empty
  int speech_workers = 2;
  speech::EngineConfig engine;  // which engine writes the words of a call
  // [second_pass]
  speech::EngineConfig second_pass;  // which engine hears the recording again; engine empty: none does
  // [second_opinion]
  SecondOpinionConfig second_opinion;
  // [models]
  std::string models_dir;  // "<data_dir>/models" when empty
  // [policy] [judge] [prompts]
  std::string policy_file;    // "<resources>/data/policy/default.toml" when empty
  judge::JudgeFiles judge;    // what is shipped where empty
  std::string criteria_file;  // "<resources>/data/criteria/default.toml": until a version of the database is in force
  std::string prompts_dir;    // "<resources>/data/prompts": warning.wav, announcement.wav
  // [voiceprint] Off unless the organisation decides otherwise: a voiceprint is a 個人識別符号.
  bool voiceprint = false;
  std::string voiceprint_model;     // "<resources>/models/voiceprint-8k/voiceprint.bin" when empty
  double voiceprint_threshold = 4;  // log likelihood ratio from which a caller is shown as maybe the same
  int voiceprint_most_days = 180;   // the longest an enrolment may be kept
  // [synthesis] Announcements from text, for those without a recording.
  std::string synthesis_program = "open_jtalk";
  std::string synthesis_dictionary = "/var/lib/mecab/dic/open-jtalk/naist-jdic";
  std::string synthesis_voice = "/usr/share/hts-voice/nitech-jp-atr503-m001/nitech_jp_atr503_m001.htsvoice";
  std::string web_dir;  // "<resources>/web/dist"
  std::string log_level = "info";

  std::string resources;  // where data/, models/ and web/dist are
  std::string path;       // the file this was read from; empty: defaults

  [[nodiscard]] std::string presets_dir() const { return resources + "/data/criteria"; }
  [[nodiscard]] std::string run_dir() const { return data_dir + "/run"; }
  [[nodiscard]] std::string own_words_file() const { return data_dir + "/own_words.tsv"; }
  [[nodiscard]] std::string own_prompts_dir() const { return data_dir + "/prompts"; }
  [[nodiscard]] std::string recordings_dir() const { return data_dir + "/recordings"; }
  [[nodiscard]] std::string log_dir() const { return data_dir + "/log"; }
};

// Reads `path` (empty: defaults only). Unknown keys, wrong types and values out of range are refused with file, line and
// reason: a misspelt key must not be silently ignored.
// `data_dir`, when not empty, takes the place of data.dir.
base::Result<Config> load_config(const std::string& path, const std::string& data_dir = {});

// <executable>/../.. when data/ is there (a build tree), else /usr/share/mamori.
std::string find_resources();

}  // namespace mamori::app
