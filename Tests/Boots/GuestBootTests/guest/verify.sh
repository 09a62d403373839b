# shellcheck shell=sh
# SPDX-License-Identifier: Apache-2.0
# One generation of a chain of kernels that hold themselves against the record of the one before, as
# the commands of scripts/lab/guest-kexec. There is no disk: the log travels in the initrd, padded to one
# size, so that the initrd is as large without the record that tells its size as with it. Each line of
# /boot/chain is a kernel and words for its command line.

exec </dev/console >/dev/console 2>&1
cd / || exit
generation=0
read -r words </proc/cmdline
for word in $words; do
  case $word in generation=*) generation=${word#*=} ;; esac
done
tell() { echo "swift-kexec $generation $*"; }

tell release: "$(uname -r)"
if [ "$generation" -gt 0 ]; then
  /kexec --verify-boot=/boot/log >/run/verified
  tell status: $?
  while read -r line; do tell verify: "$line"; done </run/verified
fi

# pack: the next initrd, with the log as it is now.
pack() {
  cp /run/log /boot/log
  truncate -s 65536 /boot/log
  {
    for folder in dev proc sys run bin sbin lib; do echo "$folder"; done
    for file in init kexec bin/busybox; do echo "$file"; done
    find boot
  } | cpio -o -H newc >/run/next.img 2>/dev/null
}

line=$(sed -n "$((generation + 1))p" /boot/chain)
if [ -n "$line" ]; then
  rm -f /run/*
  touch /boot/log
  tr -d '\000' </boot/log >/run/log
  next=$((generation + 1))
  words="console=ttyAMA0 panic=-1 generation=$next kexec.id=generation-$next ${line#* }"
  set -- -l "/boot/${line%% *}" --initrd=/run/next.img --append="$words"
  pack
  /kexec "$@" --log=/run/log
  tell logged: $?
  pack
  /kexec "$@"
  tell load: $?
  /kexec -e
  tell start: $?
fi
