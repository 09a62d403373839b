// SPDX-License-Identifier: Apache-2.0
//
// Retains the storage of a string or an array on 64-bit machines. The compiler declares that these
// functions return the same word they got, and on AArch64 uses the result. Those of Embedded Swift
// 6.3.1 return the bare address, which loses bits that hold the letters of a short string.
#include <features.h>

#if !defined(__GLIBC__) && __SIZEOF_POINTER__ == 8
#include <stddef.h>
#include <stdint.h>

void *swift_retain(void *object);
void *swift_retain_n(void *object, uint32_t times);
void *swift_nonatomic_bridgeObjectRetain(void *word);
void *swift_nonatomic_bridgeObjectRetain_n(void *word, uint32_t times);

/// The object whose references are counted; NULL when the word is a constant or a short string.
static void *counted(void *word) {
  uintptr_t bits = (uintptr_t)word;
  return bits >> 63 ? NULL : (void *)(bits & UINT64_C(0x0ffffffffffffff8));
}

void *swift_nonatomic_bridgeObjectRetain(void *word) {
  void *object = counted(word);
  if (object) swift_retain(object);
  return word;
}

void *swift_nonatomic_bridgeObjectRetain_n(void *word, uint32_t times) {
  void *object = counted(word);
  if (object) swift_retain_n(object, times);
  return word;
}
#endif
