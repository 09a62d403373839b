// SPDX-License-Identifier: Apache-2.0
//
// Functions that libraries need and that are missing: libbz2 needs one in a program without a
// standard error stream, and Embedded Swift's library needs one of glibc, which musl lacks.
#define _GNU_SOURCE
#include <features.h>

#ifndef __GLIBC__
#include "CLinux.h"

#include <stdlib.h>
#include <sys/auxv.h>
#include <unistd.h>

void bz_internal_error(int code);
void arc4random_buf(void *bytes, size_t count);

/// Reports that libbz2 found an internal error, and ends the program.
void bz_internal_error(int code) {
  (void)code;
  static const char message[] = "libbz2 is at fault\n";
  (void)!write(STDERR_FILENO, message, sizeof message - 1);
  abort();
}

/// The seed of Swift's hash tables. Early in a boot the kernel has no random bytes; then those that
/// it gave the program at its start are used.
void arc4random_buf(void *bytes, size_t count) {
  if (clinux_random(bytes, count) == 0) return;
  const uint8_t *given = (const uint8_t *)getauxval(AT_RANDOM);
  for (size_t place = 0; place < count; place += 1)
    ((uint8_t *)bytes)[place] = given ? given[place % 16] : 0;
}
#endif
