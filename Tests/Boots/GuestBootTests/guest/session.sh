# shellcheck shell=sh
# SPDX-License-Identifier: Apache-2.0
# What one running kernel is asked, as the commands of scripts/lab/guest-kexec. Each answer stands
# between `swift-kexec begin NAME` and `swift-kexec end NAME STATUS`; the Swift tests know what it
# must be. Nothing is started: what was loaded at the end is lost.

exec </dev/console >/dev/console 2>&1
cd /boot || exit

# run NAME COMMAND…
run() {
  name=$1
  shift
  echo "swift-kexec begin $name"
  "$@"
  echo "swift-kexec end $name $?"
}

# as_user COMMAND…: without any privilege; no word has blanks in it.
as_user() {
  su -s /bin/sh user -c "$*"
}
mkdir -p /etc
echo 'root:x:0:0::/:/bin/sh' >/etc/passwd
echo 'user:x:1000:1000::/:/bin/sh' >>/etc/passwd

# packed FILE
packed() { gzip -c "$1" | base64; }

# answered COMMAND…: what goes to standard output only, packed.
answered() {
  "$@" >/run/answer 2>/run/said
  status=$?
  packed /run/answer
  return $status
}

# statuses NAME PROGRAM: all ways to ask for what is loaded.
statuses() {
  run "$1-S" "$2" -S
  run "$1-lS" "$2" -l -S
  run "$1-pS" "$2" -p -S
}

# both_statuses NAME
both_statuses() {
  statuses "$1-ours" /kexec
  if [ -e kexec-tools ]; then
    cp kexec-tools /run/kexec-tools
    chmod 755 /run/kexec-tools
    statuses "$1-theirs" /run/kexec-tools
  fi
}

initrd=--initrd=initrd.img
words="--append=console=ttyAMA0 two"

# Refused, with nothing loaded.
run text /kexec -l text
run arm64 /kexec -l arm64
run truncated /kexec -l truncated
run missing /kexec -l none
run banana /kexec -l armmp --image-size=banana
run unknown /kexec -l armmp --frobnicate
run unfit /kexec -l armmp $initrd --mem-max=0x40ffffff
run unfit-dry /kexec -l armmp $initrd --mem-max=0x40ffffff --dry-run
run nothing-loaded /kexec -e
both_statuses empty

# Loaded, with something told.
run without-memory /kexec -l tiny-gzip --dtb=without-memory.dtb "$words"
run wrapped-initrd /kexec -l tiny-gzip --initrd=initrd.uimage "$words"
both_statuses loaded

# Without privilege, while something is loaded.
run user-load as_user /kexec -l /boot/tiny-gzip
run user-dry as_user /kexec -l /boot/tiny-gzip --dry-run
run user-unload as_user /kexec -u
run user-start as_user /kexec -e
run user-status as_user /kexec -l -S
run user-check as_user /kexec --check
run user-iomem as_user grep System.RAM /proc/iomem
run user-id as_user id -u

run unload /kexec -u
both_statuses unloaded
run unload-again /kexec -u

run check /kexec --check
run check-good /kexec --check tiny-gzip $initrd "$words"
run check-text /kexec --check text
run check-unfit /kexec --check armmp $initrd --mem-max=0x40ffffff

# Saved plans.
cp tiny-gzip /run/kernel
/kexec -l /run/kernel $initrd "$words" --dry-run --json >/run/plan.json
run plan-good /kexec --load-plan=/run/plan.json
run plan-status /kexec -l -S
/kexec -u
sed 's/"last": "0x5fffffff"/"last": "0x4fffffff"/' /run/plan.json >/run/other.json
run plan-other-machine /kexec --load-plan=/run/other.json
printf x >>/run/kernel
run plan-other-file /kexec --load-plan=/run/plan.json
run plan-nothing-loaded /kexec -l -S

# What the host must say too.
/kexec --snapshot=/run/snapshot
run snapshot packed /run/snapshot
n=0
while read -r line; do
  n=$((n + 1))
  # Options have no blanks in them.
  # shellcheck disable=SC2086
  run "json-$n" answered /kexec -l $line --dry-run --json
done <plans

# What cannot be taken back.
mount -t securityfs securityfs /sys/kernel/security
echo integrity >/sys/kernel/security/lockdown
run lockdown /kexec -l tiny-gzip "$words"
run lockdown-check /kexec --check
echo 1 >/proc/sys/kernel/kexec_load_disabled
run disabled /kexec -l tiny-gzip "$words"
run disabled-check /kexec --check
run disabled-unload /kexec -u
