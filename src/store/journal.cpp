#include "store/journal.h"

#include <condition_variable>
#include <deque>
#include <future>
#include <mutex>
#include <thread>
#include <unordered_map>

#include "base/log.h"

namespace mamori::store {
namespace {

using base::ErrorCode;
namespace json = base::json;

constexpr std::size_t kMaxGroup = 512;
constexpr std::size_t kMaxWaiting = 200'000;  // about 200 MB of utterances: hours of a large centre
constexpr std::size_t kMaxCachedKeys = 4096;

std::string entry_hash(const std::string& prev, std::int64_t seq, const std::string& node, const std::string& contact,
                       base::UnixMillis at, const std::string& kind, const std::string& facts, const std::string& ref) {
  std::string text;
  for (const auto& part : {prev, std::to_string(seq), node, contact, std::to_string(at), kind, facts, ref}) {
    text += std::to_string(part.size());
    text += ':';
    text += part;
  }
  return sha256_hex(text);
}

bool retryable(const base::Error& error) {
  return error.code == ErrorCode::kUnavailable || error.code == ErrorCode::kResourceExhausted;
}

base::Result<Key> load_key(soci::session& sql, const Keyring& keys, const std::string& contact, bool make) {
  std::string wrapped;
  sql << "SELECT wrapped FROM contact_key WHERE contact = :c", soci::into(wrapped), soci::use(contact);
  if (sql.got_data()) return keys.unwrap(wrapped, contact);
  if (!make) return base::fail(ErrorCode::kNotFound, "the content of this contact was erased");
  const Key key = Keyring::new_key();
  const std::string fresh = keys.wrap(key, contact);
  sql << "INSERT INTO contact_key (contact, wrapped) VALUES (:c, :w)", soci::use(contact), soci::use(fresh);
  return key;
}

}  // namespace

struct Journal::Impl {
  std::unique_ptr<Database> database;
  Keyring keys;
  std::string node;
  std::int64_t seq = 0;  // as of our last commit, for health
  std::int64_t refused = 0;

  mutable std::mutex mutex;
  std::condition_variable changed;
  std::deque<Write> waiting;
  std::size_t committing = 0;
  bool stopping = false;
  std::string problem;
  std::thread thread;
  std::unordered_map<std::string, Key> key_cache;  // writer's thread only

  explicit Impl(const Keyring& k) : keys(k) {}

  base::Result<> append(const NewEntry& entry, std::int64_t& at_seq, std::string& at_head) {
    auto& sql = database->session();
    std::string ref;
    if (!entry.content.empty() && !entry.contact.empty()) {
      auto cached = key_cache.find(entry.contact);
      if (cached == key_cache.end()) {
        auto key = load_key(sql, keys, entry.contact, true);
        if (!key) return base::fail(key.error());
        if (key_cache.size() >= kMaxCachedKeys) key_cache.clear();
        cached = key_cache.emplace(entry.contact, *key).first;
      }
      const std::string sealed = seal(cached->second, json::serialize(entry.content), entry.contact);
      ref = sha256_hex(sealed);
      sql << "INSERT INTO content (ref, contact, sealed) VALUES (:r, :c, :s)", soci::use(ref), soci::use(entry.contact),
          soci::use(sealed);
    }
    const std::string facts = json::serialize(entry.facts);
    const std::int64_t next = at_seq + 1;
    const std::string hash = entry_hash(at_head, next, node, entry.contact, entry.at, entry.kind, facts, ref);
    const auto seq_ll = static_cast<long long>(next);
    const auto at_ll = static_cast<long long>(entry.at);
    auto inserted = guard([&] { sql << "INSERT INTO journal (seq, node, contact, at, kind, facts, content_ref, prev_hash, hash) "
                                       "VALUES (:seq, :node, :contact, :at, :kind, :facts, :ref, :prev, :hash)",
                                    soci::use(seq_ll), soci::use(node), soci::use(entry.contact), soci::use(at_ll), soci::use(entry.kind),
                                    soci::use(facts), soci::use(ref), soci::use(at_head), soci::use(hash); });
    if (!inserted) {
      // Somebody else wrote this number meanwhile (mamori user, another hub): the group is tried again behind it.
      if (inserted.error().code == ErrorCode::kConflict) return base::fail(ErrorCode::kUnavailable, inserted.error().message);
      return base::fail(inserted.error());
    }
    at_seq = next;
    at_head = hash;
    return {};
  }

