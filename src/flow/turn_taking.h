// Who speaks when: overlap, breaking in and silence, from the two legs' speech in steps of 20 ms.
//
// The legs are analysed apart and report at different times; what is asked for a moment counts what has come for it so
// far. Not thread-safe. Memory: 10 s of two legs.
#pragma once

#include <cstdint>
#include <map>

#include "contact/event.h"

namespace mamori::flow {

class TurnTaking {
 public:
  // `speech`: bit i says whether there was speech in the i-th 20 ms of the half second that ends at `at` (seconds).
  // A half second that nobody reports held no speech.
  void heard(contact::Speaker speaker, double at, std::uint32_t speech);

  struct Look {
    double overlap = 0;     // seconds both spoke
    int interruptions = 0;  // times the customer began while the agent had been speaking, and both went on
    double silence = 0;     // seconds nobody spoke
  };
  // The ten seconds up to `at`.
  [[nodiscard]] Look look(double at) const;

 private:
  struct Half {
    std::uint32_t customer = 0;
    std::uint32_t agent = 0;
  };
  std::map<long, Half> halves_;  // by index of the half second
};

}  // namespace mamori::flow
