// SPDX-License-Identifier: Apache-2.0
//
// Memory for small objects. Swift allocates each by posix_memalign, where musl's allocator takes
// about 550 instructions to allocate and free an object. Here objects of up to 1024 bytes come from
// one room, which is cut into pieces of one size each, and freed ones go into a list of that size.
// A load ends long before the room is full. Larger objects, and all objects once the room is full,
// are musl's. There is one thread.
#include <features.h>

#ifndef __GLIBC__
#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

// The function that musl's own free calls, and musl's unit of memory.
void __libc_free(void *block);

enum {
  unit = 16,
  largest = 1024,
  piece_bytes = 4096,
  pieces = 256,
};

struct block {
  struct block *next;
};

static _Alignas(unit) uint8_t room[pieces * piece_bytes];
/// The size of the blocks of each piece, in units.
static uint8_t piece_units[pieces];
static unsigned pieces_taken;
/// By size in units: blocks that were freed, and the unused rest of a piece.
static struct block *given_back[largest / unit + 1];
static uint8_t *rest[largest / unit + 1];
static uint8_t *rest_end[largest / unit + 1];

/// Starts a piece for blocks of a size; NULL when the room is full.
static void *first_of_piece(unsigned units) {
  if (pieces_taken == pieces) return NULL;
  uint8_t *piece = room + pieces_taken * piece_bytes;
  piece_units[pieces_taken] = (uint8_t)units;
  pieces_taken += 1;
  rest[units] = piece + units * unit;
  // The rest is too short for a block.
  rest_end[units] = piece + piece_bytes - (units * unit - 1);
  return piece;
}

int posix_memalign(void **result, size_t alignment, size_t bytes) {
  if (alignment > unit) {
    void *large = aligned_alloc(alignment, bytes);
    if (!large) return errno;
    *result = large;
    return 0;
  }
  if (bytes <= largest) {
    unsigned units = (unsigned)((bytes + unit - 1) / unit);
    if (!units) units = 1;
    struct block *block = given_back[units];
    if (block) {
      given_back[units] = block->next;
      *result = block;
      return 0;
    }
    uint8_t *fresh = rest[units];
    if (fresh < rest_end[units]) {
      rest[units] = fresh + units * unit;
    } else {
      fresh = first_of_piece(units);
    }
    if (fresh) {
      *result = fresh;
      return 0;
    }
  }
  // musl aligns all memory to 16 bytes.
  *result = malloc(bytes);
  return *result ? 0 : ENOMEM;
}

void free(void *pointer) {
  uintptr_t place = (uintptr_t)pointer - (uintptr_t)room;
  if (place >= sizeof room) {
    __libc_free(pointer);
    return;
  }
  unsigned units = piece_units[place / piece_bytes];
  struct block *block = pointer;
  block->next = given_back[units];
  given_back[units] = block;
}
#endif
