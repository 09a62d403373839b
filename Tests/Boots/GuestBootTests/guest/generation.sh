# shellcheck shell=sh
# SPDX-License-Identifier: Apache-2.0
# One generation of a chain of kernels, as the commands of scripts/lab/guest-kexec: tells what this
# kernel is and whether its initrd came up as it was packed, packs the same initrd anew and starts
# the kernel of its line of /boot/chain, which runs this again. Every line that it tells begins with
# `swift-kexec` and the generation.

# The nodes of /dev are not packed: the next generation makes its own.
exec </dev/console >/dev/console 2>&1
cd / || exit
generation=0
read -r words </proc/cmdline
for word in $words; do
  case $word in generation=*) generation=${word#*=} ;; esac
done
tell() { echo "swift-kexec $generation $*"; }

tell release: "$(uname -r)"
tell code: "0x$(sed -n 's/^ *\([0-9a-f]*\)-.* : Kernel code$/\1/p' /proc/iomem)"
sed -n 's/ : System RAM$//p' /proc/iomem | while read -r range; do tell ram: "$range"; done
tell cpus: "$(grep -c ^processor /proc/cpuinfo)"
tell more: "$(stat -c %s /boot/more 2>/dev/null || echo none)"
if sha256sum -c /boot/manifest >/run/sums 2>&1; then
  tell initrd: intact
else
  tell initrd: DAMAGED
  grep -v ': OK$' /run/sums
fi

line=$(sed -n "$((generation + 1))p" /boot/chain)
if [ -n "$line" ]; then
  rm -f /run/*
  {
    for folder in dev proc sys run bin sbin lib; do echo "$folder"; done
    for file in init kexec bin/busybox; do echo "$file"; done
    find boot
  } | cpio -o -H newc >/run/next.img 2>/run/packing || cat /run/packing
  # Options have no blanks in them.
  # shellcheck disable=SC2086
  set -- $line
  way=$1 kernel=$2
  shift 2
  words="console=ttyAMA0 panic=-1 generation=$((generation + 1))"
  set -- -l "$kernel" --initrd=/run/next.img "$@" --append="$words"
  if [ "$way" = plan ]; then
    /kexec "$@" --dry-run --json >/run/plan.json
    /kexec --load-plan=/run/plan.json
  else
    /kexec "$@"
  fi
  tell load: $?
  /kexec -l -S --json
  tell status: $?
  /kexec -e
  tell start: $?
fi
