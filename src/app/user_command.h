// mamori user: adding users and making new one-time passwords, from the server's own terminal.
#pragma once

#include <string>

#include "app/config.h"

namespace mamori::app {

// Both print the one-time password on standard output and return the exit status.
int add_user(const Config& config, const std::string& name, const std::string& display_name, const std::string& role);
int reset_password(const Config& config, const std::string& name);

}  // namespace mamori::app
