// One binary runs on any x86-64 yet uses AVX2 or AVX-512 where they are: a function marked MAMORI_CLONES is compiled once for each
// and chosen when the program starts (function multiversioning). What it calls must be inlined into it.
// For plain loops: a vector type wider than a machine's registers is taken apart in memory (base/matrix.cpp has a function for each width).
#pragma once

#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define MAMORI_CLONES __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define MAMORI_CLONES  // sanitizers and ifunc resolvers do not mix
#endif
