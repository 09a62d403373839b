// SPDX-License-Identifier: Apache-2.0
//
// Runs a program and prints what it cost itself, the kernel's work for it left out:
// "swift-kexec cost: INSTRUCTIONS instructions, BYTES anonymous, exit CODE".
//
// Instructions are counted by the processor while it is in user mode. Anonymous memory only shrinks
// by a system call, so its peak is the largest of the sizes at the beginning of each one.

#include <linux/perf_event.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static void fail(const char *what) {
  perror(what);
  exit(125);
}

static int count_instructions(pid_t child) {
  struct perf_event_attr event = {
      .type = PERF_TYPE_HARDWARE,
      .size = sizeof event,
      .config = PERF_COUNT_HW_INSTRUCTIONS,
      .disabled = 1,
      .exclude_kernel = 1,
      .exclude_hv = 1,
      .enable_on_exec = 1,
  };
  int counter = (int)syscall(SYS_perf_event_open, &event, child, -1, -1, 0);
  if (counter < 0) fail("load-cost: perf_event_open");
  return counter;
}

static unsigned long anonymous_bytes(pid_t child) {
  char path[40], line[160];
  unsigned long kibibytes = 0;
  snprintf(path, sizeof path, "/proc/%d/smaps_rollup", (int)child);
  FILE *file = fopen(path, "r");
  if (!file) return 0;
  while (fgets(line, sizeof line, file)) {
    if (sscanf(line, "Anonymous: %lu kB", &kibibytes) == 1) break;
  }
  fclose(file);
  return kibibytes * 1024;
}

int main(int argc, char **argv) {
  if (argc < 2) {
    fputs("usage: load-cost PROGRAM [ARGUMENT]...\n", stderr);
    return 64;
  }
  pid_t child = fork();
  if (child < 0) fail("load-cost: fork");
  if (child == 0) {
    ptrace(PTRACE_TRACEME, 0, NULL, NULL);
    raise(SIGSTOP);
    execv(argv[1], argv + 1);
    perror("load-cost: exec");
    _exit(127);
  }
  int status;
  if (waitpid(child, &status, 0) < 0) fail("load-cost: wait");
  int counter = count_instructions(child);
  unsigned long peak = 0;
  int signal_number = 0;
  for (;;) {
    if (ptrace(PTRACE_SYSCALL, child, NULL, (void *)(intptr_t)signal_number) < 0) fail("load-cost: ptrace");
    if (waitpid(child, &status, 0) < 0) fail("load-cost: wait");
    if (!WIFSTOPPED(status)) break;
    signal_number = WSTOPSIG(status) == SIGTRAP ? 0 : WSTOPSIG(status);
    unsigned long now = anonymous_bytes(child);
    if (now > peak) peak = now;
  }
  uint64_t instructions;
  if (read(counter, &instructions, sizeof instructions) != sizeof instructions) {
    fail("load-cost: read of the counter");
  }
  int code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  printf("swift-kexec cost: %llu instructions, %lu anonymous, exit %d\n",
         (unsigned long long)instructions, peak, code);
  return code;
}
