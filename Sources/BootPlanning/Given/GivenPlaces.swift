// SPDX-License-Identifier: Apache-2.0
public import PhysicalMemory

/// Addresses that somebody else chose: a boot loader's environment, a script of a vendor.
public struct GivenPlaces: Sendable, Hashable {
  /// Where the kernel's file lies before the jump: the zImage, or the plain Image.
  public var kernel: PhysicalAddress?
  /// Where the initrd lies.
  public var initrd: PhysicalAddress?
  /// Where the device tree or the ATAG list lies, to which r2 points.
  public var parameters: PhysicalAddress?

  /// States addresses; nil leaves a place to be found.
  public init(
    kernel: PhysicalAddress? = nil, initrd: PhysicalAddress? = nil,
    parameters: PhysicalAddress? = nil
  ) {
    self.kernel = kernel
    self.initrd = initrd
    self.parameters = parameters
  }

  /// Takes the addresses of segments.
  public init(_ segments: [PlannedSegment]) {
    self.init()
    for segment in segments { self[segment.name] = segment.range.first }
  }

  /// Whether every place is to be found.
  public var isEmpty: Bool { kernel == nil && initrd == nil && parameters == nil }

  /// The address of a segment; nil when its place is to be found.
  public subscript(name: PlannedSegment.Name) -> PhysicalAddress? {
    get {
      switch name {
      case .kernel: kernel
      case .initrd: initrd
      case .dtb, .atags: parameters
      case .trampoline: nil
      }
    }
    set {
      switch name {
      case .kernel: kernel = newValue
      case .initrd: initrd = newValue
      case .dtb, .atags: parameters = newValue
      case .trampoline: break
      }
    }
  }
}

extension PlanRequest {
  /// The bytes of the initrd where somebody else put it; nil when its place is to be found.
  var givenInitrd: PhysicalRange? { Self.range(given.initrd, initrd?.byteCount) }

  /// The same of what r2 points to.
  var givenParameters: PhysicalRange? { Self.range(given.parameters, parameters.byteCount) }

  /// What lies beside the kernel where somebody else put it.
  var givenCompanions: RangeSet { RangeSet([givenInitrd, givenParameters].compactMap { $0 }) }

  /// Whether a kernel that takes an address for the start of RAM maps what somebody else put
  /// into RAM.
  func mapsGiven(_ view: ARMMemoryView, start: UInt64) -> Bool {
    [givenInitrd?.rounded(outwardTo: .page), givenParameters].allSatisfy { range in
      guard let range, machine.memory.ram.contains(range) else { return true }
      return view.lowmem(start: start, holds: range)
    }
  }

  private static func range(_ start: PhysicalAddress?, _ bytes: ByteCount?) -> PhysicalRange? {
    guard let start, let bytes else { return nil }
    return PhysicalRange(start: start, count: bytes)
  }
}
