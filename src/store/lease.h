// A reading connection for the length of one call; waits for a free one. For the sources of Store only.
#pragma once

#include "store/store.h"

namespace mamori::store {

class Store::Lease {
 public:
  explicit Lease(Store& store) : store_(store) {
    std::unique_lock lock(store_.mutex_);
    store_.freed_.wait(lock, [&] { return !store_.free_.empty(); });
    database_ = std::move(store_.free_.back());
    store_.free_.pop_back();
  }
  ~Lease() {
    const std::lock_guard lock(store_.mutex_);
    store_.free_.push_back(std::move(database_));
    store_.freed_.notify_one();
  }
  Lease(const Lease&) = delete;
  Lease& operator=(const Lease&) = delete;
  Database& database() { return *database_; }
  soci::session& sql() { return database_->session(); }

 private:
  Store& store_;
  std::unique_ptr<Database> database_;
};

}  // namespace mamori::store
