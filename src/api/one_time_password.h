// One-time passwords, easy to read aloud and to type.
#pragma once

#include <string>

namespace mamori::api {

// Four groups of four letters or digits that do not look alike: 79 bits.
std::string one_time_password();

}  // namespace mamori::api
