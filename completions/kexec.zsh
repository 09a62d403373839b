#compdef kexec
# SPDX-License-Identifier: Apache-2.0
# Written by scripts/make/make-completions from docs/kexec.8: edit that.

_arguments -s -S : \
  '--load[Load a kernel]' \
  '-l[Load a kernel]' \
  '--exec[Start the loaded kernel at once]' \
  '-e[Start the loaded kernel at once]' \
  '--force[With a kernel and no verb\: load and start at once]' \
  '-f[With a kernel and no verb\: load and start at once]' \
  '--unload[Take the loaded kernel away]' \
  '-u[Take the loaded kernel away]' \
  '--load-panic[With -u and -S\: the kernel for the case of a crash]' \
  '-p[With -u and -S\: the kernel for the case of a crash]' \
  '--status[Say what is loaded, with the files it was made from]' \
  '-S[Say what is loaded, with the files it was made from]' \
  '--check[Go through what a load and a jump need, a line each]' \
  '--snapshot=[Write down everything about this machine that a plan is made from]:file:_files' \
  '--list-entries[Show everything that could be booted]' \
  '--verify-boot[After the jump]' \
  '--load-plan=[Load exactly a plan that --dry-run --json or kx plan --json wrote]:file:_files -g "*.json"' \
  '--print-ckr-size[Print the bytes that are kept for a crash kernel]' \
  '--help[Show the options]' \
  '-h[Show the options]' \
  '--version[Show the version]' \
  '-v[Show the version]' \
  '--newest[The newest kernel]' \
  '--entry-from=[What one of them says]:value:(bls extlinux petitboot boot)' \
  '--entry-id=[The entry of that name]:value: ' \
  '--root=[Look below a folder, where the system to be booted is mounted]:file:_files' \
  '*--initrd=[An initial ramdisk]:file:_files' \
  '*--ramdisk=[An initial ramdisk]:file:_files' \
  '--reuseinitrd[The initial ramdisk this system was started with]' \
  '--append=[The command line]:value: ' \
  '--command-line=[The command line]:value: ' \
  '--reuse-cmdline[The running command line without what was meant for the running kernel alone, with --append behind it]' \
  '--dt-no-old-root[Keep no root= of the running command line]' \
  '--dtb=[The device tree]:file:_files -g "*.dtb"' \
  '*--dtbo=[An overlay to apply to it]:file:_files -g "*.dtbo"' \
  '--atags[Pass an ATAG list and no tree]' \
  '--machine-number=[The number in r1 that goes with an ATAG list]:value: ' \
  '--type=[What the kernel’s file is]:value:(zImage bundle retagged Image uImage android FIT vmlinux mtk DHTB bzImage zboot UKI)' \
  '-t+[What the kernel’s file is]:value:(zImage bundle retagged Image uImage android FIT vmlinux mtk DHTB bzImage zboot UKI)' \
  '--dtb-index=[Which of several device trees in the kernel’s file is taken]:value: ' \
  '--fit-config=[The configuration of a FIT to use]:value: ' \
  '--vmlinux=[The ELF file of the same kernel, for figures the image does not tell]:file:_files' \
  '--image-size=[Inflated size and BSS together, for a kernel that does not tell]:value: ' \
  '--page-offset=[Where the kernel maps the start of RAM]:value: ' \
  '--handover=[Inflate the kernel before the jump (image) or after it (zimage)]:value:(auto image zimage)' \
  '--mem-min=[Use no memory below, above]:value: ' \
  '--mem-max=[Use no memory below, above]:value: ' \
  '--dry-run[Show the plan and load nothing]' \
  '--machine=[Everything that is read of a machine is read from a file]:file:_files' \
  '--json[Print the plan, the status or the check as a document]' \
  '--no-ifdown[Leave network interfaces up]' \
  '-x[Leave network interfaces up]' \
  '--no-sync[Do not sync disks]' \
  '-y[Do not sync disks]' \
  '--log=[Write down at the end of a file what is loaded]:file:_files' \
  '--debug[Show notes, and the calls as strace does]' \
  '--verbose[Show notes, and the calls as strace does]' \
  '-d[Show notes, and the calls as strace does]' \
  '--kexec-syscall[Accepted]' \
  '--kexec-syscall-auto[Accepted]' \
  '--no-checks[Accepted]' \
  '-c[Accepted]' \
  '-a[Accepted]' \
  '-i[Accepted]' \
  ':kernel:_files'
