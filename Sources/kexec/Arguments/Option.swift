// SPDX-License-Identifier: Apache-2.0

/// Every option: those of kexec-tools for all machines and for 32-bit ARM, and our own.
///
/// Source: kexec-tools 2.0.32, kexec/kexec.h and kexec/arch/arm/include/arch/options.h (names and
/// letters of the options).
enum Option: String, CaseIterable {
  case help, version, debug, verbose, force, load, unload, exec, status, type, entry
  case noChecks = "no-checks"
  case noIfdown = "no-ifdown"
  case noSync = "no-sync"
  case loadPanic = "load-panic"
  case memoryFloor = "mem-min"
  case memoryCeiling = "mem-max"
  case reuseInitrd = "reuseinitrd"
  case printCrashBytes = "print-ckr-size"
  case preserveContext = "load-preserve-context"
  case jumpBackHelper = "load-jump-back-helper"
  case loadLiveUpdate = "load-live-update"
  case execLiveUpdate = "exec-live-update"
  case fileCall = "kexec-file-syscall"
  case plainCall = "kexec-syscall"
  case autoCall = "kexec-syscall-auto"
  case hotplug
  case noCMA = "no-cma"
  case forceDTB = "force-dtb"
  case commandLine = "command-line"
  case append
  case reuseCommandLine = "reuse-cmdline"
  case initrd, ramdisk, dtb, atags
  case imageSize = "image-size"
  case pageOffset = "page-offset"
  case noOldRoot = "dt-no-old-root"

  case dryRun = "dry-run"
  case json, handover, dtbo, check, snapshot, log, machine, vmlinux
  case loadPlan = "load-plan"
  case machineNumber = "machine-number"
  case fitConfiguration = "fit-config"
  case treeIndex = "dtb-index"
  case newest, root
  case verifyBoot = "verify-boot"
  case entryFrom = "entry-from"
  case entryID = "entry-id"
  case listEntries = "list-entries"

  /// The letter behind one dash; nil for options that have none.
  var letter: Unicode.Scalar? {
    switch self {
    case .help: "h"
    case .version: "v"
    case .debug: "d"
    case .force: "f"
    case .noChecks: "i"
    case .noIfdown: "x"
    case .noSync: "y"
    case .load: "l"
    case .loadPanic: "p"
    case .unload: "u"
    case .exec: "e"
    case .type: "t"
    case .fileCall: "s"
    case .plainCall: "c"
    case .autoCall: "a"
    case .status: "S"
    default: nil
    }
  }

  /// Whether kexec-tools has the option on 32-bit ARM. Its abbreviations are accepted here, too.
  var isOfKexecTools: Bool {
    switch self {
    case .verbose, .reuseCommandLine, .dryRun, .json, .handover, .dtbo, .check, .snapshot, .log,
      .machine, .vmlinux, .loadPlan, .machineNumber, .fitConfiguration, .treeIndex, .newest, .root,
      .entryFrom, .entryID, .listEntries, .verifyBoot:
      false
    default: true
    }
  }

  /// Whether a value may stand behind `=`, and only there.
  var mayTakeValue: Bool { self == .verifyBoot }

  /// Whether a value must follow.
  var takesValue: Bool {
    switch self {
    case .type, .entry, .memoryFloor, .memoryCeiling, .commandLine, .append, .initrd, .ramdisk,
      .dtb, .imageSize, .pageOffset, .handover, .dtbo, .snapshot, .log, .machine, .vmlinux,
      .loadPlan, .machineNumber, .fitConfiguration, .treeIndex, .root, .entryFrom, .entryID:
      true
    default: false
    }
  }
}
