// SPDX-License-Identifier: Apache-2.0
public import PhysicalMemory

/// A `kexec_load` that failed, with the likely cause on this machine.
public struct KexecLoadError: Error, Hashable, Sendable {
  /// The error number.
  public let errno: Errno
  /// The call and its result as strace prints them.
  public let trace: String
  /// The likely cause.
  public let cause: KexecLoadCause
  /// Whether the call was meant to unload an image.
  public let isUnload: Bool
  /// Whether the image was a crash kernel.
  public let isOnCrash: Bool

  /// Explains a failure.
  ///
  /// - Parameters:
  ///   - errno: The error number.
  ///   - call: The call.
  ///   - facts: The facts of the running kernel.
  ///   - memory: The memory of the machine; nil when it is unknown.
  ///   - configuration: The configuration of the running kernel; nil when it is unknown.
  public init(
    _ errno: Errno, _ call: KexecLoadCall, _ facts: KernelFacts, memory: MemoryMap? = nil,
    configuration: KernelConfiguration? = nil
  ) {
    self.errno = errno
    trace = call.traced(errno)
    isUnload = call.segments.isEmpty
    isOnCrash = call.flags.isOnCrash
    let known = call.causes(facts, memory: memory, configuration: configuration)
    cause =
      known.first { $0.errno == errno } ?? Self.likely(errno, call, facts, configuration)
  }

  /// The likely cause when no reason that is known beforehand explains the number.
  private static func likely(
    _ errno: Errno, _ call: KexecLoadCall, _ facts: KernelFacts,
    _ configuration: KernelConfiguration?
  ) -> KexecLoadCause {
    switch errno {
    case .notPermitted where facts.seccompMode == 2: return .filtered
    case .notPermitted where facts.capabilities == nil: return .noCapability
    case .notPermitted, .accessDenied: return .policy
    case .noSuchCall:
      let isOff = configuration.map { !$0.has("KEXEC") } ?? false
      return .notBuiltIn(isOff ? configuration?.origin : nil)
    case .busy: return .busy
    case .noMemory:
      // The memory available before the call was not enough, however much it was.
      return .notEnoughMemory(
        needed: call.stagingBytes(pageBytes: facts.pageBytes.rawValue), available: nil)
    case .badAddress: return .unreadableContents
    case .addressNotAvailable where call.flags.isOnCrash:
      return .outsideCrashMemory(facts.crashBytes)
    case .invalidArgument
    where facts.architecture == .arm && !call.segments.isEmpty && facts.canParkCPUs == nil
      && (facts.possibleCPUs.map { $0.count > 1 } ?? true):
      return .cannotParkCPUs(count: facts.possibleCPUs?.count, arm64: false)
    default: return .unexplained(errno)
    }
  }

  /// The image that is loaded now. A failed load leaves the previous image, except for a crash
  /// kernel, whose place is needed first.
  ///
  /// Source: Linux 6.1, kernel/kexec.c, do_kexec_load.
  public var consequence: String {
    if isUnload { return "the loaded image stays loaded" }
    return isOnCrash && !isRefusedAtTheDoor
      ? "no crash kernel is loaded now" : "what was loaded before, if anything, is loaded still"
  }

  /// Whether the kernel refused before it read the segments and dropped the old image.
  private var isRefusedAtTheDoor: Bool {
    switch cause {
    case .unknownFlags, .tooManySegments, .otherArchitecture, .notBuiltIn, .busy: true
    default: cause.isForbidden
    }
  }
}

extension KexecLoadError: CustomStringConvertible {
  /// The message: what failed, why, and what is loaded now.
  public var description: String {
    (isUnload ? "the kernel did not unload: " : "the kernel did not load: ") + cause.description
      + "; " + consequence
  }
}

extension KernelInterface {
  /// Loads segments, or unloads, and explains a failure.
  ///
  /// - Parameters:
  ///   - call: The call.
  ///   - facts: The facts of the running kernel. They are read only to explain a failure.
  ///   - memory: The memory of the machine; nil when it is unknown.
  ///   - configuration: The configuration of the running kernel; nil when it is unknown. It is read
  ///     only to explain a failure.
  /// - Throws: ``KexecLoadError`` with the likely cause.
  public func load(
    _ call: KexecLoadCall, _ facts: @autoclosure () -> KernelFacts, memory: MemoryMap? = nil,
    configuration: @autoclosure () -> KernelConfiguration? = nil
  ) throws(KexecLoadError) {
    do throws(Errno) {
      try kexecLoad(call)
    } catch {
      throw KexecLoadError(error, call, facts(), memory: memory, configuration: configuration())
    }
  }
}
