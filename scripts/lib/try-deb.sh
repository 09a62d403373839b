# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# In a Debian tree, as root there: holds our packages (in /debs) to what they promise, with
# kexec-tools (in /kexec-tools) and without. A kernel and the snapshot of a machine are in /debs, too.
set -euo pipefail

say() {
  printf -- '- %s\n' "$*"
}

# expect WHAT COMMAND…: the command succeeds.
expect() {
  local what=$1
  shift
  if ! "$@" >/tmp/try-deb.out 2>&1; then
    printf 'NOT SO: %s\n  %s\n' "$what" "$*"
    sed 's/^/  | /' /tmp/try-deb.out
    exit 1
  fi
}

# quietly COMMAND…: shows what it says only when it fails.
quietly() {
  expect "'$1' works" "$@"
}

not() {
  ! "$@"
}

# Packages with all that kexec-tools needs are in one folder: one call sorts them.
install_theirs() {
  quietly dpkg --install /kexec-tools/*.deb
}

install_ours() {
  quietly dpkg --install "$@"
}

# newer DEB FOLDER [COMMAND]: the same package in a later version; the command may change its files.
newer() {
  rm -rf /tmp/newer
  dpkg-deb --raw-extract "$1" /tmp/newer
  sed -i 's/^Version: .*/&+newer/' /tmp/newer/DEBIAN/control
  mkdir -p "$2"
  if (($# > 2)); then (cd /tmp/newer && eval "$3"); fi
  quietly dpkg-deb -Znone --build /tmp/newer "$2"
}

# says WORD COMMAND…: the command succeeds, and says WORD.
says() {
  local word=$1 said
  shift
  said=$("$@" 2>&1) || return
  printf '%s\n' "$said"
  [[ $said == *"$word"* ]]
}

# silent COMMAND…: the command succeeds and says nothing; dpkg's checks succeed with complaints.
silent() {
  local said
  said=$("$@" 2>&1) || return
  printf '%s\n' "$said"
  [[ -z $said ]]
}

# whole PACKAGE: every file is there, as it came; and nothing is half installed.
whole() {
  silent dpkg --verify "$1" && silent dpkg --audit
}

# manual PAGE…: whether the pages are there.
manual() {
  local page
  for page in "$@"; do gzip --test "/usr/share/man/man${page##*.}/$page.gz" || return; done
}

complete_in_bash() {
  # shellcheck disable=SC2016
  bash -euc 'for name; do . "/usr/share/bash-completion/completions/$name"; done; complete -p "$@"' \
    bash "$@"
}

# Everything but what dpkg itself writes, and logs and caches.
everything() {
  find / -xdev \( -path /proc -o -path /tmp -o -path /dev -o -path /var/log -o -path /var/cache \
    -o -path /var/lib/dpkg -o -path /debs -o -path /run -o -path /kexec-tools \) -prune -o \
    -printf '%p %y %m %l\n' | sort
}

# is PATTERN: what /sbin/kexec says of itself; a glob.
is() {
  local said
  said=$(/sbin/kexec --version 2>&1) || true
  printf '%s\n' "$said"
  # shellcheck disable=SC2053
  [[ $said == $1 ]]
}

choices() {
  local found
  found=$(update-alternatives --list kexec | paste -s -d ' ')
  printf '%s\n' "$found"
  [[ $found == "$1" ]]
}

# Whether systemd would make a unit kexec-load of kexec-tools' init script.
makes_unit() {
  rm -rf /tmp/units
  mkdir /tmp/units
  /lib/systemd/system-generators/systemd-sysv-generator /tmp/units /tmp/units /tmp/units
  test -e /tmp/units/kexec-load.service
}

nothing_left() {
  local left
  left=$(dpkg-divert --list 'swift-kexec*' && dpkg-divert --list '*kexec*')
  printf '%s\n' "$left"
  [[ -z $left && ! -e /etc/alternatives/kexec && ! -e /var/lib/dpkg/alternatives/kexec ]]
}

mine='kexec (swift-kexec) *' theirs='kexec-tools *'
both='/sbin/kexec.kexec-tools /usr/sbin/swift-kexec'
arch=$(dpkg --print-architecture)
static=(/debs/swift-kexec-static_*.deb)
newer "${static[0]}" /debs/newer
later=(/debs/newer/*.deb)
tools=(/kexec-tools/kexec-tools_*.deb)
# The tree was made without documentation; ours is to be there, and to go.
rm /etc/dpkg/dpkg.cfg.d/99mmdebstrap
everything >/tmp/before

if [[ $arch == amd64 ]]; then
  say 'kx: installed, run, upgraded, removed'
  quietly dpkg --install /debs/swift-kexec_*.deb
  expect 'it is whole' whole swift-kexec
  expect 'kx runs' says 0. kx --version
  expect 'kx reads a kernel' says 'size table' kx inspect /debs/vmlinuz
  expect 'kx plans for a machine' says 'handover image' \
    kx plan /debs/vmlinuz --machine /debs/machine --append console=ttyAMA0
  expect 'kx finds Ferry' kx bundle /debs/vmlinuz --machine /debs/machine -o /tmp/bundle
  expect 'manual pages are there' manual kx.1 kexec-plan.5 swift-kexec.7
  expect 'bash completes it' complete_in_bash kx
  newer /debs/swift-kexec_*.deb /debs/newer-kx
  quietly dpkg --install /debs/newer-kx/*.deb
  expect 'the upgrade is whole' whole swift-kexec
  quietly dpkg --purge swift-kexec
  everything >/tmp/after
  expect 'nothing of kx is left' diff /tmp/before /tmp/after
fi

say 'alone: installed and run'
install_ours "${static[0]}"
expect 'it is whole' whole swift-kexec-static
expect 'it runs by its own name' says swift-kexec swift-kexec --version
expect 'it plans for a machine' says 'handover image' \
  swift-kexec -l /debs/vmlinuz --dry-run --machine=/debs/machine --append=console=ttyAMA0
expect 'its manual page is there' manual swift-kexec.8
expect 'bash completes it' complete_in_bash swift-kexec
if [[ $arch != arm* || $arch == arm64 ]]; then
  expect 'it is not /sbin/kexec' not test -e /sbin/kexec
  expect 'it brings no unit' not test -e /lib/systemd/system/kexec-load.service
  say 'with kexec-tools: left alone'
  install_theirs
  expect 'theirs is /sbin/kexec' is "$theirs"
  expect 'theirs is whole' whole kexec-tools
  install_ours "${later[0]}"
  expect 'the upgrade is whole' whole swift-kexec-static
  quietly dpkg --purge swift-kexec-static
  expect 'theirs is whole' whole kexec-tools
  expect 'theirs is /sbin/kexec' is "$theirs"
  quietly dpkg --purge kexec-tools
  exit
fi
expect 'it is /sbin/kexec' is "$mine"
expect 'there is its unit' test -e /lib/systemd/system/kexec-load.service
expect 'systemd has nothing to say about the unit' \
  silent systemd-analyze verify --man=no /lib/systemd/system/kexec-load.service
expect 'its manual page is kexec(8), too' manual kexec.8
expect 'bash completes kexec' complete_in_bash kexec
wants=/etc/systemd/system/multi-user.target.wants/kexec-load.service
expect 'the unit is not enabled by itself' not test -h $wants
quietly systemctl preset kexec-load.service
expect 'the unit is not enabled by what systems do when they start for the first time' not test -h $wants
quietly systemctl enable kexec-load.service
say 'alone: upgraded, removed, purged'
install_ours "${later[0]}"
expect 'the upgrade is whole' whole swift-kexec-static
expect 'it is /sbin/kexec' is "$mine"
expect 'the unit is enabled as before' test -e $wants
quietly dpkg --remove swift-kexec-static
expect 'nothing is left of diversions and alternatives' nothing_left
expect 'there is no /sbin/kexec' not test -e /sbin/kexec
quietly dpkg --purge swift-kexec-static
everything >/tmp/after
expect 'nothing is left' diff /tmp/before /tmp/after

say 'alone, where somebody has a program of their own in its place'
printf '#!/bin/sh\necho kexec of their own\n' >/sbin/kexec
chmod +x /sbin/kexec
install_ours "${static[0]}"
expect 'it is left alone' is 'kexec of their own'
expect 'it runs by its own name' says swift-kexec swift-kexec --version
quietly dpkg --purge swift-kexec-static
expect 'it is left alone' is 'kexec of their own'
rm /sbin/kexec
say 'alone, and its choice was taken away by hand'
install_ours "${static[0]}"
quietly update-alternatives --remove-all kexec
quietly dpkg --purge swift-kexec-static
everything >/tmp/after
expect 'nothing is left' diff /tmp/before /tmp/after

say 'kexec-tools first'
install_theirs
original=$(sha256sum </sbin/kexec) defaults=$(sha256sum </etc/default/kexec)
install_ours "${static[0]}"
expect 'ours is /sbin/kexec' is "$mine"
expect 'both can be chosen' choices "$both"
expect 'theirs is whole, where it was put' whole kexec-tools
expect 'the unit goes before the init script of its name' not makes_unit
quietly update-alternatives --set kexec /sbin/kexec.kexec-tools
expect 'the choice holds' is "$theirs"
install_ours "${later[0]}"
expect 'the choice outlives an upgrade' is "$theirs"
quietly update-alternatives --auto kexec
expect 'ours is /sbin/kexec again' is "$mine"
newer "${tools[0]}" /kexec-tools/newer
quietly dpkg --install /kexec-tools/newer/*.deb
expect 'an upgrade of theirs takes nothing away' is "$mine"
expect 'both can be chosen' choices "$both"
say 'kexec-tools first, and ours removed'
quietly dpkg --remove swift-kexec-static
expect 'theirs is /sbin/kexec' is "$theirs"
expect 'theirs is as it was' test "$original" == "$(sha256sum </sbin/kexec)"
expect 'theirs is a file' not test -h /sbin/kexec
expect 'there is a unit of the init script again' makes_unit
expect 'theirs is whole' whole kexec-tools
expect 'nothing is left of diversions and alternatives' nothing_left
quietly dpkg --purge swift-kexec-static
expect '/etc/default/kexec is as it was' test "$defaults" == "$(sha256sum </etc/default/kexec)"

say 'ours again, over kexec-tools; then kexec-tools moves to /usr/sbin, as in Debian 13'
install_ours "${static[0]}"
newer "${tools[0]}" /kexec-tools/moved 'sed -i "s/+newer/+z&/" DEBIAN/control; mkdir -p usr/sbin; mv sbin/* usr/sbin/; rmdir sbin'
quietly dpkg --install /kexec-tools/moved/*.deb
expect 'ours is /sbin/kexec' is "$mine"
expect 'both can be chosen' choices '/usr/sbin/kexec.kexec-tools-usr /usr/sbin/swift-kexec'
expect 'theirs is whole, where it was put' whole kexec-tools
quietly dpkg --remove swift-kexec-static
expect 'theirs is /sbin/kexec' is "$theirs"
expect 'theirs is whole' whole kexec-tools
say 'ours again, over that of Debian 13'
install_ours "${static[0]}"
expect 'ours is /sbin/kexec' is "$mine"
expect 'theirs is whole, where it was put' whole kexec-tools
quietly dpkg --purge swift-kexec-static
expect 'theirs is /sbin/kexec' is "$theirs"
expect 'theirs is whole' whole kexec-tools
expect 'nothing is left of diversions and alternatives' nothing_left
quietly dpkg --purge kexec-tools

say 'kexec-tools after ours'
install_ours "${static[0]}"
install_theirs
expect 'ours is /sbin/kexec' is "$mine"
expect 'both can be chosen' choices "$both"
quietly dpkg --purge kexec-tools
expect 'ours is left' is "$mine"
expect 'ours is the only choice' choices /usr/sbin/swift-kexec
quietly dpkg --purge swift-kexec-static
expect 'nothing is left of diversions and alternatives' nothing_left
expect 'there is no /sbin/kexec' not test -e /sbin/kexec
