# shellcheck shell=sh
# SPDX-License-Identifier: Apache-2.0
# For scripts/lab/guest-systemd: a newer kernel is installed after the unit has loaded one. The older kernel
# has no initrd that would boot.
newest=$(find /boot -name 'vmlinuz-*' | sort -V | tail -n 1)
release=${newest#/boot/vmlinuz-}
mv "$newest" "/boot/initrd.img-$release" /lab
systemctl start kexec-load.service
echo "swift-kexec first: kexec-load $(systemctl show -P ActiveState kexec-load.service)," \
  "/sbin/kexec is $(/sbin/kexec --version)"
mv "/lab/vmlinuz-$release" "/lab/initrd.img-$release" /boot
systemctl kexec
