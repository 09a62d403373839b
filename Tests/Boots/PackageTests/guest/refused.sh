# shellcheck shell=sh
# SPDX-License-Identifier: Apache-2.0
# For scripts/lab/guest-systemd: the unit that is switched off, the unit whose configuration is no shell
# script, the unit whose newest kernel is damaged, and the unit without any kernel. The machine goes down
# as ever.
told() {
  echo "swift-kexec first: $1: start $2, unit $(systemctl show -P ActiveState kexec-load.service)," \
    "loaded $(cat /sys/kernel/kexec_loaded)"
}

echo LOAD_KEXEC=false >/etc/default/kexec
systemctl start kexec-load.service && status=0 || status=$?
told 'switched off' "$status"
systemctl kexec && status=0 || status=$?
echo "swift-kexec first: systemctl kexec $status"

echo 'APPEND="' >/etc/default/kexec
systemctl start kexec-load.service && status=0 || status=$?
told 'no configuration' "$status"

rm /etc/default/kexec
newest=$(find /boot -name 'vmlinuz-*' | sort -V | tail -n 1)
# In the middle of what is compressed.
dd if=/dev/zero of="$newest" bs=1024 count=64 seek=2048 conv=notrunc 2>/dev/null
systemctl start kexec-load.service && status=0 || status=$?
told damaged "$status"
systemctl status --no-pager --lines=0 kexec-load.service | sed 's/^/swift-kexec status: /'

rm /boot/vmlinuz-*
systemctl start kexec-load.service && status=0 || status=$?
told 'no kernel' "$status"
journalctl --no-pager --output=cat --unit=kexec-load.service | sed 's/^/swift-kexec journal: /'
systemctl reboot
