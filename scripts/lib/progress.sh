# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# Tells on a terminal that something goes on; by the same rules as kx (Sources/kx/Progress.swift).

# meanwhile TITLE COMMAND [ARGUMENT]…: runs a command. From the first second on a line of the error
# stream says what is done and for how long, and goes away at the end. No line in a pipe, under CI,
# or where TERM is dumb.
meanwhile() {
  local title=$1 status=0 spinner
  shift
  case ${CI:-false}:${TERM:-dumb} in
    false:dumb | 0:dumb) spinner= ;;
    false:* | 0:*) if [[ -t 2 ]]; then spinner=wanted; else spinner=; fi ;;
    *) spinner= ;;
  esac
  if [[ -z $spinner ]]; then
    "$@"
    return
  fi
  turn "$title" "$$" &
  spinner=$!
  "$@" || status=$?
  # Not by SIGTERM, which whoever started the script may have blocked.
  kill -KILL "$spinner" 2>/dev/null || true
  wait "$spinner" 2>/dev/null || true
  printf '\r\033[K' >&2
  return "$status"
}

# turn TITLE PID: turns until it is killed, or until the process is gone, as after Ctrl-C, which a
# command in the background does not get.
turn() {
  local frames=('|' '/' '-' "\\") seconds tick=0 begin=$SECONDS
  while sleep 0.1 && kill -0 "$2" 2>/dev/null; do
    tick=$((tick + 1))
    seconds=$((SECONDS - begin))
    if ((seconds >= 1)); then
      printf '\r%s %.60s  %d s\033[K' "${frames[tick % 4]}" "$1" "$seconds" >&2
    fi
  done
}
