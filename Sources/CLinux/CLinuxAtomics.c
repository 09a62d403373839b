// SPDX-License-Identifier: Apache-2.0
//
// Code for ARMv5 calls these for atomic operations, because ARMv5 has no instructions for them.
// libgcc's functions call code of the kernel at 0xffff0fc0, and a kernel without
// CONFIG_KUSER_HELPERS has none there. The loader has one thread and handles no signals, so plain
// memory accesses are enough.
//
// Source: Linux 6.1, Documentation/arm/kernel_user_helpers.rst; GCC 12, "Legacy __sync Built-in
// Functions for Atomic Memory Access".
#include <features.h>

#if defined(__arm__) && __ARM_ARCH < 6 && !defined(__GLIBC__)
#include <stdint.h>

uint32_t clinux_compare_and_swap(volatile uint32_t *place, uint32_t old, uint32_t new)
    __asm__("__sync_val_compare_and_swap_4");
uint32_t clinux_exchange(volatile uint32_t *place, uint32_t new)
    __asm__("__sync_lock_test_and_set_4");
uint32_t clinux_add(volatile uint32_t *place, uint32_t number) __asm__("__sync_fetch_and_add_4");
uint32_t clinux_subtract(volatile uint32_t *place, uint32_t number)
    __asm__("__sync_fetch_and_sub_4");

uint32_t clinux_compare_and_swap(volatile uint32_t *place, uint32_t old, uint32_t new) {
  uint32_t found = *place;
  if (found == old) *place = new;
  return found;
}

uint32_t clinux_exchange(volatile uint32_t *place, uint32_t new) {
  uint32_t found = *place;
  *place = new;
  return found;
}

uint32_t clinux_add(volatile uint32_t *place, uint32_t number) {
  uint32_t found = *place;
  *place = found + number;
  return found;
}

uint32_t clinux_subtract(volatile uint32_t *place, uint32_t number) {
  return clinux_add(place, -number);
}
#endif
