// The journal: every event of every contact, append-only, hash-chained (docs/format/journal.md).
//
// One writer thread commits in groups. An event counts as stored only once `done` was called without an error: that is
// after the commit. While the database cannot be written (full disk, read-only, server away) writes wait in memory, in
// order, and are tried again; health() says so. Facts are plain; content is sealed under the contact's key.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/json.h"
#include "base/result.h"
#include "store/database.h"
#include "store/keys.h"

namespace mamori::store {

struct NewEntry {
  std::string contact;  // empty for what belongs to no contact (sign-in, settings)
  base::UnixMillis at = 0;
  std::string kind;            // utterance, finding, assessment, action, state, voice, note, decision, read, erased, ...
  base::json::object facts;    // kept for ever: no personal data
  base::json::object content;  // what a person said or wrote, names, numbers; may be empty
};

struct Entry {
  std::int64_t seq = 0;
  std::string node;
  std::string contact;
  base::UnixMillis at = 0;
  std::string kind;
  base::json::object facts;
  base::json::object content;  // empty when there is none or it was erased
  bool content_erased = false;
  std::string hash;
};

// Tables other than the journal that change in the same transaction. Runs on the writer's thread; may throw soci errors.
// Must be repeatable: a group that could not be committed is run again.
using Projection = std::function<void(soci::session&)>;

struct Write {
  std::vector<NewEntry> entries;
  std::vector<Projection> projections;
  std::function<void(base::Result<std::int64_t>)> done;  // last seq; on the writer's thread; may be empty
};

struct JournalHealth {
  bool writable = true;
  std::string problem;      // for people, empty while writable
  std::size_t waiting = 0;  // writes not yet committed
  std::int64_t last_seq = 0;
  std::int64_t refused = 0;  // writes the database would never take (a fault of ours): events that are missing
};

struct ChainReport {
  std::int64_t entries = 0;
  std::string head;            // hash of the last entry
  std::int64_t broken_at = 0;  // seq of the first entry that does not fit, 0 when the chain is whole
};

class Journal {
 public:
  // Takes over `writer`. Starts the thread.
  static base::Result<std::unique_ptr<Journal>> start(std::unique_ptr<Database> writer, const Keyring& keys);
  // Writes what is waiting (at most 5 s), then stops. What still cannot be written is reported in the log by count.
  ~Journal();
  Journal(const Journal&) = delete;
  Journal& operator=(const Journal&) = delete;

  void submit(Write write);
  // Waits until everything submitted before is committed, or fails after `seconds`.
  base::Result<> flush(int seconds = 10);
  [[nodiscard]] JournalHealth health() const;

  // Destroys the contact's key and sealed content; the chain still verifies. Writes the entry `erased`.
  base::Result<> erase(const std::string& contact, base::UnixMillis at, const std::string& by);

 private:
  struct Impl;
  explicit Journal(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

// Reading, on any connection. `after` is exclusive. `kinds`: only these; empty: all.
base::Result<std::vector<Entry>> read_entries(Database& database, const Keyring& keys, const std::string& contact,
                                              std::int64_t after = 0, int limit = 10000, const std::vector<std::string>& kinds = {});
base::Result<ChainReport> verify_chain(Database& database);

}  // namespace mamori::store