  // Writes one group. True when committed; false when it must be tried again later (then nothing changed).
  bool commit(std::vector<Write>& group, std::vector<base::Result<std::int64_t>>& results) {
    results.clear();
    std::int64_t new_seq = 0;
    std::string new_head;
    auto& sql = database->session();
    auto outcome = guard([&]() -> base::Result<> {
      soci::transaction transaction(sql);
      // Not from memory: the command line and other hubs write to the same journal.
      long long last = 0;
      std::string last_hash;
      sql << "SELECT seq, hash FROM journal ORDER BY seq DESC LIMIT 1", soci::into(last), soci::into(last_hash);
      new_seq = sql.got_data() ? last : 0;
      new_head = sql.got_data() ? last_hash : std::string();
      for (auto& write : group) {
        sql << "SAVEPOINT one_write";
        const auto seq_before = new_seq;
        const auto head_before = new_head;
        auto one = guard([&]() -> base::Result<> {
          for (const auto& entry : write.entries) {
            if (auto ok = append(entry, new_seq, new_head); !ok) return ok;
          }
          for (const auto& projection : write.projections) projection(sql);
          return {};
        });
        base::Result<> flat = one ? *one : base::Result<>(base::fail(one.error()));
        if (flat) {
          sql << "RELEASE SAVEPOINT one_write";
          results.emplace_back(new_seq);
          continue;
        }
        if (retryable(flat.error())) return flat;
        new_seq = seq_before;
        new_head = head_before;
        key_cache.clear();
        sql << "ROLLBACK TO SAVEPOINT one_write";
        sql << "RELEASE SAVEPOINT one_write";
        results.emplace_back(base::fail(flat.error()));
      }
      transaction.commit();
      return {};
    });
    base::Result<> flat = outcome ? *outcome : base::Result<>(base::fail(outcome.error()));
    if (!flat) {
      key_cache.clear();
      const std::lock_guard lock(mutex);
      if (problem != flat.error().message) {
        problem = flat.error().message;
        base::log_error("journal cannot be written; events wait in memory", {{"reason", problem}});
      }
      if (!database->is_sqlite()) (void)guard([&] { sql.reconnect(); });
      return false;
    }
    const std::lock_guard lock(mutex);
    seq = new_seq;
    for (std::size_t i = 0; i < results.size(); ++i) {
      // Somebody else was first, and who asked is told so: no fault, nothing is missing.
      const bool told = group[i].done && !results[i] && results[i].error().code == ErrorCode::kConflict;
      refused += !results[i] && !told;
    }
    if (!problem.empty()) base::log_info("journal can be written again");
    problem.clear();
    return true;
  }

