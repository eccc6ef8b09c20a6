#include "app/voices.h"

#include <algorithm>

#include "audio/resample.h"
#include "audio/wav.h"
#include "base/log.h"

namespace mamori::app {

Voices::Voices(const Config& config, store::Store& store, const base::Clock& clock) : config_(config), store_(store), clock_(clock) {
  if (!config.voiceprint) return;
  auto model = speech::VoiceprintModel::load(config.voiceprint_model);
  if (model) {
    model_ = std::move(*model);
  } else {
    problem_ = model.error().message;
    base::log_error("voiceprints cannot be used", {{"reason", problem_}});
  }
}

api::VoicePrinting Voices::for_api() {
  api::VoicePrinting out;
  out.enabled = config_.voiceprint;
  out.problem = problem_;
  out.threshold = config_.voiceprint_threshold;
  out.most_days = config_.voiceprint_most_days;
  out.changed = [this] { (void)refresh(); };
  if (!model_) return out;
  out.of_recording = [this](const std::string& path) -> base::Result<api::Voice> {
    auto recording = audio::read_recording(path);
    if (!recording) return base::fail(recording.error());
    // The left channel is the caller. What is not his is never looked at.
    const auto pcm = audio::to_telephone_rate(recording->channels.front(), recording->rate);
    if (!pcm) return base::fail(pcm.error());
    auto print = model_->print(*pcm);
    if (!print) return base::fail(print.error());
    return api::Voice{print->model, std::move(print->vector), print->speech_seconds};
  };
  out.compare = [this](const api::Voice& a, const api::Voice& b) { return model_->compare({a.model, a.vector, a.seconds}, {b.model, b.vector, b.seconds}); };
  return out;
}

bool Voices::wanted() const {
  const std::lock_guard lock(mutex_);
  return model_ && !in_force_.empty();
}

flow::VoiceComparison Voices::compare(const base::json::object& message) const {
  flow::VoiceComparison out;
  if (!model_) return out;
  speech::Voiceprint heard;
  heard.model = base::get_string(message, "model");
  if (const auto* list = message.if_contains("vector"); list && list->is_array()) {
    for (const auto& v : list->get_array()) heard.vector.push_back(v.is_number() ? static_cast<float>(v.to_number<double>()) : 0);
  }
  const double seconds = base::get_double(message, "seconds");
  const auto now = clock_.now();
  const std::lock_guard lock(mutex_);
  for (const auto& row : in_force_) {
    if (row.expires_at <= now) continue;
    const auto llr = model_->compare({row.model, row.vector, 0}, heard);
    if (!llr) continue;  // enrolled with another model
    ++out.compared;
    if (*llr < config_.voiceprint_threshold || (out.match && out.match->llr >= *llr)) continue;
    out.match = flow::VoiceMatch{row.id, row.case_id, row.case_number, *llr, seconds};
  }
  return out;
}

std::vector<std::string> Voices::refresh() {
  std::vector<std::string> erased;
  auto rows = store_.voiceprints(model_ != nullptr);
  if (!rows) {
    base::log_error("voiceprints cannot be read", {{"reason", rows.error().message}});
    return erased;
  }
  const auto now = clock_.now();
  store::Write write;
  for (const auto& row : *rows) {
    if (row.expires_at > now) continue;
    write.projections.push_back(store::Store::erase_voiceprint(row.id, "expiry", now));
    write.entries.push_back({row.contact, now, "voiceprint_erased", {{"voiceprint", row.id}, {"case", row.case_id}, {"by", "expiry"}}, {}});
    erased.push_back(row.id);
  }
  std::erase_if(*rows, [&](const auto& row) { return row.expires_at <= now; });
  if (!erased.empty()) store_.journal().submit(std::move(write));
  const std::lock_guard lock(mutex_);
  in_force_ = model_ ? std::move(*rows) : std::vector<store::VoiceprintRow>{};
  return erased;
}

}  // namespace mamori::app
