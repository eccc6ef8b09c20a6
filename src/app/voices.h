// Voiceprints in the hub: the model, the enrolled voices that are in force, and their end. docs/adr/0016-voiceprint.md.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "api/context.h"
#include "app/config.h"
#include "flow/live_contact.h"
#include "speech/voiceprint.h"

namespace mamori::app {

// Thread-safe. Holds opened voiceprints in memory while they are in force; drops them when they end.
class Voices {
 public:
  Voices(const Config& config, store::Store& store, const base::Clock& clock);

  // What the API may use. `this` has to outlive it.
  [[nodiscard]] api::VoicePrinting for_api();

  [[nodiscard]] bool wanted() const;
  [[nodiscard]] flow::VoiceComparison compare(const base::json::object& message) const;

  // Erases what has expired (whether or not the feature is on) and reads what is in force. Blocks: not on the core thread.
  // Returns the ids that were erased.
  std::vector<std::string> refresh();

 private:
  const Config& config_;
  store::Store& store_;
  const base::Clock& clock_;
  std::shared_ptr<const speech::VoiceprintModel> model_;
  std::string problem_;
  mutable std::mutex mutex_;
  std::vector<store::VoiceprintRow> in_force_;
};

}  // namespace mamori::app
