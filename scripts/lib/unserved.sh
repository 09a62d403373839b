# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# Remembers in the cache which suites the mirror could not serve, so that the end of a run can tell.
# Needs lib/cache.sh.

# note_unserved SUITE ARCHITECTURE WHAT: WHAT could not be had.
note_unserved() {
  mkdir -p "$CACHE/unserved"
  printf '%s: %s of Debian %s, %s\n' "$(date -u +%Y-%m-%dT%H:%MZ)" "$3" "$1" "$2" \
    >"$CACHE/unserved/$1-$2"
  progress "Debian $1, $2: the mirror does not serve it now: no $3"
}

# forget_unserved SUITE ARCHITECTURE: it could.
forget_unserved() {
  rm -f "$CACHE/unserved/$1-$2"
}
