# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# The cache outside the clone: where it is, and how a step adds to it so that a step that was
# interrupted leaves nothing half done and two runs at once do not step on each other.
# Messages go to stderr; stdout belongs to the paths a script produces.

CACHE=${SWIFT_KEXEC_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/swift-kexec}
mkdir -p "$CACHE"
CACHE=$(cd "$CACHE" && pwd)

# shellcheck source=progress.sh
source "$(dirname "${BASH_SOURCE[0]}")/progress.sh"

progress() {
  printf '%s: %s\n' "${0##*/}" "$*" >&2
}

fail() {
  progress "error: $*"
  exit 1
}

# Holds the named lock until the script ends.
lock_cache() {
  mkdir -p "$CACHE/.locks"
  local lock
  exec {lock}>"$CACHE/.locks/$1"
  if ! flock --nonblock "$lock"; then
    progress "another run is at '$1', waiting for it"
    flock "$lock"
  fi
}

# Makes $STAGE, an empty directory on the cache's own file system (so that mv is a rename) that
# goes away with the script.
make_stage() {
  # What a machine that went down in the middle has left.
  find "$CACHE" -maxdepth 1 -name '.stage.*' -mmin +1440 -exec rm -rf {} +
  STAGE=$(mktemp -d "$CACHE/.stage.XXXXXXXX")
  # mktemp's 0700 would travel with a directory that is published.
  chmod 755 "$STAGE"
  trap 'rm -rf "$STAGE"' EXIT
}

# publish STAGED DESTINATION: moves a finished file or directory to its place in the cache.
publish() {
  mkdir -p "$(dirname "$2")"
  if [[ -d $2 ]]; then
    # A directory cannot be renamed over one that is not empty.
    mv "$2" "$STAGE/replaced.$RANDOM"
  fi
  mv -T "$1" "$2"
}

# Seconds since `since`, a value of $EPOCHREALTIME, with one decimal.
elapsed() {
  awk -v from="$1" -v to="$EPOCHREALTIME" 'BEGIN { printf "%.1f s", to - from }'
}
