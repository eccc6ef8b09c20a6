#include "app/user_command.h"

#include <filesystem>
#include <iostream>

#include "api/one_time_password.h"
#include "base/clock.h"
#include "base/ids.h"
#include "store/store.h"

namespace mamori::app {
namespace {

base::Result<std::unique_ptr<store::Store>> open_store(const Config& config) {
  std::error_code ec;
  std::filesystem::create_directories(config.data_dir, ec);
  return store::Store::open(config.database, config.data_dir + "/master.key");
}

int fail(const std::string& message) {
  std::cerr << "mamori: " << message << std::endl;
  return 1;
}

int save(store::Store& store, store::UserRow user, const std::string& what) {
  const auto password = api::one_time_password();
  user.password_hash = store::hash_password(password);
  user.must_change = true;
  user.failed_logins = 0;
  user.locked_until = 0;
  const auto now = base::SystemClock{}.now();
  if (auto put = store.put_user(user, now); !put) return fail(put.error().message);
  (void)store.drop_sessions_of(user.id);
  store::Write write;
  write.entries.push_back({"", now, what, {{"user", user.name}, {"by", "command line"}}, {}});
  store.journal().submit(std::move(write));
  std::cout << "利用者 " << user.name << " の初回パスワード / one-time password: " << password << std::endl;
  return 0;
}

}  // namespace

int add_user(const Config& config, const std::string& name, const std::string& display_name, const std::string& role) {
  auto store = open_store(config);
  if (!store) return fail(store.error().message);
  auto known = (*store)->user(name);
  if (!known) return fail(known.error().message);
  if (*known) return fail("利用者 " + name + " はすでにいます / there is such a user already");
  return save(**store, {.id = base::new_id(), .name = name, .display_name = display_name, .role = role}, "user_added");
}

int reset_password(const Config& config, const std::string& name) {
  auto store = open_store(config);
  if (!store) return fail(store.error().message);
  auto known = (*store)->user(name);
  if (!known) return fail(known.error().message);
  if (!*known) return fail("利用者 " + name + " はいません / there is no such user");
  return save(**store, **known, "password_reset");
}

}  // namespace mamori::app
