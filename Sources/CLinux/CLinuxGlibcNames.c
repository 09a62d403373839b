// SPDX-License-Identifier: Apache-2.0
//
// What Debian's static libraries and Embedded Swift's library ask of glibc, where the C library is
// musl, which has not got it.
#define _GNU_SOURCE
#include <features.h>

#ifndef __GLIBC__
#include "CLinux.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <unistd.h>

int __fprintf_chk(FILE *file, int flag, const char *format, ...);
void arc4random_buf(void *bytes, size_t count);

/// Tells that libbz2 found itself at fault, just before it ends the program. The message stands as
/// it is written there: printing numbers would need another 10 KB.
int __fprintf_chk(FILE *file, int flag, const char *format, ...) {
  (void)file;
  (void)flag;
  return (int)write(STDERR_FILENO, format, strlen(format));
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
