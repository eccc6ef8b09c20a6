// Memory for large tables that are read at random places: on pages of 2 MiB where the system lends such to who asks (Linux:
// transparent huge pages, "madvise" or "always"), so that nearly every read does not also miss the translation of its address.
// Elsewhere ordinary memory. Thread-safe as std::allocator.
#pragma once

#include <sys/mman.h>

#include <cstddef>
#include <new>
#include <vector>

namespace mamori::base {

template <class T>
struct HugePages {
  using value_type = T;
  HugePages() = default;
  template <class U>
  HugePages(const HugePages<U>&) {}  // NOLINT(google-explicit-constructor): an allocator's

  T* allocate(std::size_t n) {
    const auto bytes = n * sizeof(T);
    if (bytes < kPage) return static_cast<T*>(::operator new(bytes, std::align_val_t{alignof(T)}));
    void* memory = ::operator new(bytes, std::align_val_t{kPage});
#ifdef MADV_HUGEPAGE
    (void)madvise(memory, bytes, MADV_HUGEPAGE);  // not granted: nothing is lost
#endif
    return static_cast<T*>(memory);
  }
  void deallocate(T* memory, std::size_t n) noexcept {
    const auto bytes = n * sizeof(T);
    ::operator delete(memory, std::align_val_t{bytes < kPage ? alignof(T) : kPage});
  }
  template <class U>
  bool operator==(const HugePages<U>&) const { return true; }

 private:
  static constexpr std::size_t kPage = std::size_t{2} << 20;
};

template <class T>
using HugeVector = std::vector<T, HugePages<T>>;

}  // namespace mamori::base
