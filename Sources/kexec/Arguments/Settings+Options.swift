// SPDX-License-Identifier: Apache-2.0
import BootEntries
import BootPlanning
import KernelImages
import PhysicalMemory

extension Settings {
  mutating func take(_ option: Option, _ value: String) throws(Stop) {
    switch option {
    case .help: try choose(.help)
    case .version: try choose(.version)
    case .load:
      try choose(.load)
      if isForced { notes.append("--load behind --force: the kernel is loaded, not started") }
      isForced = false
    case .unload: try choose(.unload)
    case .exec: try choose(.exec)
    case .status: try choose(.status)
    case .printCrashBytes: try choose(.printCrashBytes)
    case .check: try choose(.check)
    case .snapshot:
      try choose(.snapshot)
      verbFile = value
    case .loadPlan:
      try choose(.loadPlan)
      verbFile = value
    case .loadPanic: onCrash = true
    case .force:
      isForced = true
      // As in kexec-tools, the last of -l and -f says whether the kernel is started.
      if verb == .load { verb = .loadAndShutDown }
    case .noIfdown: leavesInterfaces = true
    case .noSync: skipsSync = true
    case .debug, .verbose: isTalkative = true
    case .dryRun: dryRun = true
    case .json: json = true
    case .log: log = value
    case .listEntries: try choose(.listEntries)
    case .verifyBoot:
      try choose(.verifyBoot)
      verbFile = value.isEmpty ? BootJournal.usualPath : value
    case .newest, .entryFrom, .entryID, .root: try takeEntry(option, value)
    default: try takeBoot(option, value)
    }
  }

  /// Takes an option that says where boot entries are looked for.
  private mutating func takeEntry(_ option: Option, _ value: String) throws(Stop) {
    if option == .root {
      var bytes = Array(value.utf8)
      while bytes.last == UInt8(ascii: "/") { bytes.removeLast() }
      root = String(decoding: bytes, as: UTF8.self)
      return
    }
    var wish = entry ?? EntryWish()
    switch option {
    case .newest: wish.isNewest = true
    case .entryID: wish.id = value
    default:
      guard wish.take(value) else {
        var list = ""
        for origin in BootEntry.Origin.allCases {
          list += (list.isEmpty ? "" : ", ") + origin.rawValue
        }
        throw .usage(
          "--entry-from=" + value + " names no place that is known here",
          hint: "one of " + list + ", and =PATH behind it for another place than usual")
      }
    }
    entry = wish
  }

  /// Takes an option that names a part of the boot.
  private mutating func takeBoot(_ option: Option, _ value: String) throws(Stop) {
    switch option {
    case .initrd, .ramdisk: initrds.append(value)
    case .reuseInitrd:
      // Source: Linux 6.8 (not yet 6.1), init/initramfs.c: the boot's own initrd, kept by
      // retain_initrd.
      initrds.append("/sys/firmware/initrd")
    case .dtb: dtb = value
    case .dtbo: overlays.append(value)
    case .vmlinux: vmlinux = value
    case .append, .commandLine: commandLine = value
    case .reuseCommandLine: reusesCommandLine = true
    case .noOldRoot: dropsOldRoot = true
    case .atags: wantsATAGs = true
    case .machineNumber:
      guard let number = UInt32(exactly: try number(option, value)) else {
        throw .usage("--machine-number " + value + " is more than 32 bits")
      }
      machineNumber = number
    case .type:
      guard let kind = ImageKind(named: value) else {
        throw .unknown(value, for: option, among: ImageKind.allNames)
      }
      type = kind
    case .fitConfiguration: fitConfiguration = value
    case .treeIndex: treeIndex = Int(clamping: try number(option, value))
    case .imageSize: imageBytes = ByteCount(try number(option, value))
    case .pageOffset: pageOffset = try number(option, value)
    case .memoryFloor: memoryFloor = PhysicalAddress(try number(option, value))
    case .memoryCeiling: memoryCeiling = PhysicalAddress(try number(option, value))
    case .handover:
      switch value {
      case "auto": handover = nil
      default:
        guard let kind = HandoverKind(rawValue: value) else {
          throw .unknown(value, for: option, among: ["auto", "image", "zimage"])
        }
        handover = kind
      }
    case .machine:
      machine = value
      return
    default: return try takeGranted(option)
    }
    bootOption = option
  }

  /// Accepts an option whose effect is the default; refuses one that cannot be honoured.
  private mutating func takeGranted(_ option: Option) throws(Stop) {
    let name = "--" + option.rawValue
    switch option {
    case .plainCall, .autoCall:
      notes.append(name + ": 32-bit ARM loads by kexec_load anyway")
    case .noChecks:
      notes.append(name + ": nothing is checked between the old kernel and the new one anyway")
    case .fileCall:
      throw .usage(
        name + " cannot be kept: 32-bit ARM has no kexec_file_load",
        hint: "leave it out, or say -c; loading goes by kexec_load")
    case .noCMA, .forceDTB:
      throw .usage(name + " is for kexec_file_load, which 32-bit ARM has not", hint: "leave it out")
    case .hotplug:
      throw .usage(name + " is for crash kernels, which are not there yet", hint: "leave it out")
    case .preserveContext, .jumpBackHelper, .entry:
      throw .usage(
        name + " is for jumping back, which no 32-bit ARM kernel can", hint: "leave it out")
    case .loadLiveUpdate, .execLiveUpdate:
      throw .usage(name + " is for Xen, which is not supported", hint: "leave it out")
    default: throw .usage(name + " has no meaning here")
    }
  }

  /// Chooses a verb; two different ones are a contradiction.
  private mutating func choose(_ verb: Verb) throws(Stop) {
    // -l -S asks about the kernel that -l loads.
    if verb == .status, self.verb == .load {
      asksAboutOrdinary = true
    } else if verb == .load, self.verb == .status {
      asksAboutOrdinary = true
      return
    } else if self.verb != .loadAndShutDown, self.verb != verb {
      throw .usage(
        self.verb.rawValue + " and " + verb.rawValue + " are two steps",
        hint: "do one after the other; -f KERNEL loads and starts at once")
    }
    self.verb = verb
  }

  private func number(_ option: Option, _ value: String) throws(Stop) -> UInt64 {
    guard let number = UInt64(written: value) else {
      throw .usage(
        "--" + option.rawValue + " takes a number, not '" + value + "'",
        hint: "decimal, or hexadecimal behind 0x; K, M or G may follow")
    }
    return number
  }
}
