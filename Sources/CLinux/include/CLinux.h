// SPDX-License-Identifier: Apache-2.0
//
// The calls that swift-kexec makes to the running Linux. All report failure in the same way: a
// negative result is an error number. Calls that a signal interrupted are repeated.
#pragma once

#include <stddef.h>
#include <stdint.h>

/// The kinds of file that matter here.
enum {
  CLINUX_REGULAR = 0,
  CLINUX_DIRECTORY = 1,
  CLINUX_SYMBOLIC_LINK = 2,
  CLINUX_PIPE = 3,
  CLINUX_SOCKET = 4,
  CLINUX_DEVICE = 5,
};

/// The facts about a file. Device, inode and the time of the last change identify one state of it.
typedef struct {
  int kind;
  uint32_t changed_nanoseconds;
  uint64_t bytes;
  uint64_t device;
  uint64_t inode;
  int64_t changed_seconds;
  /// Permissions, owner and group, and the number of names.
  uint32_t permissions;
  uint32_t owner;
  uint32_t group;
  uint32_t links;
} clinux_file;

/// The segment of kexec_load, words of the machine's size.
typedef struct {
  const void *buffer;
  size_t buffer_bytes;
  unsigned long address;
  unsigned long memory_bytes;
} clinux_segment;

int clinux_open_to_read(const char *path);
/// Creates a file with an unguessable name in the folder of `path`, and writes its path to `made`,
/// which holds CLINUX_PATH_BYTES.
enum { CLINUX_PATH_BYTES = 4096 };
int clinux_create_beside(const char *path, unsigned mode, char *made);
/// Opens a file to write from its beginning; old bytes stay until they are overwritten.
int clinux_open_to_overwrite(const char *path, unsigned mode);
int clinux_open_to_append(const char *path, unsigned mode);
long clinux_read(int file, uint8_t *bytes, size_t count);
long clinux_write(int file, const uint8_t *bytes, size_t count);
int clinux_flush(int file);
/// Allocates room on the disk, so that writing cannot fail for lack of it; 0 also where no file
/// system can. The size of the file does not change.
int clinux_reserve(int file, uint64_t bytes);
int clinux_set_size(int file, uint64_t bytes);
/// Gives a file the owner, group and permissions of another.
int clinux_resemble(int file, const clinux_file *other);
void clinux_close(int file);
int clinux_rename(const char *from, const char *to);
int clinux_remove(const char *path);
/// Follows symbolic links when `follow` is not 0.
int clinux_status(const char *path, int follow, clinux_file *told);
int clinux_status_of_open(int file, clinux_file *told);

/// Maps a file for reading; the memory stays valid when the file is closed. `told` is the file's
/// state, `path` its name. If another process shortens the file and a page is gone, the program
/// prints a message and ends with exit status 66.
int clinux_map(int file, size_t count, const char *path, const clinux_file *told,
               const uint8_t **bytes);
/// The path of a file that was written to while it was mapped; NULL when none was.
const char *clinux_changed_file(void);
void clinux_unmap(const uint8_t *bytes, size_t count);
/// Releases the pages of a mapped file; reading them again reads the file again.
void clinux_forget(const uint8_t *bytes, size_t count);
/// Resizes memory; NULL gives new memory. The result is NULL when there is none.
uint8_t *clinux_resize(uint8_t *bytes, size_t count);
void clinux_free(uint8_t *bytes);

int clinux_open_directory(const char *path, void **directory);
/// 1 for an entry, 0 behind the last one. `name` holds 256 bytes and ends with a zero byte.
int clinux_next_entry(void *directory, char *name, int *kind);
void clinux_close_directory(void *directory);

long clinux_kexec_load(unsigned long entry, size_t count, const clinux_segment *segments,
                       unsigned long flags);
/// Starts the loaded kernel; returns only on failure.
int clinux_reboot_kexec(void);
void clinux_sync(void);

/// The name of the network interface at a place in the list; -ENOENT behind the last one.
/// `name` holds 16 bytes and ends with a zero byte.
int clinux_interface(size_t place, char *name, unsigned *flags);
int clinux_set_interface_flags(const char *name, unsigned flags);

/// Delays the signals that end the program (SIGHUP, SIGINT, SIGTERM) until they are released.
void clinux_hold_signals(void);
/// Whether such a signal has come since.
int clinux_signal_came(void);
void clinux_let_signals_go(void);

/// Opens replacements for standard streams that the parent process closed, so that no later file
/// gets their numbers. Using such a stream fails.
void clinux_keep_streams(void);

unsigned long clinux_page_bytes(void);
/// `release` and `machine` hold 65 bytes each and end with a zero byte.
int clinux_name(char *release, char *machine);
int clinux_clock(int since_boot, int64_t *seconds, uint32_t *nanoseconds);
int clinux_random(uint8_t *bytes, size_t count);
const char *clinux_environment(const char *name);

/// Runs a program found on PATH and waits for it. `arguments` ends with NULL.
/// `status` is the exit status, or minus the number of the signal that ended the program.
int clinux_run(const char *const *arguments, int *status);
