// What can be played to a caller.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"

namespace mamori::telephony {

// 8 kHz mono; immutable, shared between calls and threads.
using Prompt = std::shared_ptr<const std::vector<std::int16_t>>;

// A WAV of 8 to 48 kHz (resampled to 8 kHz) and at most 10 minutes; stereo is mixed down. Blocks on the disk: never call it on a media worker or the SIP
// thread. kNotFound when there is no such file, kInvalidArgument when it cannot be played.
base::Result<Prompt> load_prompt(const std::string& path);

}  // namespace mamori::telephony
