// SPDX-License-Identifier: Apache-2.0
//
// Mapped files, and changes to them. If a file was shortened, Linux sends SIGBUS to a process that
// reads behind its new end; bytes between the new end and the end of its page read as zeros. So
// this code watches for both: for the signal, and for another size or time of change.
#define _GNU_SOURCE
#define _FILE_OFFSET_BITS 64
#include "CLinux.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#ifdef __GLIBC__
#include <pthread.h>
static pthread_mutex_t one_at_a_time = PTHREAD_MUTEX_INITIALIZER;
static void begin(void) { pthread_mutex_lock(&one_at_a_time); }
static void end(void) { pthread_mutex_unlock(&one_at_a_time); }
#else
// The loader has one thread.
static void begin(void) {}
static void end(void) {}
#endif

struct mapping {
  struct mapping *next;
  /// NULL when it is no longer mapped. A handler may be reading it, so it is never freed.
  const uint8_t *volatile bytes;
  size_t count;
  clinux_file told;
  char path[];
};

static struct mapping *volatile mappings;
static const char *changed;

static int is_changed(const struct mapping *mapping) {
  clinux_file now;
  const clinux_file *then = &mapping->told;
  // A file that took the name of this one is another; this one is unchanged.
  if (clinux_status(mapping->path, 1, &now) != 0) return 0;
  return now.device == then->device && now.inode == then->inode &&
         (now.bytes != then->bytes || now.changed_seconds != then->changed_seconds ||
          now.changed_nanoseconds != then->changed_nanoseconds);
}

static void tell(const char *text, size_t length) {
  // If a message cannot be written, there is no other way to report.
  if (write(STDERR_FILENO, text, length) < 0) return;
}

/// Ends the program when a page of a mapped file is gone. It calls only what a signal allows.
static void bus_error(int number, siginfo_t *told, void *context) {
  (void)context;
  uintptr_t place = (uintptr_t)told->si_addr;
  for (struct mapping *mapping = mappings; mapping; mapping = mapping->next) {
    const uint8_t *bytes = mapping->bytes;
    if (!bytes || place - (uintptr_t)bytes >= mapping->count) continue;
    static const char written[] = "' changed while it was read\n  hint: try again when nobody writes it\n";
    static const char lost[] = "' cannot be read: its disk or network failed\n  hint: look at dmesg\n";
    tell("error: '", 8);
    for (const char *letter = mapping->path; *letter; letter += 1)
      tell((unsigned char)*letter < 0x20 || *letter == 0x7f ? "?" : letter, 1);
    if (is_changed(mapping)) tell(written, sizeof written - 1);
    else tell(lost, sizeof lost - 1);
    _exit(66);
  }
  // The signal is not about a mapping: it comes again, and has its default effect.
  signal(number, SIG_DFL);
}

int clinux_map(int file, size_t count, const char *path, const clinux_file *told,
               const uint8_t **bytes) {
  size_t length = strlen(path) + 1;
  void *room;
  if (posix_memalign(&room, sizeof(void *), sizeof(struct mapping) + length) != 0) return -ENOMEM;
  void *place = mmap(NULL, count, PROT_READ, MAP_PRIVATE, file, 0);
  if (place == MAP_FAILED) {
    int error = errno;
    free(room);
    return -error;
  }
  struct mapping *mapping = room;
  mapping->bytes = *bytes = place;
  mapping->count = count;
  mapping->told = *told;
  memcpy(mapping->path, path, length);
  begin();
  if (!mappings) {
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_sigaction = bus_error;
    action.sa_flags = SA_SIGINFO;
    sigaction(SIGBUS, &action, NULL);
  }
  mapping->next = mappings;
  mappings = mapping;
  end();
  return 0;
}

const char *clinux_changed_file(void) {
  begin();
  for (struct mapping *mapping = mappings; mapping && !changed; mapping = mapping->next)
    if (mapping->bytes && is_changed(mapping)) changed = mapping->path;
  end();
  return changed;
}

void clinux_unmap(const uint8_t *bytes, size_t count) {
  begin();
  for (struct mapping *mapping = mappings; mapping; mapping = mapping->next)
    if (mapping->bytes == bytes) {
      if (!changed && is_changed(mapping)) changed = mapping->path;
      mapping->bytes = NULL;
    }
  end();
  munmap((void *)(uintptr_t)bytes, count);
}

void clinux_forget(const uint8_t *bytes, size_t count) {
  madvise((void *)(uintptr_t)bytes, count, MADV_DONTNEED);
}
