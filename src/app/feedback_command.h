// mamori feedback: what people said of judgements, as labelled text for `mamori eval judge` and `mamori train judge`.
#pragma once

#include "app/config.h"

namespace mamori::app {

// Writes one JSON object per line to standard output. The journal says first that it was read. Returns the exit status.
int export_feedback(const Config& config);

}  // namespace mamori::app
