/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The C library functions that compilers expect: for bytes, and for memory from a small heap. Only the
 * block that was allocated last can be freed. Ferry needs little: some lists of ranges, a digest.
 */
#include "CFerry.h"

#include <stddef.h>

void *memset(void *to, int value, size_t count) {
  uint8_t *byte = to;
  while (count && ((uintptr_t)byte & 3)) *byte++ = (uint8_t)value, count--;
  uint32_t word = (uint8_t)value * 0x01010101u;
  for (; count >= 4; count -= 4, byte += 4) *(volatile uint32_t *)byte = word;
  while (count--) *(volatile uint8_t *)byte++ = (uint8_t)value;
  return to;
}

void *memmove(void *to, const void *from, size_t count) {
  uint8_t *target = to;
  const uint8_t *source = from;
  if (target > source && target < source + count) {
    while (count--) ((volatile uint8_t *)target)[count] = source[count];
    return to;
  }
  if ((((uintptr_t)target | (uintptr_t)source) & 3) == 0)
    for (; count >= 4; count -= 4, target += 4, source += 4)
      *(volatile uint32_t *)target = *(const uint32_t *)source;
  while (count--) *(volatile uint8_t *)target++ = *source++;
  return to;
}

void *memcpy(void *to, const void *from, size_t count) { return memmove(to, from, count); }

int memcmp(const void *one, const void *other, size_t count) {
  const uint8_t *left = one, *right = other;
  for (size_t index = 0; index < count; index++)
    if (left[index] != right[index]) return left[index] - right[index];
  return 0;
}

static uint8_t heap[12 << 10] __attribute__((aligned(16)));
static size_t used, last;

int posix_memalign(void **result, size_t alignment, size_t size) {
  size_t begin = (used + alignment - 1) & ~(alignment - 1);
  if (size > sizeof heap || begin > sizeof heap - size) ferry_exhausted();
  last = begin;
  used = begin + size;
  *result = heap + begin;
  return 0;
}

void free(void *memory) {
  if (memory == heap + last) used = last;
}

/* The seed of hash tables: Ferry has none. */
void arc4random_buf(void *bytes, size_t count) { memset(bytes, 0, count); }

/* The same under the names of the procedure call standard (RTABI, 4.3.4), whatever the alignment. */
#define ALIAS(name, of) extern __typeof__(of) name __attribute__((alias(#of)));
ALIAS(__aeabi_memcpy, memcpy)
ALIAS(__aeabi_memcpy4, memcpy)
ALIAS(__aeabi_memcpy8, memcpy)
ALIAS(__aeabi_memmove, memmove)
ALIAS(__aeabi_memmove4, memmove)
ALIAS(__aeabi_memmove8, memmove)

void __aeabi_memset(void *to, size_t count, int value) { memset(to, value, count); }
void __aeabi_memclr(void *to, size_t count) { memset(to, 0, count); }
ALIAS(__aeabi_memset4, __aeabi_memset)
ALIAS(__aeabi_memset8, __aeabi_memset)
ALIAS(__aeabi_memclr4, __aeabi_memclr)
ALIAS(__aeabi_memclr8, __aeabi_memclr)

/* One core, no interrupts: nothing happens in between. */
uint32_t ferry_load(const volatile void *at, int order) __asm__("__atomic_load_4");
uint32_t ferry_load(const volatile void *at, int order) {
  (void)order;
  return *(const volatile uint32_t *)at;
}
void ferry_store(volatile void *at, uint32_t value, int order) __asm__("__atomic_store_4");
void ferry_store(volatile void *at, uint32_t value, int order) {
  (void)order;
  *(volatile uint32_t *)at = value;
}
uint32_t ferry_add(volatile void *at, uint32_t value, int order) __asm__("__atomic_fetch_add_4");
uint32_t ferry_add(volatile void *at, uint32_t value, int order) {
  uint32_t old = ferry_load(at, order);
  ferry_store(at, old + value, order);
  return old;
}
uint32_t ferry_subtract(volatile void *at, uint32_t value, int order) __asm__("__atomic_fetch_sub_4");
uint32_t ferry_subtract(volatile void *at, uint32_t value, int order) {
  return ferry_add(at, 0u - value, order);
}
_Bool ferry_exchange(volatile void *at, void *expected, uint32_t value, _Bool weak, int success,
                     int failure) __asm__("__atomic_compare_exchange_4");
_Bool ferry_exchange(volatile void *at, void *expected, uint32_t value, _Bool weak, int success,
                     int failure) {
  (void)weak, (void)failure;
  uint32_t old = ferry_load(at, success);
  if (old != *(uint32_t *)expected) {
    *(uint32_t *)expected = old;
    return 0;
  }
  ferry_store(at, value, success);
  return 1;
}

/* libgcc calls this on a division by zero. */
int raise(int signal) {
  (void)signal;
  ferry_stop();
}

/* A stack that was overrun: nothing can be trusted. */
uintptr_t __stack_chk_guard = 0x46657272;
void __stack_chk_fail(void) { ferry_stop(); }
