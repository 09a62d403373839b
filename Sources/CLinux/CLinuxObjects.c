// SPDX-License-Identifier: Apache-2.0
//
// Reference counting of objects. Embedded Swift's runtime uses atomic operations for it, which are
// calls on ARMv5 and cost a load a fifth of its instructions. Each function replaces the runtime's
// own, which is a weak symbol. There is one thread.
//
// What we know: the layout of an object and of its class, from Swift 6.3.1's own functions
// (stdlib/public/core/EmbeddedRuntime.swift): a pointer to the class, a count of 31 bits, and above
// it a bit for objects on the stack, whose memory is not freed. If all 31 bits are set, the object
// never ends.
// What we do not know: the layout in another version of Swift.
// What we are responsible for: that the layout is the same. scripts/build/build-device leaves this
// file out for another version (CLINUX_RUNTIME_OBJECTS), and the tests run every program that it
// builds.
#include <features.h>

#if defined(__arm__) && !defined(__GLIBC__) && !defined(CLINUX_RUNTIME_OBJECTS)
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

struct object;

struct class {
  struct class *parent;
  __attribute__((swiftcall)) void (*destroy)(__attribute__((swift_context)) struct object *self);
};

struct object {
  const struct class *class;
  uint32_t count;
};

static const uint32_t endless = 0x7fffffff;

struct object *swift_allocObject(const struct class *class, size_t bytes, size_t alignment_mask);
struct object *swift_retain_n(struct object *object, uint32_t times);
struct object *swift_retain(struct object *object);
void swift_release_n(struct object *object, uint32_t times);
void swift_release(struct object *object);
_Bool swift_isUniquelyReferenced_nonNull_native(const struct object *object);

struct object *swift_allocObject(const struct class *class, size_t bytes, size_t alignment_mask) {
  void *memory;
  if (posix_memalign(&memory, alignment_mask + 1, bytes) != 0) __builtin_trap();
  struct object *object = memory;
  object->class = class;
  object->count = 1;
  return object;
}

struct object *swift_retain_n(struct object *object, uint32_t times) {
  if (!object) return object;
  uint32_t count = object->count & endless;
  if (count == endless) return object;
  // One more would make an object that never ends, two more a small count.
  if (times >= endless - count) __builtin_trap();
  object->count += times;
  return object;
}

void swift_release_n(struct object *object, uint32_t times) {
  if (!object) return;
  uint32_t count = object->count & endless;
  if (count == endless) return;
  if (count < times) __builtin_trap();
  object->count -= times;
  if (count > times) return;
  // Retains and releases during its end must not end it again.
  object->count |= endless;
  object->class->destroy(object);
}

// Operations with thousands of calls have a short way; the rest is as above. The bit for the stack
// is shifted out, so that all counts of the short way lie between two bounds.

__attribute__((noinline)) static struct object *retain_rarely(struct object *object) {
  return swift_retain_n(object, 1);
}

struct object *swift_retain(struct object *object) {
  if (!object) return object;
  uint32_t count = object->count;
  if (count << 1 >= (endless - 1) << 1) return retain_rarely(object);
  object->count = count + 1;
  return object;
}

__attribute__((noinline)) static void release_rarely(struct object *object) {
  swift_release_n(object, 1);
}

void swift_release(struct object *object) {
  if (!object) return;
  uint32_t count = object->count;
  if ((count << 1) - (2 << 1) >= (endless - 2) << 1) {
    release_rarely(object);
  } else {
    object->count = count - 1;
  }
}

_Bool swift_isUniquelyReferenced_nonNull_native(const struct object *object) {
  return object->count == 1;
}
#endif
