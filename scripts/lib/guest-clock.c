// SPDX-License-Identifier: Apache-2.0
//
// Prints the count of the ARM generic timer, which goes on from one kernel to the next:
// "swift-kexec clock: COUNT at COUNTS-PER-SECOND".
//
// As the first program of a kernel (rdinit=/clock) it goes on with /init. With the argument "jump" it
// starts the kernel that is loaded, by the system call itself, at the very count that it printed.

#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/reboot.h>
#include <termios.h>
#include <unistd.h>

// Source: linux/reboot.h (v6.1), LINUX_REBOOT_CMD_KEXEC.
#define START_LOADED_KERNEL 0x45584543

// The time that the line needs to get out of the machine: a fiftieth of a second.
#define LEAD_PER_SECOND 50

static uint64_t counter(void) {
  uint64_t count;
  __asm__ volatile("isb\n\tmrrc p15, 1, %Q0, %R0, c14" : "=r"(count));
  return count;
}

static uint32_t frequency(void) {
  uint32_t counts;
  __asm__ volatile("mrc p15, 0, %0, c14, c0, 0" : "=r"(counts));
  return counts;
}

static void tell(uint64_t count) {
  printf("swift-kexec clock: %llu at %u\n", (unsigned long long)count, (unsigned)frequency());
  fflush(stdout);
}

int main(int argc, char **argv) {
  uint64_t now = counter();
  if (argc > 1 && strcmp(argv[1], "jump") == 0) {
    uint64_t start = now + frequency() / LEAD_PER_SECOND;
    tell(start);
    tcdrain(STDOUT_FILENO);
    if (counter() >= start) {
      fputs("guest-clock: the line came out too late\n", stderr);
      return 1;
    }
    while (counter() < start) {
    }
    reboot(START_LOADED_KERNEL);
    perror("guest-clock: reboot");
    return 1;
  }
  tell(now);
  if (getpid() == 1) {
    execl("/init", "/init", (char *)NULL);
    perror("guest-clock: /init");
    return 1;
  }
  return 0;
}
