// SPDX-License-Identifier: Apache-2.0
public import PhysicalMemory

/// The reason why a kernel refuses, or would refuse, to load.
public enum KexecLoadCause: Hashable, Sendable {
  /// The process lacks CAP_SYS_BOOT.
  case noCapability
  /// kernel.kexec_load_disabled is set.
  case loadingDisabled
  /// kernel.kexec_load_limit_reboot has reached 0.
  case noLoadsLeft
  /// The kernel is locked down.
  case lockedDown(Lockdown)
  /// A filter blocks some system calls of this process.
  case filtered
  /// A security module or the user namespace refuses.
  case policy
  /// The kernel was built without CONFIG_KEXEC; the value names the file that says so, if any.
  case notBuiltIn(String?)
  /// Flags that this kernel does not know.
  case unknownFlags(UInt32)
  /// More segments than a kernel takes.
  case tooManySegments(Int)
  /// The image is for another architecture than the running kernel's.
  case otherArchitecture(KexecArchitecture?, running: KexecArchitecture)
  /// Another load is in progress.
  case busy
  /// There is no memory for a crash kernel, or the image lies outside of it.
  case outsideCrashMemory(ByteCount?)
  /// A segment passes the end of the address space.
  case beyondAddressSpace(segment: String)
  /// A segment does not begin or end with a page.
  case notPageAligned(segment: String, PhysicalAddress, ByteCount, page: ByteCount)
  /// Two segments share a byte.
  case overlap(String, String)
  /// The bytes of a segment are more than its memory.
  case contentsExceedMemory(segment: String, contents: ByteCount, memory: ByteCount)
  /// The segment, or all together when nil, takes more than half of the memory.
  case moreThanHalf(segment: String?, needed: ByteCount, total: ByteCount)
  /// There is not enough free memory to keep the segments until the jump.
  case notEnoughMemory(needed: ByteCount, available: ByteCount?)
  /// A segment does not lie wholly in one range of RAM.
  case outsideRAM(segment: String, PhysicalRange)
  /// CPUs other than the first cannot be parked.
  case cannotParkCPUs(count: Int?, arm64: Bool)
  /// The bytes of a segment could not be read.
  case unreadableContents
  /// No known reason explains the number.
  case unexplained(Errno)

  /// The error number of the kernel for it.
  public var errno: Errno {
    switch self {
    case .noCapability, .loadingDisabled, .noLoadsLeft, .lockedDown, .filtered, .policy:
      .notPermitted
    case .notBuiltIn: .noSuchCall
    case .unknownFlags, .tooManySegments, .otherArchitecture, .overlap, .contentsExceedMemory,
      .moreThanHalf, .outsideRAM:
      .invalidArgument
    case .busy: .busy
    case .outsideCrashMemory, .beyondAddressSpace, .notPageAligned: .addressNotAvailable
    case .notEnoughMemory: .noMemory
    case .cannotParkCPUs(_, let arm64): arm64 ? .busy : .invalidArgument
    case .unreadableContents: .badAddress
    case .unexplained(let number): number
    }
  }

  /// Whether loading is forbidden, not impossible.
  public var isForbidden: Bool { errno == .notPermitted || errno == .accessDenied }
}

