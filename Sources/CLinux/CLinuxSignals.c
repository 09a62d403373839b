// SPDX-License-Identifier: Apache-2.0
//
// Delays signals that end the program while a file is half written. They are handled and not
// masked: a mask belongs to one thread, and another thread would take the signal.
#define _GNU_SOURCE
#include "CLinux.h"

#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

static const int ending[] = {SIGHUP, SIGINT, SIGTERM};
enum { COUNT = sizeof ending / sizeof *ending };

static struct sigaction before[COUNT];
static volatile sig_atomic_t came;

static void note(int number) { came = number; }

void clinux_hold_signals(void) {
  struct sigaction action;
  memset(&action, 0, sizeof action);
  action.sa_handler = note;
  action.sa_flags = SA_RESTART;
  came = 0;
  for (int place = 0; place < COUNT; place += 1) {
    sigaction(ending[place], &action, &before[place]);
    // The process that started this program may have set a signal to be ignored.
    if (before[place].sa_handler == SIG_IGN) sigaction(ending[place], &before[place], NULL);
  }
}

int clinux_signal_came(void) { return came; }

void clinux_let_signals_go(void) {
  for (int place = 0; place < COUNT; place += 1) sigaction(ending[place], &before[place], NULL);
  int number = came;
  came = 0;
  if (!number) return;
  // Threads that libraries start often have signals masked.
  sigset_t only;
  sigemptyset(&only);
  sigaddset(&only, number);
  sigprocmask(SIG_UNBLOCK, &only, NULL);
  raise(number);
}

void clinux_keep_streams(void) {
  // It is opened with the wrong access, so that using it fails.
  for (int stream = 0; stream < 3; stream += 1)
    if (fcntl(stream, F_GETFD) < 0 && open("/dev/null", stream ? O_RDONLY : O_WRONLY) < 0) return;
}
