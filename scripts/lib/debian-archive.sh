# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# Packages of any Debian architecture without touching the host: a private apt root per
# architecture in the cache, with its own lists and an empty dpkg status. Needs lib/cache.sh.

DEBIAN_MIRROR=${SWIFT_KEXEC_DEBIAN_MIRROR:-http://deb.debian.org}
# The lab's figures are those of Debian 12, whatever the host is.
DEBIAN_RELEASE=bookworm

# open_archive ARCHITECTURE PACKAGE…: makes the apt root of an architecture the one that the
# functions below use, its lists fresh enough to know each PACKAGE.
open_archive() {
  local architecture=$1
  shift
  lock_cache "apt-$architecture"
  local root=$CACHE/apt/$architecture
  mkdir -p "$root"/{lists/partial,archives/partial,apt.conf.d,sources.list.d,preferences.d}
  : >"$root/status"
  local signed=/usr/share/keyrings/debian-archive-keyring.gpg
  [[ -r $signed ]] || fail "$signed is missing (package debian-archive-keyring)"
  cat >"$root/sources.list" <<LIST
deb [signed-by=$signed] $DEBIAN_MIRROR/debian $DEBIAN_RELEASE main
deb [signed-by=$signed] $DEBIAN_MIRROR/debian $DEBIAN_RELEASE-updates main
deb [signed-by=$signed] $DEBIAN_MIRROR/debian-security $DEBIAN_RELEASE-security main
LIST
  {
    # How the host reaches a mirror (proxy and the like) holds here too; its hooks and index
    # targets do not, so its configuration is not read beyond this.
    env -u APT_CONFIG apt-config dump | grep '^Acquire::' | grep -v '^Acquire::IndexTargets' || true
    cat <<CONF
Dir::Etc "$root";
Dir::Etc::main "apt.conf.none";
Dir::Etc::parts "apt.conf.d";
Dir::Etc::sourcelist "sources.list";
Dir::Etc::sourceparts "sources.list.d";
Dir::State "$root";
Dir::State::lists "$root/lists";
Dir::State::status "$root/status";
Dir::Cache "$root";
Dir::Cache::archives "$root/archives";
APT::Architecture "$architecture";
APT::Architectures { "$architecture"; };
APT::Sandbox::User "root";
Acquire::Languages "none";
Acquire::Retries "5";
Acquire::http::Timeout "30";
Acquire::https::Timeout "30";
CONF
  } >"$root/apt.conf"
  export APT_CONFIG=$root/apt.conf
  update_archive "$root" "$@"
}

# A mirror in the middle of its synchronisation refuses some lists for a while. What matters is
# whether the lists that did come know the packages; only when they do not is it worth waiting.
update_archive() {
  local root=$1 attempt
  shift
  if [[ -n $(find "$root/updated" -mmin -60 2>/dev/null) ]] && archive_knows "$@"; then
    return
  fi
  for attempt in 1 2 3 4 5 6; do
    progress "package lists of Debian $DEBIAN_RELEASE, ${root##*/}"
    if ! meanwhile "asking for the package lists" ask_for_lists "$root/update.log"; then
      progress "some lists did not come: $(grep -m 1 '^E:' "$root/update.log" | cut -c 1-160)"
    fi
    if archive_knows "$@"; then
      touch "$root/updated"
      return
    fi
    sleep $((attempt * 10))
  done
  fail "no package list of $DEBIAN_MIRROR names all of: $*"
}

ask_for_lists() {
  timeout 300 apt-get update --quiet=2 -o APT::Update::Error-Mode=any >"$1" 2>&1
}

archive_knows() {
  local package
  for package in "$@"; do
    apt-cache show --no-all-versions "$package" >/dev/null 2>&1 || return 1
  done
}

# The packages that PACKAGE depends on whose names match the extended regular expression.
archive_dependencies() {
  apt-cache show --no-all-versions "$1" |
    sed -n 's/^Depends: //p' | tr -s ',|' '\n' | sed 's/^ *//; s/ .*//' | grep -E "$2"
}

archive_version() {
  apt-cache show --no-all-versions "$1" | sed -n 's/^Version: //p'
}

# download_packages DIRECTORY PACKAGE…: the .deb files, checked by apt against the signed lists.
download_packages() {
  local directory=$1 attempt
  shift
  mkdir -p "$directory"
  for attempt in 1 2 3; do
    progress "downloading $*"
    if (cd "$directory" &&
      meanwhile "downloading $*" timeout 1200 apt-get download --quiet=2 "$@" >&2); then
      return
    fi
    sleep $((attempt * 5))
    # The mirror may have moved on since the lists were read.
    timeout 300 apt-get update --quiet=2 >&2 || true
  done
  fail "download of $* failed"
}
