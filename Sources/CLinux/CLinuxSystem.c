// SPDX-License-Identifier: Apache-2.0
//
// Loading and starting a kernel, network interfaces, and values that Linux gives a process.
#define _GNU_SOURCE
#define _FILE_OFFSET_BITS 64
#define _TIME_BITS 64
#include "CLinux.h"

#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

// Source: Linux 6.1, arch/arm/tools/syscall.tbl, include/uapi/asm-generic/unistd.h,
// arch/x86/entry/syscalls/syscall_64.tbl. An old C library does not know every name.
#if defined(__arm__)
enum { KEXEC_LOAD = 347, REBOOT = 88, GETRANDOM = 384 };
#elif defined(__aarch64__) || (defined(__riscv) && __riscv_xlen == 64)
enum { KEXEC_LOAD = 104, REBOOT = 142, GETRANDOM = 278 };
#elif defined(__x86_64__) && !defined(__ILP32__)
enum { KEXEC_LOAD = 246, REBOOT = 169, GETRANDOM = 318 };
#else
#error "no system call numbers for this architecture"
#endif

#ifdef SYS_kexec_load
_Static_assert(KEXEC_LOAD == SYS_kexec_load, "number of kexec_load");
#endif
_Static_assert(REBOOT == SYS_reboot, "number of reboot");
#ifdef SYS_getrandom
_Static_assert(GETRANDOM == SYS_getrandom, "number of getrandom");
#endif

// Source: Linux 6.1, include/uapi/linux/kexec.h, struct kexec_segment.
_Static_assert(offsetof(clinux_segment, buffer) == 0, "segment");
_Static_assert(offsetof(clinux_segment, buffer_bytes) == sizeof(long), "segment");
_Static_assert(offsetof(clinux_segment, address) == 2 * sizeof(long), "segment");
_Static_assert(offsetof(clinux_segment, memory_bytes) == 3 * sizeof(long), "segment");
_Static_assert(sizeof(clinux_segment) == 4 * sizeof(long), "segment");

long clinux_kexec_load(unsigned long entry, size_t count, const clinux_segment *segments,
                       unsigned long flags) {
  long result = syscall(KEXEC_LOAD, entry, (unsigned long)count, segments, flags);
  return result < 0 ? -errno : result;
}

int clinux_reboot_kexec(void) {
  // Source: Linux 6.1, include/uapi/linux/reboot.h.
  const unsigned int magic1 = 0xfee1dead, magic2 = 0x28121969, kexec = 0x45584543;
  return syscall(REBOOT, magic1, magic2, kexec, NULL) < 0 ? -errno : 0;
}

void clinux_sync(void) { sync(); }

int clinux_interface(size_t place, char *name, unsigned *flags) {
  struct if_nameindex *all = if_nameindex();
  if (!all) return -errno;
  size_t index = 0;
  while (index < place && all[index].if_index != 0) index += 1;
  int result = all[index].if_index == 0 ? -ENOENT : 0;
  struct ifreq request;
  memset(&request, 0, sizeof request);
  if (result == 0) strncpy(request.ifr_name, all[index].if_name, IFNAMSIZ - 1);
  if_freenameindex(all);
  if (result != 0) return result;
  int any = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (any < 0) return -errno;
  result = ioctl(any, SIOCGIFFLAGS, &request) < 0 ? -errno : 0;
  close(any);
  memcpy(name, request.ifr_name, 16);
  *flags = (unsigned short)request.ifr_flags;
  return result;
}

int clinux_set_interface_flags(const char *name, unsigned flags) {
  struct ifreq request;
  memset(&request, 0, sizeof request);
  if (strlen(name) >= sizeof request.ifr_name) return -ENODEV;
  strncpy(request.ifr_name, name, IFNAMSIZ - 1);
  request.ifr_flags = (short)flags;
  int any = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (any < 0) return -errno;
  int result = ioctl(any, SIOCSIFFLAGS, &request) < 0 ? -errno : 0;
  close(any);
  return result;
}

unsigned long clinux_page_bytes(void) { return getauxval(AT_PAGESZ); }

int clinux_name(char *release, char *machine) {
  struct utsname name;
  _Static_assert(sizeof name.release == 65 && sizeof name.machine == 65, "uname");
  if (uname(&name) != 0) return -errno;
  memcpy(release, name.release, sizeof name.release);
  memcpy(machine, name.machine, sizeof name.machine);
  return 0;
}

int clinux_clock(int since_boot, int64_t *seconds, uint32_t *nanoseconds) {
  struct timespec now;
  _Static_assert(sizeof now.tv_sec == 8, "clocks beyond 2038");
  if (clock_gettime(since_boot ? CLOCK_MONOTONIC : CLOCK_REALTIME, &now) != 0) return -errno;
  *seconds = now.tv_sec;
  *nanoseconds = (uint32_t)now.tv_nsec;
  return 0;
}

int clinux_random(uint8_t *bytes, size_t count) {
  const unsigned do_not_wait = 1;
  size_t filled = 0;
  int file = -1, result = 0;
  while (filled < count && result == 0) {
    long got = file < 0 ? syscall(GETRANDOM, bytes + filled, count - filled, do_not_wait)
                        : read(file, bytes + filled, count - filled);
    if (got > 0) {
      filled += (size_t)got;
    } else if (got == 0) {
      result = -EIO;
    } else if (errno == ENOSYS && file < 0) {
      // Linux before 3.17.
      file = open("/dev/urandom", O_RDONLY | O_CLOEXEC);
      if (file < 0) result = -errno;
    } else if (errno != EINTR) {
      result = -errno;
    }
  }
  if (file >= 0) close(file);
  return result;
}

const char *clinux_environment(const char *name) { return getenv(name); }

extern char **environ;

int clinux_run(const char *const *arguments, int *status) {
  pid_t child;
  int result = posix_spawnp(&child, arguments[0], NULL, NULL, (char *const *)(uintptr_t)arguments,
                            environ);
  if (result != 0) return -result;
  int raw;
  while (waitpid(child, &raw, 0) < 0)
    if (errno != EINTR) return -errno;
  *status = WIFEXITED(raw) ? WEXITSTATUS(raw) : -WTERMSIG(raw);
  return 0;
}
