# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# Debian's source packages, by an apt root of lib/debian-archive.sh, checked by apt against the signed
# lists. Needs lib/cache.sh and lib/debian-archive.sh.

# open_sources ARCHITECTURE PACKAGE…: makes the lists of sources known that name all of them. They stand
# beside those of an architecture, which has to be opened anyway for its headers.
open_sources() {
  local architecture=$1
  shift
  open_archive "$architecture" musl-dev
  local root=$CACHE/apt/$architecture
  sed 's/^deb /deb-src /' "$root/sources.list" >"$root/source-packages.list"
  mkdir -p "$root/source-lists/partial"
  SOURCES=(-o "Dir::Etc::sourcelist=source-packages.list" -o "Dir::State::lists=$root/source-lists")
  local attempt
  for attempt in 1 2 3; do
    if sources_known "$@"; then return; fi
    meanwhile "asking for the lists of sources" timeout 300 \
      apt-get update --quiet=2 "${SOURCES[@]}" >&2 || true
    sleep $((attempt * 2))
  done
  sources_known "$@" || fail "no list of $DEBIAN_MIRROR names the sources of all of: $*"
}

sources_known() {
  local package
  for package in "$@"; do
    [[ -n $(source_versions "$package") ]] || return 1
  done
}

# The versions of a source package, the newest first.
source_versions() {
  apt-cache showsrc --only-source "${SOURCES[@]}" "$1" 2>/dev/null |
    sed -n 's/^Version: //p' | sort --version-sort --reverse --unique
}

# unpack_source DIRECTORY PACKAGE: the newest version that the mirror can serve, patched as Debian has it.
unpack_source() {
  local directory=$1 package=$2 version downloads
  downloads=$(mktemp -d -p "$STAGE")
  for version in $(source_versions "$package"); do
    if (cd "$downloads" && meanwhile "downloading the sources of $package" timeout 600 \
      apt-get source --download-only --quiet=2 "${SOURCES[@]}" "$package=$version" >&2); then
      # apt has compared every file with the signed lists.
      dpkg-source --no-check --extract "$downloads"/*.dsc "$directory" >/dev/null
      return
    fi
    progress "the mirror does not serve $package $version just now"
    rm -f "$downloads"/*
  done
  fail "download of the sources of $package failed"
}
