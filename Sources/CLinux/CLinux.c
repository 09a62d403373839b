// SPDX-License-Identifier: Apache-2.0
//
// Files, directories and memory.
#define _GNU_SOURCE
#define _FILE_OFFSET_BITS 64
#include "CLinux.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

_Static_assert(sizeof(off_t) == 8, "files beyond 2 GiB");

static int open_again(const char *path, int flags, unsigned mode) {
  int file;
  do file = open(path, flags | O_CLOEXEC, (mode_t)mode);
  while (file < 0 && errno == EINTR);
  return file < 0 ? -errno : file;
}

int clinux_open_to_read(const char *path) { return open_again(path, O_RDONLY | O_NOCTTY, 0); }

int clinux_create_beside(const char *path, unsigned mode, char *made) {
  static const char start[] = ".kexec-";
  const char *slash = strrchr(path, '/');
  size_t folder = slash ? (size_t)(slash - path) + 1 : 0;
  uint8_t bytes[8];
  if (folder + sizeof start + 2 * sizeof bytes > CLINUX_PATH_BYTES) return -ENAMETOOLONG;
  memcpy(made, path, folder);
  memcpy(made + folder, start, sizeof start - 1);
  int result = -EEXIST;
  for (int tries = 0; result == -EEXIST && tries < 16; tries += 1) {
    // Early in a boot there is no randomness. The name need only be new, which the kernel ensures.
    if (clinux_random(bytes, sizeof bytes) != 0) {
      struct timespec now;
      clock_gettime(CLOCK_MONOTONIC, &now);
      uint64_t mixed = (uint64_t)now.tv_nsec << 32 | (uint32_t)getpid();
      memcpy(bytes, &mixed, sizeof bytes);
    }
    char *letter = made + folder + sizeof start - 1;
    for (size_t place = 0; place < sizeof bytes; place += 1) {
      *letter++ = "0123456789abcdef"[bytes[place] >> 4];
      *letter++ = "0123456789abcdef"[bytes[place] & 15];
    }
    *letter = 0;
    result = open_again(made, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, mode);
  }
  return result;
}

int clinux_open_to_overwrite(const char *path, unsigned mode) {
  return open_again(path, O_WRONLY | O_CREAT | O_NOCTTY, mode);
}

int clinux_open_to_append(const char *path, unsigned mode) {
  return open_again(path, O_WRONLY | O_CREAT | O_APPEND | O_NOCTTY, mode);
}

long clinux_read(int file, uint8_t *bytes, size_t count) {
  ssize_t result;
  do result = read(file, bytes, count);
  while (result < 0 && errno == EINTR);
  return result < 0 ? -errno : result;
}

long clinux_write(int file, const uint8_t *bytes, size_t count) {
  ssize_t result;
  do result = write(file, bytes, count);
  while (result < 0 && errno == EINTR);
  return result < 0 ? -errno : result;
}

int clinux_flush(int file) {
  // A pipe or a terminal has nothing to flush.
  return fsync(file) == 0 || errno == EINVAL || errno == EROFS || errno == ENOTSUP ? 0 : -errno;
}

int clinux_reserve(int file, uint64_t bytes) {
  if (bytes == 0 || fallocate(file, FALLOC_FL_KEEP_SIZE, 0, (off_t)bytes) == 0) return 0;
  return errno == ENOSPC || errno == EDQUOT || errno == EFBIG ? -errno : 0;
}

int clinux_set_size(int file, uint64_t bytes) {
  return ftruncate(file, (off_t)bytes) == 0 ? 0 : -errno;
}

int clinux_resemble(int file, const clinux_file *other) {
  struct stat status;
  if (fstat(file, &status) != 0) return -errno;
  int differs = status.st_uid != other->owner || status.st_gid != other->group;
  if (differs && fchown(file, other->owner, other->group) != 0) return -errno;
  return fchmod(file, other->permissions) == 0 ? 0 : -errno;
}

void clinux_close(int file) { close(file); }

int clinux_rename(const char *from, const char *to) { return rename(from, to) == 0 ? 0 : -errno; }

int clinux_remove(const char *path) { return unlink(path) == 0 ? 0 : -errno; }

static int kind_of(mode_t mode) {
  if (S_ISREG(mode)) return CLINUX_REGULAR;
  if (S_ISDIR(mode)) return CLINUX_DIRECTORY;
  if (S_ISLNK(mode)) return CLINUX_SYMBOLIC_LINK;
  if (S_ISFIFO(mode)) return CLINUX_PIPE;
  return S_ISSOCK(mode) ? CLINUX_SOCKET : CLINUX_DEVICE;
}

static int tell(int result, const struct stat *status, clinux_file *told) {
  if (result != 0) return -errno;
  told->kind = kind_of(status->st_mode);
  told->bytes = status->st_size > 0 ? (uint64_t)status->st_size : 0;
  told->device = status->st_dev;
  told->inode = status->st_ino;
  told->changed_seconds = status->st_ctim.tv_sec;
  told->changed_nanoseconds = (uint32_t)status->st_ctim.tv_nsec;
  told->permissions = status->st_mode & 07777;
  told->owner = status->st_uid;
  told->group = status->st_gid;
  told->links = (uint32_t)status->st_nlink;
  return 0;
}

int clinux_status(const char *path, int follow, clinux_file *told) {
  struct stat status;
  return tell(follow ? stat(path, &status) : lstat(path, &status), &status, told);
}

int clinux_status_of_open(int file, clinux_file *told) {
  struct stat status;
  return tell(fstat(file, &status), &status, told);
}

uint8_t *clinux_resize(uint8_t *bytes, size_t count) { return realloc(bytes, count ? count : 1); }

void clinux_free(uint8_t *bytes) { free(bytes); }

int clinux_open_directory(const char *path, void **directory) {
  *directory = opendir(path);
  return *directory ? 0 : -errno;
}

int clinux_next_entry(void *directory, char *name, int *kind) {
  for (;;) {
    errno = 0;
    struct dirent *entry = readdir(directory);
    if (!entry) return -errno;
    if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) continue;
    // Names end with a zero byte, and none is longer than 255 bytes.
    size_t length = strnlen(entry->d_name, 255);
    memcpy(name, entry->d_name, length);
    name[length] = 0;
    switch (entry->d_type) {
      case DT_REG: *kind = CLINUX_REGULAR; return 1;
      case DT_DIR: *kind = CLINUX_DIRECTORY; return 1;
      case DT_LNK: *kind = CLINUX_SYMBOLIC_LINK; return 1;
      case DT_FIFO: *kind = CLINUX_PIPE; return 1;
      case DT_SOCK: *kind = CLINUX_SOCKET; return 1;
      case DT_UNKNOWN: break;
      default: *kind = CLINUX_DEVICE; return 1;
    }
    struct stat status;
    if (fstatat(dirfd(directory), entry->d_name, &status, AT_SYMLINK_NOFOLLOW) != 0) return -errno;
    *kind = kind_of(status.st_mode);
    return 1;
  }
}

void clinux_close_directory(void *directory) { closedir(directory); }
