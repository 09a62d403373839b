// SPDX-License-Identifier: Apache-2.0
//
// What libbz2 asks of a program that has it without a standard error stream, and Embedded Swift's library
// of glibc, where the C library is musl, which has not got it.
#define _GNU_SOURCE
#include <features.h>

#ifndef __GLIBC__
#include "CLinux.h"

#include <stdlib.h>
#include <sys/auxv.h>
#include <unistd.h>

void bz_internal_error(int code);
void arc4random_buf(void *bytes, size_t count);

/// Tells that libbz2 found itself at fault, and ends the program.
void bz_internal_error(int code) {
  (void)code;
  static const char message[] = "libbz2 is at fault\n";
  (void)!write(STDERR_FILENO, message, sizeof message - 1);
  abort();
}

/// The seed of Swift's hash tables. Early in a boot the kernel has no random bytes yet; then those
/// that it gave the program at its start must do.
void arc4random_buf(void *bytes, size_t count) {
  if (clinux_random(bytes, count) == 0) return;
  const uint8_t *given = (const uint8_t *)getauxval(AT_RANDOM);
  for (size_t place = 0; place < count; place += 1)
    ((uint8_t *)bytes)[place] = given ? given[place % 16] : 0;
}
#endif
