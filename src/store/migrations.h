// The migrations/*.sql files, built into the program in the order of their names.
#pragma once

#include <string_view>
#include <vector>

namespace mamori::store {

std::vector<std::string_view> migrations();

}  // namespace mamori::store
