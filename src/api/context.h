// What the handlers may use. One object, built by the hub, shared by all handlers; everything in it is thread-safe.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/json.h"
#include "flow/flow.h"
#include "net/http.h"
#include "replay/desk.h"
#include "store/store.h"
#include "versions/lifecycle.h"

namespace mamori::api {

// A voice as numbers; only voices of one model can be compared.
struct Voice {
  std::string model;
  std::vector<float> vector;
  double seconds = 0;  // of speech
};

// Voiceprints, off by default. `of_recording` and `compare` are empty when they are off or the model cannot be read.
struct VoicePrinting {
  bool enabled = false;
  std::string problem;  // why they cannot be used although they are on
  double threshold = 4;
  int most_days = 180;
  std::function<base::Result<Voice>(const std::string& recording)> of_recording;
  std::function<base::Result<double>(const Voice&, const Voice&)> compare;  // log likelihood ratio
  std::function<void()> changed;                                            // enrolled or erased
};

// What callers hear. `speak` turns text into the path of a WAV; `problem` says why it cannot, where it cannot.
struct Speaking {
  std::string own_dir;  // <data>/prompts: NAME.wav are the organisation's recordings, spoken/ what was made from text
  std::function<std::string()> problem;
  std::function<base::Result<std::string>(const std::string& text)> speak;
  std::function<void()> changed;  // another file is to be played from now on
};

// The organisation's own words for the recogniser.
struct OwnWords {
  std::function<bool(const std::string& reading)> can_be_said;
  std::function<void()> changed;
};

// Criteria and action rules: what applies now. All block (database).
struct Rules {
  std::function<std::string(versions::Kind)> text;     // in force
  std::function<std::string(versions::Kind)> shipped;  // what the installation came with
  std::function<base::json::object(versions::Kind)> state;
  std::function<base::Result<>()> refresh;  // a version took a step
  std::string presets_dir;                  // *.toml to start criteria from
};

// Judging the past again. `judge` and `policy` by name: "in_force", a version's number, "preset:ID".
struct Replays {
  replay::Desk* desk = nullptr;
  std::function<base::Result<std::shared_ptr<const judge::Judge>>(const std::string& criteria)> judge;
  std::function<base::Result<policy::Policy>(const std::string& policy)> policy;
};

struct Context {
  store::Store& store;
  const base::Clock& clock;
  // Runs on the core thread and waits for it. Never call it from the core thread.
  std::function<void(const std::function<void(flow::Flow&)>&)> on_core;
  std::function<base::json::object()> health;
  std::string recordings_dir;
  std::string prompts_dir;
  bool tls = false;  // cookies are Secure
  VoicePrinting voices = {};
  Speaking speaking = {};
  OwnWords words = {};
  Rules rules = {};
  Replays replays = {};
  flow::TimeZone zone = {};  // of the organisation
};

// Registers every route of /api/v1 (api/openapi.yaml).
void add_routes(net::Router& router, Context& context);

// The file that is played for each prompt: the organisation's recording, else its text as spoken, else what is shipped.
// Blocks (database). Empty when the list of prompts cannot be read.
std::map<std::string, std::string> prompt_files(Context& context);

// Who asks, for the live feed: the role, or empty.
std::string admit(Context& context, const net::Request& request);
// The same, and the journal says who began to listen.
std::string admit_to_feed(Context& context, const net::Request& request);

// The first user, made when there is none: "admin" with a one-time password, which is returned (once) and must be changed.
base::Result<std::string> ensure_admin(store::Store& store, const base::Clock& clock);

}  // namespace mamori::api