  void run() {
    std::vector<Write> group;
    std::vector<base::Result<std::int64_t>> results;
    std::chrono::steady_clock::time_point give_up{};
    for (;;) {
      {
        std::unique_lock lock(mutex);
        changed.wait(lock, [&] { return stopping || !waiting.empty() || !group.empty(); });
        if (stopping && give_up == std::chrono::steady_clock::time_point{}) {
          give_up = std::chrono::steady_clock::now() + std::chrono::seconds(5);
        }
        if (waiting.empty() && group.empty()) return;
        while (group.size() < kMaxGroup && !waiting.empty()) {
          group.push_back(std::move(waiting.front()));
          waiting.pop_front();
        }
        committing = group.size();
      }
      if (!commit(group, results)) {
        std::unique_lock lock(mutex);
        if (stopping && std::chrono::steady_clock::now() > give_up) {
          base::log_error("journal stopped with events that could not be written",
                          {{"writes", std::to_string(group.size() + waiting.size())}, {"reason", problem}});
          return;
        }
        changed.wait_for(lock, std::chrono::milliseconds(500));
        continue;
      }
      for (std::size_t i = 0; i < group.size(); ++i) {
        if (group[i].done)
          group[i].done(results[i]);
        else if (!results[i])
          base::log_error("an event was refused by the database", {{"reason", results[i].error().message}});
      }
      group.clear();
      const std::lock_guard lock(mutex);
      committing = 0;
      changed.notify_all();
    }
  }
};

Journal::Journal(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

base::Result<std::unique_ptr<Journal>> Journal::start(std::unique_ptr<Database> writer, const Keyring& keys) {
  auto impl = std::make_unique<Impl>(keys);
  auto node = writer->node_id();
  if (!node) return base::fail(node.error(), "start the journal");
  impl->node = *node;
  auto read = guard([&] {
    long long last = 0;
    std::string hash;
    writer->session() << "SELECT seq, hash FROM journal ORDER BY seq DESC LIMIT 1", soci::into(last), soci::into(hash);
    if (writer->session().got_data()) {
      impl->seq = last;
    }
    // A database that cannot be written is found now, not with the first word of a call.
    soci::transaction transaction(writer->session());
    writer->session() << "UPDATE meta SET value = value WHERE name = 'node'";
    transaction.commit();
  });
  if (!read) return base::fail(read.error(), "start the journal");
  impl->database = std::move(writer);
  impl->thread = std::thread([raw = impl.get()] { raw->run(); });
  return std::unique_ptr<Journal>(new Journal(std::move(impl)));
}

Journal::~Journal() {
  {
    const std::lock_guard lock(impl_->mutex);
    impl_->stopping = true;
    impl_->changed.notify_all();
  }
  impl_->thread.join();
}

void Journal::submit(Write write) {
  std::function<void(base::Result<std::int64_t>)> refused;
  {
    const std::lock_guard lock(impl_->mutex);
    if (impl_->stopping || impl_->waiting.size() >= kMaxWaiting) {
      refused = std::move(write.done);
    } else {
      impl_->waiting.push_back(std::move(write));
      impl_->changed.notify_all();
      return;
    }
  }
  base::log_error("journal is full or stopping: an event was not kept");
  if (refused) refused(base::fail(ErrorCode::kResourceExhausted, "the journal cannot take more events"));
}

base::Result<> Journal::flush(int seconds) {
  std::unique_lock lock(impl_->mutex);
  if (impl_->changed.wait_for(lock, std::chrono::seconds(seconds),
                              [&] { return impl_->waiting.empty() && impl_->committing == 0; })) {
    return {};
  }
  return base::fail(ErrorCode::kUnavailable, "the journal could not be written in time: " + impl_->problem);
}

JournalHealth Journal::health() const {
  const std::lock_guard lock(impl_->mutex);
  return {impl_->problem.empty(), impl_->problem, impl_->waiting.size() + impl_->committing, impl_->seq, impl_->refused};
}

base::Result<> Journal::erase(const std::string& contact, base::UnixMillis at, const std::string& by) {
  std::promise<base::Result<std::int64_t>> promise;
  auto future = promise.get_future();
  Write write;
  write.entries.push_back({contact, at, "erased", {{"by", by}}, {}});
  write.projections.push_back([this, contact, at](soci::session& sql) {
    impl_->key_cache.erase(contact);  // the writer's thread runs this
    const auto at_ll = static_cast<long long>(at);
    sql << "DELETE FROM contact_key WHERE contact = :c", soci::use(contact);
    sql << "DELETE FROM content WHERE contact = :c", soci::use(contact);
    sql << "UPDATE voiceprint SET wrapped = '', sealed = '', erased_by = 'contact', erased_at = :at WHERE contact = :c AND erased_at = 0",
        soci::use(at_ll), soci::use(contact);
    // What was said of this contact goes with it: a link from or to it, and the name.
    sql << "DELETE FROM party_link WHERE contact_a = :a OR contact_b = :b", soci::use(contact), soci::use(contact);
    sql << "DELETE FROM customer_name WHERE contact = :c", soci::use(contact);
    sql << "UPDATE contact SET party_key = '', party_sealed = '', recording = '', erased_at = :at WHERE id = :c",
        soci::use(at_ll), soci::use(contact);
  });
  write.done = [&promise](base::Result<std::int64_t> result) { promise.set_value(std::move(result)); };
  submit(std::move(write));
  const auto result = future.get();
  if (!result) return base::fail(result.error(), "erase contact");
  return {};
}

base::Result<std::vector<Entry>> read_entries(Database& database, const Keyring& keys, const std::string& contact,
                                              std::int64_t after, int limit, const std::vector<std::string>& kinds) {
  auto read = guard([&] {
    auto& sql = database.session();
    std::vector<Entry> entries;
    auto key = load_key(sql, keys, contact, false);
    const auto after_ll = static_cast<long long>(after);
    std::string only;
    for (std::size_t i = 0; i < kinds.size(); ++i) only += (i == 0 ? "AND j.kind IN (:k" : ", :k") + std::to_string(i);
    if (!kinds.empty()) only += ") ";
    auto select = (sql.prepare << "SELECT j.seq, j.node, j.at, j.kind, j.facts, j.content_ref, j.hash, c.sealed FROM journal j "
                                  "LEFT JOIN content c ON c.ref = j.content_ref WHERE j.contact = :contact AND j.seq > :after " +
                                      only + "ORDER BY j.seq LIMIT :limit",
                   soci::use(contact), soci::use(after_ll));
    for (const auto& kind : kinds) select, soci::use(kind);
    const soci::rowset<soci::row> rows = (select, soci::use(limit));
    for (const auto& row : rows) {
      Entry entry;
      entry.seq = row.get<long long>(0);
      entry.node = row.get<std::string>(1);
      entry.contact = contact;
      entry.at = row.get<long long>(2);
      entry.kind = row.get<std::string>(3);
      if (auto facts = base::parse_json(row.get<std::string>(4)); facts && facts->is_object()) entry.facts = facts->as_object();
      const auto ref = row.get<std::string>(5);
      entry.hash = row.get<std::string>(6);
      if (!ref.empty()) {
        if (key && row.get_indicator(7) == soci::i_ok) {
          auto plain = open_sealed(*key, row.get<std::string>(7), contact);
          if (plain) {
            if (auto content = base::parse_json(*plain); content && content->is_object()) entry.content = content->as_object();
          }
        } else {
          entry.content_erased = true;
        }
      }
      entries.push_back(std::move(entry));
    }
    return entries;
  });
  if (!read) return base::fail(read.error(), "read the journal");
  return read;
}

base::Result<ChainReport> verify_chain(Database& database) {
  return guard([&] {
    ChainReport report;
    const soci::rowset<soci::row> rows =
        (database.session().prepare << "SELECT seq, node, contact, at, kind, facts, content_ref, prev_hash, hash FROM journal ORDER BY seq");
    std::int64_t expected = 1;
    for (const auto& row : rows) {
      const std::int64_t seq = row.get<long long>(0);
      const auto hash = entry_hash(report.head, seq, row.get<std::string>(1), row.get<std::string>(2), row.get<long long>(3),
                                   row.get<std::string>(4), row.get<std::string>(5), row.get<std::string>(6));
      if (seq != expected || row.get<std::string>(7) != report.head || row.get<std::string>(8) != hash) {
        report.broken_at = seq;
        break;
      }
      report.head = hash;
      ++report.entries;
      ++expected;
    }
    return report;
  });
}

}  // namespace mamori::store
