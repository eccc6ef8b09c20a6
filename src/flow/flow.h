// The one way through, in the hub: what media and speech report comes in here; words go to the judge, the assessment to the
// policy, actions to media, everything to the journal and the wall.
//
// Not thread-safe: every call on the hub's one core thread (app/hub.cpp sees to it). Never blocks, never waits: the outside
// is a set of functions that only enqueue.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/json.h"
#include "base/result.h"
#include "flow/live_contact.h"
#include "flow/time_zone.h"
#include "judge/judge.h"
#include "link/frame.h"
#include "policy/policy.h"
#include "store/store.h"

namespace mamori::flow {

// Everything the flow does to the world.
struct Outside {
  std::function<void(store::Write)> write;
  std::function<void(const base::json::object&)> media;   // one message to the media role
  std::function<void(const base::json::object&)> speech;  // one message to the speech role
  std::function<void(const link::Audio&)> speech_audio;
  std::function<void(const base::json::object&)> wall;  // to every live listener
  std::function<void(const std::string&)> narrate;      // one line for the terminal; may be empty
  // Voiceprints; empty while they are off. Whether there is anything to compare with, and comparing: the model's message in,
  // how many were compared and who it may be out.
  std::function<bool()> voices_wanted;
  std::function<VoiceComparison(const base::json::object&)> compare_voice;
};

class Flow {
 public:
  Flow(std::shared_ptr<const judge::Judge> judge, policy::Policy policy, const store::Keyring& keys, const base::Clock& clock, TimeZone zone, Outside outside);

  // From the roles (docs/format/link.md).
  void from_media(const base::json::object& message);
  void audio_from_media(const link::Audio& audio);
  void from_speech(const base::json::object& message);
  void media_lost();
  void speech_ready();  // (re)connected: streams of all live calls are opened anew
  void speech_lost();

  // The recording of a contact that is over was transcribed again by another engine (second pass): kept beside the first
  // transcript, judged by nobody. Dropped when the contact was forgotten for an erasure meanwhile. `error` says why there is
  // nothing.
  void heard_again(const std::string& contact, const std::vector<contact::Utterance>& utterances, const std::string& engine, std::int64_t took_ms, const std::string& error);

  // Once a second: durations, expiry.
  void tick();

  // A person's or a script's wish. Refused with the reason when forbidden, when the contact is not live, or when the same
  // action is already running or done. `done` is called when it is carried out (at once for what needs no media).
  void act(const std::string& contact, contact::ActionKind kind, const std::string& by, std::function<void(base::Result<ActionRecord>)> done);
  // The supervisor saw the alert.
  base::Result<> acknowledge(const std::string& contact, const std::string& by);
  // Drops a contact that is over, so that nothing heard late is kept any more (before an erasure). False while it goes on.
  bool forget(const std::string& contact);
  // A voiceprint was erased: no live contact goes on saying that it may be that caller.
  void forget_voice(const std::string& voiceprint);
  void lift_block(const store::BlockRow& block, const std::string& by);

  // Starting: blocked numbers in force and, for a hub that came back, the contacts that were live with their journal.
  void set_blocks(std::vector<store::BlockRow> blocks);
  void restore(store::ContactRow row, const std::vector<store::Entry>& entries);
  // What had been before (answered by a database read that the hub started on `contact_began`, and again when people link
  // parties): it counts from the next event on.
  void set_matter(const std::string& contact, const store::Matter& matter);
  std::function<void(const std::string& contact, const std::string& party, base::UnixMillis at)> contact_began;
  // All words of a contact that is over have come. `suspicion`: judge::DialogueState. May be empty.
  std::function<void(const std::string& contact, double suspicion, contact::Level level)> contact_over;
  // What a job beside the flow has to say about a contact that is over. Dropped when the contact was forgotten for an erasure
  // meanwhile: what comes late must not make a new key for it.
  void add_late(store::NewEntry entry);

  // Other criteria from now on: contacts that go on are judged by them from their next event.
  void set_judge(std::shared_ptr<const judge::Judge> judge) { judge_ = std::move(judge); }
  void set_policy(policy::Policy policy) { policy_ = std::move(policy); }
  // For a hub that came back: what was done automatically in the last hour, oldest first.
  void set_automatic(std::vector<std::pair<base::UnixMillis, contact::ActionKind>> done);
  [[nodiscard]] const policy::Policy& policy() const { return policy_; }
  [[nodiscard]] const judge::Judge& judge() const { return *judge_; }

  [[nodiscard]] base::json::array live(bool full) const;
  [[nodiscard]] std::optional<base::json::object> live_contact(const std::string& id) const;
  [[nodiscard]] std::vector<std::string> live_ids() const;

 private:
  void call_changed(const base::json::object& message);
  void command_result(const base::json::object& message);
  void engine_changed(const base::json::object& message);
  void end(LiveContact& contact, const std::string& reason, base::UnixMillis at);
  void heard(LiveContact& contact, contact::Utterance utterance);
  void voice_heard(LiveContact& contact, const base::json::object& message);
  // `phrase_start` and `phrase_end` of what was judged, in seconds of the recording.
  void judged(LiveContact& contact, const judge::Step& step, double phrase_start, double phrase_end);
  void apply_policy(LiveContact& contact, double phrase_start);
  // What the policy is to know about a contact now.
  policy::Situation situation(const LiveContact& contact, int warnings);
  [[nodiscard]] double seconds_now(const LiveContact& contact) const;
  void start(LiveContact& contact, ActionRecord& action);
  void finish(LiveContact& contact, ActionRecord& action, const std::string& error, double elapsed_ms);
  void call_human(LiveContact& contact, const std::string& rule);
  void send_blocklist();
  void open_streams(const LiveContact& contact);
  void write(const LiveContact& contact, std::string kind, base::json::object facts, base::json::object content = {},
             std::vector<store::Projection> more = {});
  // The row of the wall with what the criteria in force make of it.
  [[nodiscard]] base::json::object shown(const LiveContact& contact, bool full) const;
  void show(const LiveContact& contact, bool full = false);
  void narrate(const LiveContact& contact, const std::string& line) const;
  LiveContact* find(const std::string& id);
  [[nodiscard]] bool forgotten(const std::string& contact) const;
  // Splits "<call>/<leg>"; null when the call is not live.
  LiveContact* find_stream(const std::string& stream, contact::Speaker& speaker);

  std::shared_ptr<const judge::Judge> judge_;
  policy::Policy policy_;
  std::deque<std::pair<base::UnixMillis, contact::ActionKind>> automatic_;  // of the last hour, oldest first
  const store::Keyring& keys_;
  const base::Clock& clock_;
  TimeZone zone_;
  Outside out_;
  std::map<std::string, LiveContact> contacts_;
  std::vector<store::BlockRow> blocks_;
  std::map<std::int64_t, std::string> running_;  // command id -> contact
  std::map<std::int64_t, std::function<void(base::Result<ActionRecord>)>> waiting_;
  std::int64_t next_id_ = 1;
  std::string engine_;
  std::string engine_problem_;
  std::vector<std::string> forgotten_;  // contacts erased since the start, the last thousand
  bool speech_up_ = false;
};

}  // namespace mamori::flow
