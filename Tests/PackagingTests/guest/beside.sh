# shellcheck shell=sh
# SPDX-License-Identifier: Apache-2.0
# For scripts/guest-systemd --kexec-tools: the unit is asked before and after its configuration wants
# something to be loaded. Then the machine is to be switched off, and not to jump.
told() {
  echo "swift-kexec first: $1: unit $(systemctl show -P ActiveState kexec-load.service)," \
    "loaded $(cat /sys/kernel/kexec_loaded)"
}

systemctl start kexec-load.service
told 'as kexec-tools wrote it'
sed -i s/LOAD_KEXEC=.*/LOAD_KEXEC=true/ /etc/default/kexec
systemctl start kexec-load.service
told LOAD_KEXEC=true
systemctl poweroff
