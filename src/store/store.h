// Everything Mamori keeps: the journal (one writer) and reads for the API (a few connections).
//
// Thread-safe. Reads block: call them from a worker thread, never from the flow's or the network's.
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "contact/event.h"
#include "store/journal.h"
#include "store/version_row.h"

namespace mamori::store {

// One row of the list of contacts. `party` is the caller's number or address, opened for the reader; reads of it are
// logged by the API.
struct ContactRow {
  std::string id;
  contact::Medium medium = contact::Medium::kPhone;
  std::string line;   // the number or desk that was called
  std::string agent;  // who answered
  std::string party;  // empty when erased
  std::string state;  // live, ended, refused
  base::UnixMillis started_at = 0;
  base::UnixMillis answered_at = 0;  // 0: never
  base::UnixMillis ended_at = 0;     // 0: still going on
  std::string end_reason;
  contact::Level level = 0;
  std::vector<std::string> categories;  // ids
  std::vector<std::string> flags;       // ids
  std::string criteria_version;
  std::string recording;  // file name inside the recordings folder
  base::UnixMillis erased_at = 0;
};

struct CaseRow {
  std::string id;
  std::int64_t number = 0;  // what people say: 案件 12
  std::string contact;
  std::string state;  // open
  contact::Level level = 0;
  std::vector<std::string> categories;
  base::UnixMillis opened_at = 0;
  std::string opened_by;  // user name, or "rule:<id>"
  std::string owner;
};

// An enrolled voice. `vector` is opened for whoever compares; it is empty once erased, and where only facts were asked for.
struct VoiceprintRow {
  std::string id;
  std::string case_id;
  std::int64_t case_number = 0;  // of case_id; filled when read
  std::string contact;           // whose recording it was made from
  std::string purpose;           // repeat_caller, safety, police
  std::string model;
  std::vector<float> vector;
  std::int64_t speech_ms = 0;
  std::string enrolled_by;
  base::UnixMillis enrolled_at = 0;
  base::UnixMillis expires_at = 0;  // always set: nothing is kept for ever
  std::string erased_by;            // user name, "expiry" or "contact"
  base::UnixMillis erased_at = 0;   // 0: in force until expires_at
};

struct BlockRow {
  std::string id;
  std::string party;
  std::string contact;
  std::string reason;
  std::string blocked_by;
  base::UnixMillis blocked_at = 0;
  base::UnixMillis expires_at = 0;  // 0: none
  base::UnixMillis lifted_at = 0;   // 0: in force
};

// What a caller hears, in the organisation's own words.
// A word of the organisation's own and how it is said.
struct OwnWordRow {
  std::string spelling;
  std::string reading;
  std::string added_by;
  base::UnixMillis added_at = 0;
};

struct PromptRow {
  std::string name;  // warning, announcement, …
  std::string text;
  std::string text_en;
  std::string sound;  // file name of the spoken text
  std::string changed_by;
  base::UnixMillis changed_at = 0;
};

struct UserRow {
  std::string id;
  std::string name;
  std::string display_name;
  std::string role;  // operator, supervisor, admin
  std::string password_hash;
  bool must_change = false;
  int failed_logins = 0;
  base::UnixMillis locked_until = 0;
};

struct SessionRow {
  UserRow user;
  std::string csrf;
};

// What the agent said in one contact, counted: refusals, and those of them that were the last word.
struct Answers {
  int refusals = 0;
  int final_answers = 0;
};
// What had been between a customer and us when a contact began: the 30 days up to it, over all linked numbers and addresses.
struct Matter {
  int contacts = 1;  // this one included
  Answers before;    // in the earlier ones, where the journal has them
};
// "The same person", as somebody said with a reason (in the journal).
struct PartyLink {
  std::string id;
  std::string contact_a;  // the contacts it was said of
  std::string contact_b;
  std::string basis;  // number, mail, name, voiceprint
  std::string linked_by;
  base::UnixMillis linked_at = 0;
};
struct Customer {
  std::vector<ContactRow> contacts;   // newest first, the one that was asked for included
  std::vector<Answers> answers;       // of each
  std::vector<PartyLink> links;       // in force
  std::string name;                   // that a person wrote down for the contact that was asked for; may be empty
  std::vector<ContactRow> same_name;  // contacts under this name that are not linked: a hint, nothing more
};

// What somebody looks for among the contacts. `text`: part of the number or address, the name that was given, or the agent,
// whatever the width, case, spaces and hyphens; empty: any.
struct ContactSearch {
  std::string text;
  base::UnixMillis from = 0;    // began then or later
  base::UnixMillis before = 0;  // began earlier; 0: any time
  std::string not_of;           // id of a contact whose customer is left out; empty: nobody is
  std::size_t most = 20;
};
struct FoundContact {
  ContactRow row;
  std::string name;  // that was given in it; may be empty
};
struct FoundContacts {
  std::vector<FoundContact> contacts;  // newest first
  bool whole = true;                   // false: there may be older ones
};

// A contact that is over, with what it was judged by.
struct PastContact {
  ContactRow row;  // party is not opened
  Matter matter;
  std::vector<Entry> entries;  // utterance, spotted, prompt, proposal, in order
};
// Behind which contact reading goes on; empty: from the beginning.
struct PastCursor {
  base::UnixMillis started_at = 0;
  std::string id;
};

class Store {
 public:
  // Opens, migrates, recovers contacts left "live" by a crash only when told to (close_orphans).
  static base::Result<std::unique_ptr<Store>> open(const std::string& database_address, const std::string& key_path);

