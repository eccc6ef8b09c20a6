#include "telephony/media/tap.h"

namespace mamori::telephony {
namespace {

constexpr std::size_t kReserved = 64;  // slots for begin and end
constexpr int kRound = 256;            // blocks per ring and round, so that no worker starves

}  // namespace

bool TapRing::push(const TapBlock& block) {
  const auto tail = tail_.load(std::memory_order_relaxed);
  const auto used = tail - head_.load(std::memory_order_acquire);
  const std::size_t room = block.kind == TapBlock::Kind::kAudio && blocks_.size() > 2 * kReserved
                               ? blocks_.size() - kReserved
                               : blocks_.size();
  if (used >= room) {
    dropped_.fetch_add(block.count, std::memory_order_relaxed);
    return false;
  }
  blocks_[tail % blocks_.size()] = block;
  tail_.store(tail + 1, std::memory_order_release);
  return true;
}

const TapBlock* TapRing::front() const {
  const auto head = head_.load(std::memory_order_relaxed);
  if (head == tail_.load(std::memory_order_acquire)) return nullptr;
  return &blocks_[head % blocks_.size()];
}

TapPump::TapPump(TapConsumer& consumer, std::size_t workers, std::size_t blocks_per_ring) : consumer_(consumer) {
  for (std::size_t i = 0; i < workers; ++i) rings_.push_back(std::make_unique<TapRing>(blocks_per_ring));
  thread_ = std::thread([this] {
    while (!stopping_.load(std::memory_order_acquire)) {
      if (!drain()) std::this_thread::sleep_for(std::chrono::milliseconds(20));
      consumer_.idle();
    }
    while (drain()) {
    }
  });
}

bool TapPump::drain() {
  bool any = false;
  for (auto& ring : rings_) {
    for (int i = 0; i < kRound; ++i) {
      const TapBlock* block = ring->front();
      if (block == nullptr) break;
      consumer_.take(*block);
      ring->pop();
      any = true;
    }
  }
  return any;
}

std::uint64_t TapPump::dropped_samples() const {
  std::uint64_t sum = 0;
  for (const auto& ring : rings_) sum += ring->dropped_samples();
  return sum;
}

void TapPump::stop() {
  stopping_.store(true, std::memory_order_release);
  if (thread_.joinable()) thread_.join();
}

}  // namespace mamori::telephony
