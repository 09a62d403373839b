/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of the assembly, the linker and the runtime that Ferry's Swift uses. */
#ifndef CFERRY_H
#define CFERRY_H

#include <stdint.h>

/* The state at Ferry's entry, and its addresses. start.S writes it before anything else runs. */
struct ferry_entry {
  uint32_t loaded;   /* the load address of the bundle: its byte 0 */
  uint32_t base;     /* its current address, a multiple of 4096 */
  uint32_t offset;   /* added to a physical address, without carry, it gives the virtual one */
  uint32_t r1, r2;   /* of the boot loader */
  uint32_t core;     /* 5, 6 or 7: the architecture, as far as it matters here */
  uint32_t hyp;      /* 1 when entered in HYP mode */
  uint32_t control;  /* SCTLR with which the kernel is entered */
};
extern const struct ferry_entry ferry_entry;

/* The facts about a fault, from vectors.S. */
struct ferry_exception {
  uint32_t kind; /* 0 undefined instruction, 1 supervisor call, 2 prefetch abort, 3 data abort,
                    4 interrupt */
  uint32_t pc, address, status;
};

/* Called by vectors.S; does not return. Ferry's Swift has it. */
void ferry_exception(const struct ferry_exception *exception);

/* Called when the heap is full; does not return. Ferry's Swift has it. */
void ferry_exhausted(void);

/* Addresses that the linker knows: of Ferry's parts, and of code that is copied elsewhere. */
#define FERRY_PLACE(name)                      \
  static inline uint32_t name##_address(void) { \
    extern const uint8_t name[];               \
    return (uint32_t)(uintptr_t)name;          \
  }
FERRY_PLACE(ferry_text_end)
FERRY_PLACE(ferry_rodata_end)
FERRY_PLACE(ferry_tables_start)
FERRY_PLACE(ferry_image_end)
FERRY_PLACE(ferry_vectors)
FERRY_PLACE(ferry_mmu_off)
FERRY_PLACE(ferry_mmu_off_end)
FERRY_PLACE(handover_relocate_in_text)

/* The name of the symbol at an address in Ferry, and of its section; 0 when it has none. */
const char *ferry_symbol(uint32_t address);
const char *ferry_section(uint32_t address);

/* Loads another first-level table, by its physical address; all caches are cleaned before. */
void ferry_use_table(uint32_t table);
/* Makes code that was written as data visible to the fetching of instructions. */
void ferry_clean_caches(void);

/* Stores one of the four words, 0 to 3, into the text of handover_relocate_in_text. */
void ferry_store_parameter(uint32_t index, uint32_t word);

/* The jump. Does not return. The first four arguments stay in registers all the way. */
void ferry_soft_restart(uint32_t start, uint32_t indirection, uint32_t machine,
                        uint32_t parameters, uint32_t mmu_off, uint32_t relocation,
                        uint32_t identity_table, uint32_t through_hyp);

/* The cycle counter; only on ARMv7. counter.S has the details. */
uint32_t ferry_start_counter(void);
uint32_t ferry_read_counter(void);
void ferry_stop_counter(void);

/* Sleeps for ever. */
void ferry_stop(void) __attribute__((noreturn));

/* Device registers. */
static inline uint32_t ferry_read8(uintptr_t address) {
  return *(volatile uint8_t *)address;
}
static inline uint32_t ferry_read32(uintptr_t address) {
  return *(volatile uint32_t *)address;
}
static inline void ferry_write8(uintptr_t address, uint32_t value) {
  *(volatile uint8_t *)address = (uint8_t)value;
}
static inline void ferry_write32(uintptr_t address, uint32_t value) {
  *(volatile uint32_t *)address = value;
}

#endif
