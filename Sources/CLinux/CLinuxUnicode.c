// SPDX-License-Identifier: Apache-2.0
//
// Texts are compared byte for byte: to the kernel, too, names of files, words of command lines and
// names in device trees are bytes. Swift compares texts in their normal form, for which it links 28
// KB of tables (libswiftUnicodeDataTables.a, UnicodeNormalization.cpp.o). These functions replace
// them and report every character as normalized.
//
// What we know: the four symbols and their results (Swift 6.3.1,
// stdlib/public/stubs/Unicode/UnicodeNormalization.cpp and stdlib/public/core/UnicodeNormalization.swift).
// What we do not know: other symbols of the same object in another version, for which
// scripts/build/build-device leaves this file out.
// What we are responsible for: that no code here compares texts that people wrote.
#include <features.h>

#if !defined(__GLIBC__) && !defined(CLINUX_RUNTIME_OBJECTS)
#include <stdint.h>

uint16_t _swift_stdlib_getNormData(uint32_t scalar);
uint32_t _swift_stdlib_getDecompositionEntry(uint32_t scalar);
uint32_t _swift_stdlib_getComposition(uint32_t first, uint32_t second);

const uint8_t *const _swift_stdlib_nfd_decompositions = 0;

/// No combining class, and nothing to check in either normal form.
uint16_t _swift_stdlib_getNormData(uint32_t scalar) {
  (void)scalar;
  return 0;
}

/// No decomposition; it is never called for a normalized character.
uint32_t _swift_stdlib_getDecompositionEntry(uint32_t scalar) {
  (void)scalar;
  return 0;
}

/// No two characters compose to one.
uint32_t _swift_stdlib_getComposition(uint32_t first, uint32_t second) {
  (void)first;
  (void)second;
  return UINT32_MAX;
}
#endif
