# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# Packages of any Debian suite and architecture without touching the host: a private apt root for each
# in the cache, with its own lists and an empty dpkg status. Needs lib/cache.sh.

DEBIAN_MIRROR=${SWIFT_KEXEC_DEBIAN_MIRROR:-http://deb.debian.org}
# The lab's figures are those of Debian 12, whatever the host is.
DEBIAN_RELEASE=bookworm

# open_archive ARCHITECTURE PACKAGE…: makes the apt root of an architecture the one that the
# functions below use, its lists fresh enough to know each PACKAGE.
open_archive() {
  local architecture=$1
  shift
  try_suite "$DEBIAN_RELEASE" "$architecture" "$@" ||
    fail "no package list of $DEBIAN_MIRROR names all of: $*"
}

# try_suite SUITE ARCHITECTURE PACKAGE…: the same for any suite. Fails when no list that comes names all
# of them: a mirror is at times between two states, and then has no lists of a suite.
try_suite() {
  local suite=$1 architecture=$2
  shift 2
  local name=$architecture
  [[ $suite == "$DEBIAN_RELEASE" ]] || name=$suite-$architecture
  lock_cache "apt-$name"
  local root=$CACHE/apt/$name
  mkdir -p "$root"/{lists/partial,archives/partial,apt.conf.d,sources.list.d,preferences.d}
  : >"$root/status"
  local signed=/usr/share/keyrings/debian-archive-keyring.gpg
  [[ -r $signed ]] || fail "$signed is missing (package debian-archive-keyring)"
  printf 'deb [signed-by=%s] %s main\n' "$signed" "$DEBIAN_MIRROR/debian $suite" >"$root/sources.list"
  case $suite in
    sid | unstable | experimental | *-backports) ;;
    *)
      printf 'deb [signed-by=%s] %s main\n' \
        "$signed" "$DEBIAN_MIRROR/debian $suite-updates" \
        "$signed" "$DEBIAN_MIRROR/debian-security $suite-security" >>"$root/sources.list"
      ;;
  esac
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
  for ((attempt = 1; attempt <= ${ARCHIVE_ATTEMPTS:-6}; attempt++)); do
    progress "package lists of Debian, ${root##*/}"
    if ! meanwhile "asking for the package lists" ask_for_lists "$root/update.log"; then
      progress "some lists did not come: $(grep -m 1 '^E:' "$root/update.log" | cut -c 1-160)"
    fi
    if archive_knows "$@"; then
      touch "$root/updated"
      return
    fi
    sleep $((attempt * 10))
  done
  return 1
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

# kernel_package FLAVOUR: the package with the kernel's file that linux-image-FLAVOUR leads to. The
# metapackage names the kernel of the day; from 7.2 on the file is in a package of its own.
kernel_package() {
  local image binary
  image=$(archive_dependencies "linux-image-$1" "^linux-image-[0-9].*-$1\$") || return
  binary=$(archive_dependencies "$image" '^linux-binary-[0-9]') || binary=$image
  printf '%s\n' "$binary"
}

# unpack_kernel DEB DIRECTORY: puts a package's vmlinuz and its configuration, where it has one, into a
# directory; fails where there is no kernel in it.
unpack_kernel() {
  local tree=$2.tree kernel
  mkdir -p "$tree" "$2"
  # Modules are nearly all of the package, and nobody here wants them. tar says what is not there.
  dpkg-deb --fsys-tarfile "$1" |
    tar -x -C "$tree" --wildcards './boot/vmlinuz*' './boot/config*' './usr/lib/modules/*/vmlinuz' \
      './usr/lib/linux-image-*/*.dtb' 2>/dev/null || true
  kernel=$(find "$tree" -name 'vmlinuz*' -type f -print -quit)
  [[ -n $kernel ]] || return 1
  cp "$kernel" "$2/vmlinuz"
  if compgen -G "$tree/boot/config*" >/dev/null; then cp "$tree"/boot/config* "$2/config"; fi
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
