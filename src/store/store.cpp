#include "store/store.h"

#include <algorithm>
#include <cstring>

#include "base/ids.h"
#include "store/contact_columns.h"
#include "store/lease.h"

namespace mamori::store {
namespace {

using base::ErrorCode;
using base::UnixMillis;

constexpr int kReaders = 3;

std::string join(const std::vector<std::string>& items) {
  std::string out;
  for (const auto& item : items) {
    if (!out.empty()) out += ',';
    out += item;
  }
  return out;
}

std::vector<std::string> split(const std::string& text) {
  std::vector<std::string> out;
  std::size_t at = 0;
  while (at < text.size()) {
    const auto comma = std::min(text.find(',', at), text.size());
    out.push_back(text.substr(at, comma - at));
    at = comma + 1;
  }
  return out;
}

UserRow read_user(const soci::row& row, int from) {
  UserRow u;
  const auto column = [from](int i) { return static_cast<std::size_t>(from + i); };
  u.id = row.get<std::string>(column(0));
  u.name = row.get<std::string>(column(1));
  u.display_name = row.get<std::string>(column(2));
  u.role = row.get<std::string>(column(3));
  u.password_hash = row.get<std::string>(column(4));
  u.must_change = row.get<int>(column(5)) != 0;
  u.failed_logins = row.get<int>(column(6));
  u.locked_until = row.get<long long>(column(7));
  return u;
}

}  // namespace

ContactRow read_contact(const soci::row& row, const Keyring* keys) {
  ContactRow c;
  c.id = row.get<std::string>(0);
  c.medium = contact::medium_from_id(row.get<std::string>(1)).value_or(contact::Medium::kPhone);
  c.line = row.get<std::string>(2);
  c.agent = row.get<std::string>(3);
  if (const auto sealed = row.get<std::string>(4); keys && !sealed.empty()) c.party = keys->open_sealed(sealed, c.id).value_or("");
  c.state = row.get<std::string>(5);
  c.started_at = row.get<long long>(6);
  c.answered_at = row.get<long long>(7);
  c.ended_at = row.get<long long>(8);
  c.end_reason = row.get<std::string>(9);
  c.level = row.get<int>(10);
  c.categories = split(row.get<std::string>(11));
  c.flags = split(row.get<std::string>(12));
  c.criteria_version = row.get<std::string>(13);
  c.recording = row.get<std::string>(14);
  c.erased_at = row.get<long long>(15);
  return c;
}

base::Result<std::unique_ptr<Store>> Store::open(const std::string& database_address, const std::string& key_path) {
  auto keys = Keyring::open(key_path);
  if (!keys) return base::fail(keys.error());
  auto store = std::unique_ptr<Store>(new Store(std::move(*keys)));
  store->address_ = database_address;
  auto writer = Database::open(database_address);
  if (!writer) return base::fail(writer.error());
  if (auto migrated = (*writer)->migrate(); !migrated) return base::fail(migrated.error());
  auto journal = Journal::start(std::move(*writer), store->keys_);
  if (!journal) return base::fail(journal.error());
  store->journal_ = std::move(*journal);
  for (int i = 0; i < kReaders; ++i) {
    auto reader = Database::open(database_address);
    if (!reader) return base::fail(reader.error());
    store->free_.push_back(std::move(*reader));
  }
  return store;
}

base::Result<std::vector<ContactRow>> Store::contacts(int limit, UnixMillis before, contact::Level least) {
  Lease lease(*this);
  return guard([&] {
    std::vector<ContactRow> out;
    const long long bound = before > 0 ? before : INT64_MAX;
    const int n = std::clamp(limit, 1, 500);
    const soci::rowset<soci::row> rows =
        (lease.sql().prepare << std::string(kContactColumns) + "WHERE started_at < :b AND level >= :l ORDER BY started_at DESC, id DESC LIMIT :n",
         soci::use(bound), soci::use(least), soci::use(n));
    for (const auto& row : rows) out.push_back(read_contact(row, &keys_));
    return out;
  });
}

base::Result<ContactRow> Store::contact(const std::string& id) {
  Lease lease(*this);
  auto found = guard([&]() -> std::optional<ContactRow> {
    const soci::rowset<soci::row> rows = (lease.sql().prepare << std::string(kContactColumns) + "WHERE id = :id", soci::use(id));
    for (const auto& row : rows) return read_contact(row, &keys_);
    return std::nullopt;
  });
  if (!found) return base::fail(found.error());
  if (!*found) return base::fail(ErrorCode::kNotFound, "there is no such contact");
  return std::move(**found);
}

base::Result<std::vector<Entry>> Store::entries(const std::string& contact, std::int64_t after) {
  Lease lease(*this);
  return read_entries(lease.database(), keys_, contact, after);
}

base::Result<std::int64_t> Store::count_past(UnixMillis from, UnixMillis to) {
  Lease lease(*this);
  return guard([&] {
    long long n = 0;
    const long long a = from;
    const long long b = to;
    lease.sql() << "SELECT COUNT(*) FROM contact WHERE started_at >= :a AND started_at < :b AND state = 'ended'", soci::into(n), soci::use(a), soci::use(b);
    return static_cast<std::int64_t>(n);
  });
}

base::Result<std::vector<ContactRow>> Store::past_rows(UnixMillis from, UnixMillis to, const PastCursor& after, int limit) {
  Lease lease(*this);
  return guard([&] {
    std::vector<ContactRow> out;
    const long long a = std::max(from, after.started_at);
    const long long b = to;
    const soci::rowset<soci::row> rows =
        (lease.sql().prepare << std::string(kContactColumns) + "WHERE started_at >= :a AND started_at < :b AND state = 'ended' AND (started_at > :x OR id > :i) ORDER BY started_at, id LIMIT :n",
         soci::use(a), soci::use(b), soci::use(a), soci::use(after.id), soci::use(limit));
    for (const auto& row : rows) out.push_back(read_contact(row, nullptr));
    return out;
  });
}

base::Result<PastContact> Store::past(ContactRow row) {
  static const std::vector<std::string> kKinds{"utterance", "spotted", "prompt", "proposal"};
  auto matter = matter_of_past(row);
  if (!matter) return base::fail(matter.error());
  Lease lease(*this);
  PastContact past;
  past.matter = *matter;
  auto entries = read_entries(lease.database(), keys_, row.id, 0, 10000, kKinds);
  if (!entries) return base::fail(entries.error());
  past.entries = std::move(*entries);
  past.row = std::move(row);
  return past;
}

base::Result<std::vector<CaseRow>> Store::cases(int limit) {
  Lease lease(*this);
  return guard([&] {
    std::vector<CaseRow> out;
    const int n = std::clamp(limit, 1, 1000);
    const soci::rowset<soci::row> rows =
        (lease.sql().prepare << "SELECT id, number, contact, state, level, categories, opened_at, opened_by, owner "
                                "FROM case_file ORDER BY number DESC LIMIT :n",
         soci::use(n));
    for (const auto& row : rows) {
      CaseRow c;
      c.id = row.get<std::string>(0);
      c.number = row.get<long long>(1);
      c.contact = row.get<std::string>(2);
      c.state = row.get<std::string>(3);
      c.level = row.get<int>(4);
      c.categories = split(row.get<std::string>(5));
      c.opened_at = row.get<long long>(6);
      c.opened_by = row.get<std::string>(7);
      c.owner = row.get<std::string>(8);
      out.push_back(std::move(c));
    }
    return out;
  });
}

base::Result<std::vector<BlockRow>> Store::blocks(bool only_in_force) {
  Lease lease(*this);
  return guard([&] {
    std::vector<BlockRow> out;
    const soci::rowset<soci::row> rows =
        (lease.sql().prepare << "SELECT id, party_sealed, contact, reason, blocked_by, blocked_at, expires_at, lifted_at "
                                "FROM block ORDER BY blocked_at DESC");
    for (const auto& row : rows) {
      BlockRow b;
      b.id = row.get<std::string>(0);
      b.party = keys_.open_sealed(row.get<std::string>(1), b.id).value_or("");
      b.contact = row.get<std::string>(2);
      b.reason = row.get<std::string>(3);
      b.blocked_by = row.get<std::string>(4);
      b.blocked_at = row.get<long long>(5);
      b.expires_at = row.get<long long>(6);
      b.lifted_at = row.get<long long>(7);
      if (only_in_force && b.lifted_at != 0) continue;
      out.push_back(std::move(b));
    }
    return out;
  });
}

base::Result<CaseRow> Store::case_file(const std::string& id) {
  auto all = cases(1000);
  if (!all) return base::fail(all.error());
  for (auto& c : *all) {
    if (c.id == id) return std::move(c);
  }
  return base::fail(ErrorCode::kNotFound, "この案件は見つかりません");
}

base::Result<std::vector<VoiceprintRow>> Store::voiceprints(bool open) {
  Lease lease(*this);
  return guard([&] {
    std::vector<VoiceprintRow> out;
    const soci::rowset<soci::row> rows =
        (lease.sql().prepare << "SELECT v.id, v.case_id, c.number, v.contact, v.purpose, v.model, v.speech_ms, v.wrapped, v.sealed, "
                                "v.enrolled_by, v.enrolled_at, v.expires_at FROM voiceprint v JOIN case_file c ON c.id = v.case_id "
                                "WHERE v.erased_at = 0 ORDER BY v.enrolled_at DESC, v.id DESC");
    for (const auto& row : rows) {
      VoiceprintRow v;
      v.id = row.get<std::string>(0);
      v.case_id = row.get<std::string>(1);
      v.case_number = row.get<long long>(2);
      v.contact = row.get<std::string>(3);
      v.purpose = row.get<std::string>(4);
      v.model = row.get<std::string>(5);
      v.speech_ms = row.get<long long>(6);
      if (open) {
        if (const auto key = keys_.unwrap(row.get<std::string>(7), "voiceprint:" + v.id)) {
          if (const auto plain = open_sealed(*key, row.get<std::string>(8), v.id); plain && plain->size() % sizeof(float) == 0) {
            v.vector.resize(plain->size() / sizeof(float));
            std::memcpy(v.vector.data(), plain->data(), plain->size());
          }
        }
      }
      v.enrolled_by = row.get<std::string>(9);
      v.enrolled_at = row.get<long long>(10);
      v.expires_at = row.get<long long>(11);
      out.push_back(std::move(v));
    }
    return out;
  });
}

base::Result<std::vector<PromptRow>> Store::prompts() {
  Lease lease(*this);
  return guard([&] {
    std::vector<PromptRow> out;
    const soci::rowset<soci::row> rows = (lease.sql().prepare << "SELECT name, text, text_en, sound, changed_by, changed_at FROM prompt ORDER BY name");
    for (const auto& row : rows) {
      out.push_back({row.get<std::string>(0), row.get<std::string>(1), row.get<std::string>(2), row.get<std::string>(3), row.get<std::string>(4), row.get<long long>(5)});
    }
    return out;
  });
}

base::Result<std::vector<OwnWordRow>> Store::own_words() {
  Lease lease(*this);
  return guard([&] {
    std::vector<OwnWordRow> out;
    const soci::rowset<soci::row> rows = (lease.sql().prepare << "SELECT spelling, reading, added_by, added_at FROM own_word ORDER BY reading, spelling");
    for (const auto& row : rows) out.push_back({row.get<std::string>(0), row.get<std::string>(1), row.get<std::string>(2), row.get<long long>(3)});
    return out;
  });
}

base::Result<ChainReport> Store::verify() {
  Lease lease(*this);
  return verify_chain(lease.database());
}

base::Result<std::vector<std::pair<UnixMillis, base::json::object>>> Store::facts(const std::string& kind, UnixMillis since) {
  Lease lease(*this);
  return guard([&] {
    std::vector<std::pair<UnixMillis, base::json::object>> out;
    const long long from = since;
    const soci::rowset<soci::row> rows = (lease.sql().prepare << "SELECT at, facts FROM journal WHERE kind = :k AND at >= :s ORDER BY seq", soci::use(kind), soci::use(from));
    for (const auto& row : rows) {
      auto facts = base::parse_json(row.get<std::string>(1));
      if (facts && facts->is_object()) out.emplace_back(row.get<long long>(0), std::move(facts->as_object()));
    }
    return out;
  });
}

base::Result<std::optional<UserRow>> Store::user(const std::string& name) {
  Lease lease(*this);
  return guard([&]() -> std::optional<UserRow> {
    const soci::rowset<soci::row> rows =
        (lease.sql().prepare << "SELECT id, name, display_name, role, password_hash, must_change, failed_logins, locked_until "
                                "FROM app_user WHERE name = :n AND disabled_at = 0",
         soci::use(name));
    for (const auto& row : rows) return read_user(row, 0);
    return std::nullopt;
  });
}

base::Result<int> Store::admin_count() {
  Lease lease(*this);
  return guard([&] {
    int n = 0;
    lease.sql() << "SELECT COUNT(*) FROM app_user WHERE role = 'admin' AND disabled_at = 0", soci::into(n);
    return n;
  });
}

base::Result<> Store::put_user(const UserRow& user, UnixMillis now) {
  Lease lease(*this);
  return guard([&] {
    const int must = user.must_change ? 1 : 0;
    const long long locked = user.locked_until;
    const long long at = now;
    lease.sql() << "INSERT INTO app_user (id, name, display_name, role, password_hash, must_change, failed_logins, locked_until, "
                   "created_at, disabled_at) VALUES (:id, :name, :display, :role, :hash, :must, :failed, :locked, :at, 0) "
                   "ON CONFLICT (id) DO UPDATE SET display_name = excluded.display_name, role = excluded.role, "
                   "password_hash = excluded.password_hash, must_change = excluded.must_change, "
                   "failed_logins = excluded.failed_logins, locked_until = excluded.locked_until",
        soci::use(user.id), soci::use(user.name), soci::use(user.display_name), soci::use(user.role), soci::use(user.password_hash),
        soci::use(must), soci::use(user.failed_logins), soci::use(locked), soci::use(at);
  });
}

base::Result<> Store::put_session(const std::string& token_hash, const std::string& user_id, const std::string& csrf, UnixMillis now) {
  Lease lease(*this);
  return guard([&] {
    const long long at = now;
    lease.sql() << "INSERT INTO app_session (token_hash, user_id, csrf, created_at, seen_at) VALUES (:t, :u, :c, :a, :s)",
        soci::use(token_hash), soci::use(user_id), soci::use(csrf), soci::use(at), soci::use(at);
  });
}

base::Result<std::optional<SessionRow>> Store::session(const std::string& token_hash, UnixMillis now, UnixMillis idle_ms) {
  Lease lease(*this);
  return guard([&]() -> std::optional<SessionRow> {
    std::optional<SessionRow> found;
    long long seen = 0;
    {
      const soci::rowset<soci::row> rows =
          (lease.sql().prepare << "SELECT s.csrf, s.seen_at, u.id, u.name, u.display_name, u.role, u.password_hash, u.must_change, "
                                  "u.failed_logins, u.locked_until FROM app_session s JOIN app_user u ON u.id = s.user_id "
                                  "WHERE s.token_hash = :t AND u.disabled_at = 0",
           soci::use(token_hash));
      for (const auto& row : rows) {
        seen = row.get<long long>(1);
        found = SessionRow{read_user(row, 2), row.get<std::string>(0)};
      }
    }
    if (!found || now - seen > idle_ms) return std::nullopt;
    if (now - seen > 60'000) {
      const long long at = now;
      lease.sql() << "UPDATE app_session SET seen_at = :s WHERE token_hash = :t", soci::use(at), soci::use(token_hash);
    }
    return found;
  });
}

base::Result<> Store::drop_session(const std::string& token_hash) {
  Lease lease(*this);
  return guard([&] { lease.sql() << "DELETE FROM app_session WHERE token_hash = :t", soci::use(token_hash); });
}

base::Result<> Store::drop_sessions_of(const std::string& user_id) {
  Lease lease(*this);
  return guard([&] { lease.sql() << "DELETE FROM app_session WHERE user_id = :u", soci::use(user_id); });
}

Projection Store::upsert_contact(const Keyring& keys, ContactRow row) {
  // A withheld number is nobody: all who withhold theirs are not one party.
  const std::string key = contact::names_a_party(row.party) ? keys.party_key(row.party) : "";
  const std::string sealed = row.party.empty() ? "" : keys.seal(row.party, row.id);
  return [row = std::move(row), key, sealed](soci::session& sql) {
    const std::string medium(to_id(row.medium));
    const long long started = row.started_at;
    const long long answered = row.answered_at;
    const long long ended = row.ended_at;
    const std::string categories = join(row.categories);
    const std::string flags = join(row.flags);
    sql << "INSERT INTO contact (id, medium, line, agent, party_key, party_sealed, state, started_at, answered_at, ended_at, "
           "end_reason, level, categories, flags, criteria_version, recording, erased_at) VALUES "
           "(:id, :medium, :line, :agent, :pk, :ps, :state, :s, :a, :e, :reason, :level, :cats, :flags, :crit, :rec, 0) "
           "ON CONFLICT (id) DO UPDATE SET agent = excluded.agent, state = excluded.state, answered_at = excluded.answered_at, "
           "ended_at = excluded.ended_at, end_reason = excluded.end_reason, level = excluded.level, "
           "categories = excluded.categories, flags = excluded.flags, criteria_version = excluded.criteria_version, "
           "recording = excluded.recording WHERE contact.erased_at = 0",
        soci::use(row.id), soci::use(medium), soci::use(row.line), soci::use(row.agent), soci::use(key), soci::use(sealed),
        soci::use(row.state), soci::use(started), soci::use(answered), soci::use(ended), soci::use(row.end_reason),
        soci::use(row.level), soci::use(categories), soci::use(flags), soci::use(row.criteria_version), soci::use(row.recording);
  };
}

Projection Store::open_case(CaseRow row) {
  return [row = std::move(row)](soci::session& sql) {
    long long number = 0;
    sql << "SELECT COALESCE(MAX(number), 0) + 1 FROM case_file", soci::into(number);
    const std::string categories = join(row.categories);
    const long long at = row.opened_at;
    // One case per contact: what comes later raises its level.
    sql << "INSERT INTO case_file (id, number, contact, state, level, categories, opened_at, opened_by, owner) VALUES "
           "(:id, :n, :c, 'open', :l, :cats, :at, :by, :owner) ON CONFLICT (contact) DO UPDATE SET "
           "level = excluded.level, categories = excluded.categories",
        soci::use(row.id), soci::use(number), soci::use(row.contact), soci::use(row.level), soci::use(categories), soci::use(at),
        soci::use(row.opened_by), soci::use(row.owner);
  };
}

Projection Store::put_block(const Keyring& keys, BlockRow row) {
  const std::string key = keys.party_key(row.party);
  const std::string sealed = keys.seal(row.party, row.id);
  return [row = std::move(row), key, sealed](soci::session& sql) {
    const long long at = row.blocked_at;
    const long long expires = row.expires_at;
    sql << "INSERT INTO block (id, party_key, party_sealed, contact, reason, blocked_by, blocked_at, expires_at, lifted_at, lifted_by) "
           "VALUES (:id, :k, :s, :c, :r, :by, :at, :exp, 0, '')",
        soci::use(row.id), soci::use(key), soci::use(sealed), soci::use(row.contact), soci::use(row.reason),
        soci::use(row.blocked_by), soci::use(at), soci::use(expires);
  };
}

Projection Store::put_voiceprint(const Keyring& keys, VoiceprintRow row) {
  const Key key = Keyring::new_key();
  const std::string wrapped = keys.wrap(key, "voiceprint:" + row.id);
  std::string plain(row.vector.size() * sizeof(float), '\0');
  std::memcpy(plain.data(), row.vector.data(), plain.size());
  const std::string sealed = seal(key, plain, row.id);
  row.vector.clear();
  return [row = std::move(row), wrapped, sealed](soci::session& sql) {
    const long long speech = row.speech_ms;
    const long long at = row.enrolled_at;
    const long long expires = row.expires_at;
    sql << "UPDATE voiceprint SET wrapped = '', sealed = '', erased_by = :by, erased_at = :at WHERE case_id = :c AND erased_at = 0",
        soci::use(row.enrolled_by), soci::use(at), soci::use(row.case_id);
    sql << "INSERT INTO voiceprint (id, case_id, contact, purpose, model, speech_ms, wrapped, sealed, enrolled_by, enrolled_at, expires_at, "
           "erased_by, erased_at) VALUES (:id, :case, :contact, :purpose, :model, :speech, :wrapped, :sealed, :by, :at, :expires, '', 0)",
        soci::use(row.id), soci::use(row.case_id), soci::use(row.contact), soci::use(row.purpose), soci::use(row.model), soci::use(speech),
        soci::use(wrapped), soci::use(sealed), soci::use(row.enrolled_by), soci::use(at), soci::use(expires);
  };
}

Projection Store::erase_voiceprint(std::string id, std::string by, base::UnixMillis at) {
  return [id = std::move(id), by = std::move(by), at](soci::session& sql) {
    const long long when = at;
    sql << "UPDATE voiceprint SET wrapped = '', sealed = '', erased_by = :by, erased_at = :at WHERE id = :id AND erased_at = 0", soci::use(by),
        soci::use(when), soci::use(id);
  };
}

Projection Store::put_prompt(PromptRow row) {
  return [row = std::move(row)](soci::session& sql) {
    const long long at = row.changed_at;
    sql << "INSERT INTO prompt (name, text, text_en, sound, changed_by, changed_at) VALUES (:n, :t, :e, :s, :by, :at) "
           "ON CONFLICT (name) DO UPDATE SET text = excluded.text, text_en = excluded.text_en, sound = excluded.sound, "
           "changed_by = excluded.changed_by, changed_at = excluded.changed_at",
        soci::use(row.name), soci::use(row.text), soci::use(row.text_en), soci::use(row.sound), soci::use(row.changed_by), soci::use(at);
  };
}

Projection Store::drop_prompt(std::string name) {
  return [name = std::move(name)](soci::session& sql) { sql << "DELETE FROM prompt WHERE name = :n", soci::use(name); };
}

Projection Store::put_own_word(OwnWordRow row) {
  return [row = std::move(row)](soci::session& sql) {
    const long long at = row.added_at;
    sql << "INSERT INTO own_word (spelling, reading, added_by, added_at) VALUES (:s, :r, :by, :at) ON CONFLICT (spelling, reading) DO NOTHING",
        soci::use(row.spelling), soci::use(row.reading), soci::use(row.added_by), soci::use(at);
  };
}

Projection Store::drop_own_word(std::string spelling, std::string reading) {
  return [spelling = std::move(spelling), reading = std::move(reading)](soci::session& sql) {
    sql << "DELETE FROM own_word WHERE spelling = :s AND reading = :r", soci::use(spelling), soci::use(reading);
  };
}

Projection Store::lift_block(std::string id, std::string by, UnixMillis at) {
  return [id = std::move(id), by = std::move(by), at](soci::session& sql) {
    const long long when = at;
    sql << "UPDATE block SET lifted_at = :at, lifted_by = :by WHERE id = :id AND lifted_at = 0", soci::use(when), soci::use(by), soci::use(id);
  };
}

}  // namespace mamori::store
