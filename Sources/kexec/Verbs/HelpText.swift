// SPDX-License-Identifier: Apache-2.0

/// The texts of `--help` and `--version`.
enum HelpText {
  static let version = "kexec (swift-kexec) 0.1.0\n"

  static let usage = """
    kexec - load another kernel and start it, without firmware, for 32-bit ARM

    EXAMPLES
      kexec -l zImage --initrd=initrd.img --append="console=ttyAMA0"   load
      kexec -e                                                         start what is loaded
      kexec -l --newest --reuse-cmdline                                load the newest of /boot
      kexec -l zImage --initrd=initrd.img --reuse-cmdline --dry-run    show where it would go
      kexec --check zImage --initrd=initrd.img                         what would stand in the way

    VERBS (without one: load, then have the init system shut down and start it)
      -l, --load              load a kernel
      -e, --exec              start the loaded kernel at once
      -u, --unload            take the loaded kernel away
      -f, --force             with a kernel and no verb: load and start at once
      -S, --status            say what is loaded; exit 1 when a crash kernel is, with -l when a
                              kernel is, else 0
          --check [KERNEL]    go through what is needed: ok, warning or error, and what to do
          --snapshot=FILE     write down this machine for kx plan --machine FILE
          --list-entries      show what could be booted, what would be taken, and why others not
          --verify-boot[=FILE]  after the jump: hold kernel, command line, CPUs, memory, initrd and
                              devices against the record of --log (default /var/log/kexec.log)
          --load-plan=FILE    load a plan saved by --dry-run --json, if all is still the same
          --print-ckr-size    print the bytes kept for a crash kernel
      -h, --help    -v, --version

    WHAT IS LOADED (a kernel's file, or one of the first three)
          --newest              the newest kernel: the first entry of the Boot Loader Specification
                                (/boot, /efi), else the newest pair of kernel and initrd in /boot
          --entry-from=WHAT     what bls, extlinux, petitboot or boot says; =PATH for another place
          --entry-id=ID         the entry of that name, as --list-entries shows it
          --root=DIR            look below DIR, where the system that is to be booted is mounted
          --initrd=FILE, --ramdisk=FILE       initial ramdisk; several are put together
          --reuseinitrd                       the one this system was started with (retain_initrd)
          --append=TEXT, --command-line=TEXT  command line; without it, that of the entry, or the
                                              running one is kept
          --reuse-cmdline                     the running command line, made fit, and --append
          --dt-no-old-root                    keep no root= of the running command line
          --dtb=FILE      device tree; without it, that of the running kernel
          --dtbo=FILE     overlay to apply to it
          --dtb-index=N   which of the trees in the kernel's file, from 0 on
          --atags         pass an ATAG list, no tree;  --machine-number=N sets r1
      -t, --type=TYPE     what the kernel file is; Image says it is a plain Image
          --fit-config=NAME, --vmlinux=FILE, --image-size=N, --page-offset=N

    WHERE AND HOW
          --handover=auto|image|zimage   inflate before the jump (image) or after it
          --mem-min=N, --mem-max=N       use no memory below, above
          --dry-run       show the plan, load nothing;  --json as a document (--check, -S, too)
          --machine=FILE  with --dry-run, --check: for the machine of a snapshot
      -x, --no-ifdown     leave network interfaces up    -y, --no-sync  do not sync
          --log=FILE      with -l, -f or no verb: give the boot an id, kexec.id= on the command line,
                          and write down what is loaded and what the machine has; with -e, once more
      -d, --debug, --verbose   show notes and the calls
      -c, -a, -i          accepted: it is so anyway
      -s, -p              refused: 32-bit ARM has no kexec_file_load; crash kernels come later

    EXIT CODES
      0 done   1 the plan has errors, a check failed, nothing is loaded   --verify-boot: 2 something
      was lost   3 this boot has no kexec.id   4 there is no record of it   64 wrong usage   65 a file
      is not what it should be   66 a file cannot be read   69 the running kernel has no kexec
      71 a system call failed   73 does not fit   74 a file cannot be written   77 not permitted

    """
}
