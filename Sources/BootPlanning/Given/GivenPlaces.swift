// SPDX-License-Identifier: Apache-2.0
public import PhysicalMemory

/// Addresses from outside: from a boot loader's environment, or from a vendor's script.
public struct GivenPlaces: Sendable, Hashable {
  /// The address of the kernel's file before the jump: of the zImage, or the plain Image.
  public var kernel: PhysicalAddress?
  /// The address of the initrd.
  public var initrd: PhysicalAddress?
  /// The address of the device tree or the ATAG list that is passed.
  public var parameters: PhysicalAddress?

  /// Groups addresses; nil lets the planner find a place.
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

  /// Whether the planner finds every place.
  public var isEmpty: Bool { kernel == nil && initrd == nil && parameters == nil }

  /// The address of a segment; nil when the planner finds its place.
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
  /// The given place of the initrd; nil when the planner finds one.
  var givenInitrd: PhysicalRange? { Self.range(given.initrd, initrd?.byteCount) }

  /// The given place of the tree or the ATAG list; nil when the planner finds one.
  var givenParameters: PhysicalRange? { Self.range(given.parameters, parameters.byteCount) }

  /// The given places of the segments beside the kernel.
  var givenCompanions: RangeSet { RangeSet([givenInitrd, givenParameters].compactMap { $0 }) }

  /// Whether a kernel that takes an address for the start of RAM maps the segments that were given
  /// a place in RAM.
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