  Journal& journal() { return *journal_; }
  const Keyring& keys() const { return keys_; }

  // Contacts, newest first. `before` = 0: from the newest.
  base::Result<std::vector<ContactRow>> contacts(int limit, base::UnixMillis before = 0, contact::Level least = 0);
  base::Result<ContactRow> contact(const std::string& id);
  base::Result<std::vector<Entry>> entries(const std::string& contact, std::int64_t after = 0);
  base::Result<std::vector<CaseRow>> cases(int limit);
  base::Result<std::vector<BlockRow>> blocks(bool only_in_force);
  base::Result<CaseRow> case_file(const std::string& id);
  // Not erased, newest first. `open` also opens the vectors: a use of them, to be logged by who asks.
  base::Result<std::vector<VoiceprintRow>> voiceprints(bool open);
  base::Result<std::vector<PromptRow>> prompts();
  base::Result<std::vector<OwnWordRow>> own_words();
  // Contacts that are over and began within [from, to), oldest first, in steps.
  base::Result<std::int64_t> count_past(base::UnixMillis from, base::UnixMillis to);
  base::Result<std::vector<ContactRow>> past_rows(base::UnixMillis from, base::UnixMillis to, const PastCursor& after, int limit);
  base::Result<PastContact> past(ContactRow row);
  base::Result<ChainReport> verify();
  // When and with which facts entries of this kind were written since then, whatever the contact, oldest first.
  base::Result<std::vector<std::pair<base::UnixMillis, base::json::object>>> facts(const std::string& kind, base::UnixMillis since);
  // Versions of one kind, newest first; `body` is left empty.
  base::Result<std::vector<VersionRow>> versions(const std::string& kind);
  base::Result<VersionRow> version(const std::string& kind, std::int64_t number);
  base::Result<std::vector<VersionStep>> version_steps(const std::string& kind, std::int64_t number);
  // Of a contact that begins `at`, whether it is in the database yet or not.
  base::Result<Matter> matter(const std::string& contact, const std::string& party, base::UnixMillis at);
  // All contacts of the customer of this one since then. `row.party` is opened. A read to be logged by who asks.
  base::Result<Customer> customer(const ContactRow& row, base::UnixMillis since);
  // Not erased ones, of the newest 5,000 of that time: numbers and names are sealed and opened one by one. A read to be logged
  // by who asks.
  base::Result<FoundContacts> search(const ContactSearch& wanted);
  base::Result<bool> are_one_customer(const ContactRow& a, const ContactRow& b);

  base::Result<std::optional<UserRow>> user(const std::string& name);
  base::Result<int> admin_count();  // who can sign in
  base::Result<> put_user(const UserRow& user, base::UnixMillis now);
  base::Result<> put_session(const std::string& token_hash, const std::string& user_id, const std::string& csrf, base::UnixMillis now);
  // The session, if it is there, was seen within `idle_ms` and its user is not disabled; touches it.
  base::Result<std::optional<SessionRow>> session(const std::string& token_hash, base::UnixMillis now, base::UnixMillis idle_ms);
  base::Result<> drop_session(const std::string& token_hash);
  base::Result<> drop_sessions_of(const std::string& user_id);

  // Projections for Write: rows that change with the events.
  static Projection upsert_contact(const Keyring& keys, ContactRow row);
  static Projection open_case(CaseRow row);
  static Projection put_block(const Keyring& keys, BlockRow row);
  // Under a new key of its own. One in force per case: an earlier one is erased.
  static Projection put_voiceprint(const Keyring& keys, VoiceprintRow row);
  static Projection erase_voiceprint(std::string id, std::string by, base::UnixMillis at);
  static Projection put_prompt(PromptRow row);
  static Projection drop_prompt(std::string name);
  static Projection put_own_word(OwnWordRow row);
  static Projection drop_own_word(std::string spelling, std::string reading);
  // The row as it is after `step` (row.step says which). kConflict when somebody else took that step first.
  static Projection put_version(VersionRow row, VersionStep step);
  static Projection lift_block(std::string id, std::string by, base::UnixMillis at);
  // `a` and `b` with their parties opened: the link is between the parties, or the contacts alone where they have none.
  static Projection link_parties(const Keyring& keys, PartyLink link, const ContactRow& a, const ContactRow& b);
  static Projection unlink_parties(std::string id, std::string by, base::UnixMillis at);
  // An empty name takes it back.
  static Projection put_customer_name(const Keyring& keys, std::string contact, const std::string& name, std::string by, base::UnixMillis at);

 private:
  explicit Store(Keyring keys) : keys_(std::move(keys)) {}
  base::Result<Matter> matter_of_past(const ContactRow& row);
  // A reading connection for the length of one call; waits for a free one.
  class Lease;
  Keyring keys_;
  std::string address_;
  std::mutex mutex_;
  std::condition_variable freed_;
  std::vector<std::unique_ptr<Database>> free_;
  std::unique_ptr<Journal> journal_;
};

}  // namespace mamori::store
