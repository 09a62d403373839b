// SPDX-License-Identifier: Apache-2.0
public import KernelImages

/// The reason why a kernel cannot run on a processor.
public enum ProcessorObstacle: Sendable, Hashable {
  /// The kernel has long-descriptor page tables, the processor does not.
  case noLPAE
  /// The kernel is ARM code, the processor runs only Thumb code.
  case noARMState
  /// The kernel is for later versions of the architecture.
  case tooOld(needs: ARMVersion)
  /// The kernel is for earlier versions of the architecture only. This is uncertain for a kernel so
  /// old that its code does not show it.
  case tooNew(knows: ARMVersion, isCertain: Bool)
  /// The kernel is big-endian, the running one is not. This is certain when the kernel itself
  /// cannot switch the processor's byte order, which is possible since ARMv6.
  case bigEndian(isCertain: Bool)

  /// Whether it is certain that the kernel does not run.
  public var isCertain: Bool {
    switch self {
    case .tooNew(_, let isCertain), .bigEndian(let isCertain): isCertain
    default: true
    }
  }

  /// The message.
  ///
  /// - Parameter processor: The processor.
  /// - Returns: A sentence without its full stop.
  public func description(_ processor: Processor) -> String {
    let name = processor.name.isEmpty ? "the processor" : processor.name
    switch self {
    case .noLPAE: return "the kernel needs LPAE, which " + name + " has not"
    case .noARMState: return "the kernel is ARM code, and " + name + " runs Thumb code only"
    case .tooOld(let version):
      return "the kernel needs " + version.description + " or later, and " + name + " is "
        + (processor.version?.description ?? "older")
    case .tooNew(let version, let isCertain):
      return "the kernel " + (isCertain ? "is" : "seems to be") + " for no later processors than "
        + version.description + ", and " + name + " is "
        + (processor.version?.description ?? "later")
    case .bigEndian(let isCertain):
      return "the kernel is big-endian, and " + name + " runs little-endian"
        + (isCertain ? "" : ": programs in its initrd must be big-endian, too")
    }
  }
}

extension Processor {
  /// The known reason why a kernel does not run here; nil when there is none.
  ///
  /// - Parameter kernel: The kernel.
  /// - Returns: The reason.
  public func obstacle(to kernel: ARMKernel) -> ProcessorObstacle? {
    if hasARMState == false, kernel.isThumb2?.value == false { return .noARMState }
    if let version {
      if let least = kernel.leastVersion?.value, version < least { return .tooOld(needs: least) }
      if let latest = kernel.latestVersion, version > latest.value {
        return .tooNew(knows: latest.value, isCertain: latest.source != .estimate)
      }
    }
    if hasLPAE == false, kernel.isLPAE?.value == true { return .noLPAE }
    guard isBigEndian == false, kernel.isBigEndian?.value == true else { return nil }
    return .bigEndian(isCertain: kernel.latestVersion?.value == .v5)
  }

  /// Whether every fact that a kernel may depend on is known.
  ///
  /// - Parameter kernel: The kernel.
  /// - Returns: Whether ``obstacle(to:)`` leaves nothing open.
  public func suffices(for kernel: ARMKernel) -> Bool {
    version != nil && (kernel.isLPAE?.value != true || hasLPAE != nil)
  }
}