extension KexecLoadCause: CustomStringConvertible {
  /// The reason as a sentence without its final stop.
  public var description: String {
    switch self {
    case .noCapability: "this process has no CAP_SYS_BOOT"
    case .loadingDisabled:
      "loading was switched off: kernel.kexec_load_disabled is 1, which lasts until the machine is "
        + "started anew"
    case .noLoadsLeft: "no further load is allowed: kernel.kexec_load_limit_reboot is 0"
    case .lockedDown(let level):
      "the kernel is locked down (" + level.rawValue + "), which forbids kexec_load"
    case .filtered:
      "this process is kept from some system calls by a seccomp filter, as in a container"
    case .policy:
      "a security module (IMA, SELinux and the like) forbids it, or this process is root only in "
        + "its user namespace"
    case .notBuiltIn(let origin?): "this kernel was built without CONFIG_KEXEC (" + origin + ")"
    case .notBuiltIn(nil): "this kernel was built without CONFIG_KEXEC"
    case .unknownFlags(let bits):
      "this kernel does not know the flags " + hexadecimal(UInt64(bits))
    case .tooManySegments(let count):
      String(count) + " segments are more than the " + String(KexecLoadCall.segmentLimit)
        + " a kernel takes"
    case .otherArchitecture(let given, let running):
      "the running kernel is " + running.plainName + ", the call says "
        + (given?.plainName ?? "no architecture that is known here")
    case .busy: "another process is loading or starting a kernel"
    case .outsideCrashMemory(let bytes):
      bytes == .zero
        ? "no memory is kept for a crash kernel"
        : "the image does not lie wholly in the memory that is kept for a crash kernel"
          + (bytes.map { " (" + $0.description + ")" } ?? "")
    case .beyondAddressSpace(let segment):
      "the segment '" + segment + "' reaches the end of the address space"
    case .notPageAligned(let segment, let address, let bytes, let page):
      "the segment '" + segment + "' (" + address.description + ", " + bytes.description
        + ") does not begin and end with a page of " + page.description
    case .overlap(let first, let second):
      "the segments '" + first + "' and '" + second + "' overlap"
    case .contentsExceedMemory(let segment, let contents, let memory):
      "the segment '" + segment + "' has " + contents.description + " for a memory of "
        + memory.description
    case .moreThanHalf(let segment, let needed, let total):
      (segment.map { "the segment '" + $0 + "' takes " } ?? "all segments together take ")
        + needed.description + ", more than half of the memory of " + total.description
    case .notEnoughMemory(let needed, let available):
      "keeping the segments until the jump takes " + needed.description + " of memory"
        + (available.map { "; " + $0.description + " can be had" } ?? ", which is not free")
    case .outsideRAM(let segment, let range):
      "the segment '" + segment + "' (" + range.description + ") does not lie in one range of RAM"
    case .cannotParkCPUs(let count, _):
      "the kernel cannot take " + (count.map { "its " + String($0) + " CPUs" } ?? "CPUs")
        + " but the first offline before the jump"
    case .unreadableContents: "the bytes of a segment could not be read; was a file shortened?"
    case .unexplained(let number): "the kernel gave " + number.description
    }
  }

  /// The remedy; empty when there is none.
  public var remedy: String {
    switch self {
    case .noCapability: "run as root"
    case .loadingDisabled, .noLoadsLeft:
      "a load is possible after the next start of the machine, before the setting is made again"
    case .lockedDown: "start the machine without Secure Boot or without lockdown= to load kernels"
    case .filtered: "run outside of the container"
    case .policy: "look at the kernel's log (dmesg) for the policy that refused"
    case .notBuiltIn: "build the running kernel with CONFIG_KEXEC=y"
    case .unknownFlags: "load without --hotplug and the like"
    case .otherArchitecture: "load a kernel of the running kernel's architecture"
    case .busy: "try again"
    case .outsideCrashMemory: "start the running kernel with crashkernel=SIZE"
    case .moreThanHalf, .notEnoughMemory: "free memory, or use a smaller initrd"
    case .cannotParkCPUs:
      "build the running kernel with CONFIG_HOTPLUG_CPU=y on a board whose firmware can stop CPUs "
        + "(PSCI), or start it with maxcpus=1 nr_cpus=1"
    case .unexplained: "look at the kernel's log (dmesg)"
    case .tooManySegments, .beyondAddressSpace, .notPageAligned, .overlap, .contentsExceedMemory,
      .outsideRAM, .unreadableContents:
      "plan anew, without --mem-min, --mem-max and --load-plan: kexec --dry-run shows the segments"
    }
  }
}
