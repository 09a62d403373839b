// SPDX-License-Identifier: Apache-2.0
public import PhysicalMemory

/// Who performs the jump.
public enum Jumper: Sendable, Hashable {
  /// A running Linux, by kexec_load: it sets the registers that it knows of.
  case runningKernel(RunningKernel)
  /// Whoever places the segments, and sets every register as planned: a lab, Ferry, a boot loader.
  case itself
}

/// The Linux that performs a jump.
public struct RunningKernel: Sendable, Hashable {
  /// The architecture that it is made for.
  public let architecture: Architecture
  /// Its version; nil when it is unknown.
  public let release: KernelRelease?

  /// Groups the facts about a running kernel.
  public init(_ architecture: Architecture, release: KernelRelease?) {
    self.architecture = architecture
    self.release = release
  }

  /// The registers that it sets by itself.
  ///
  /// - Parameters:
  ///   - segments: The segments in the order of the call.
  ///   - entry: The address of the jump.
  /// - Returns: The registers of which the values are certain; nil when nothing is known.
  public func passes(
    _ segments: [SegmentHead], entering entry: PhysicalAddress
  ) -> [EntryRegister]? {
    switch architecture {
    case .arm: passesARM(segments, entering: entry)
    case .arm64, .riscv64, .x86_64: nil
    }
  }

  /// The registers of an entry that it does not set by itself as wanted, those of any value left out.
  ///
  /// - Parameters:
  ///   - entry: The entry that is wanted.
  ///   - segments: The segments in the order of the call.
  /// - Returns: The registers in their order; none where no trampoline is needed.
  public func missing(from entry: EntryState, with segments: [SegmentHead]) -> [EntryRegister] {
    let passed = passes(segments, entering: entry.address) ?? []
    return entry.registers.filter { !$0.isAnyValue && !passed.contains($0) }
  }
}

/// What a running kernel looks at in a segment.
public struct SegmentHead: Sendable, Hashable {
  /// The address of its first byte.
  public let address: PhysicalAddress
  /// Whether it begins like a flattened device tree; nil when that is unknown.
  public let isTree: Bool?

  /// Groups the parts of a head.
  public init(_ address: PhysicalAddress, isTree: Bool?) {
    self.address = address
    self.isTree = isTree
  }
}
