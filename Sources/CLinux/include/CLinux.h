// SPDX-License-Identifier: Apache-2.0
//
// The calls that swift-kexec makes to the running Linux, each with one way to tell failure: a
// negative result is an error number. Calls that a signal interrupted are made again.
#pragma once

#include <stddef.h>
#include <stdint.h>

/// A kind of file, as far as it matters here.
enum {
  CLINUX_REGULAR = 0,
  CLINUX_DIRECTORY = 1,
  CLINUX_SYMBOLIC_LINK = 2,
  CLINUX_OTHER = 3,
};

/// What is told of a file. Device, inode and the time of the last change tell one state of a file from
/// every other.
typedef struct {
  int kind;
  uint32_t changed_nanoseconds;
  uint64_t bytes;
  uint64_t device;
  uint64_t inode;
  int64_t changed_seconds;
} clinux_file;

/// The segment of kexec_load, words of the machine's size.
typedef struct {
  const void *buffer;
  size_t buffer_bytes;
  unsigned long address;
  unsigned long memory_bytes;
} clinux_segment;

int clinux_open_to_read(const char *path);
/// Creates a file; one that is there already is an error.
int clinux_create_new(const char *path, unsigned mode);
int clinux_open_to_overwrite(const char *path, unsigned mode);
int clinux_open_to_append(const char *path, unsigned mode);
long clinux_read(int file, uint8_t *bytes, size_t count);
long clinux_write(int file, const uint8_t *bytes, size_t count);
int clinux_flush(int file);
void clinux_close(int file);
int clinux_rename(const char *from, const char *to);
int clinux_remove(const char *path);
/// Follows symbolic links when `follow` is not 0.
int clinux_status(const char *path, int follow, clinux_file *told);
int clinux_status_of_open(int file, clinux_file *told);

/// Maps a file for reading; the memory stays when the file is closed.
int clinux_map(int file, size_t count, const uint8_t **bytes);
void clinux_unmap(const uint8_t *bytes, size_t count);
/// Gives back the pages of a mapped file; reading them again reads the file again.
void clinux_forget(const uint8_t *bytes, size_t count);
/// Memory that grows; NULL gives new memory. NULL when there is none.
uint8_t *clinux_resize(uint8_t *bytes, size_t count);
void clinux_free(uint8_t *bytes);

int clinux_open_directory(const char *path, void **directory);
/// 1 for an entry, 0 behind the last one. `name` holds 256 bytes and ends with a zero byte.
int clinux_next_entry(void *directory, char *name, int *kind);
void clinux_close_directory(void *directory);

long clinux_kexec_load(unsigned long entry, size_t count, const clinux_segment *segments,
                       unsigned long flags);
/// Starts the loaded kernel; returns only when that failed.
int clinux_reboot_kexec(void);
void clinux_sync(void);

/// The name of the network interface that stands at a place; -ENOENT behind the last one.
/// `name` holds 16 bytes and ends with a zero byte.
int clinux_interface(size_t place, char *name, unsigned *flags);
int clinux_set_interface_flags(const char *name, unsigned flags);

unsigned long clinux_page_bytes(void);
/// `release` and `machine` hold 65 bytes each and end with a zero byte.
int clinux_name(char *release, char *machine);
int clinux_clock(int since_boot, int64_t *seconds, uint32_t *nanoseconds);
int clinux_random(uint8_t *bytes, size_t count);
const char *clinux_environment(const char *name);

/// Runs a program found along PATH and waits for it. `arguments` ends with NULL.
/// `status` is the exit status, or minus the number of the signal that ended the program.
int clinux_run(const char *const *arguments, int *status);
