// SPDX-License-Identifier: Apache-2.0
import PhysicalMemory

/// Why a device tree, an overlay or an ATAG list cannot be read or edited.
public struct DeviceTreeError: Error, Hashable, Sendable {
  /// The part that was read or edited.
  public enum Subject: Hashable, Sendable {
    /// The header of a flattened tree.
    case header
    /// The memory reservation block.
    case memoryReservations
    /// The structure block.
    case structure
    /// The strings block.
    case strings
    /// The node at a path.
    case node(String)
    /// An overlay, at a path inside it.
    case overlay(String)
    /// A list of ATAGs.
    case atags
  }

  /// The problem of the part.
  public enum Problem: Hashable, Sendable {
    /// Bytes are needed beyond the end of the part.
    case truncated(needed: UInt64, available: UInt64)
    /// The first word is not the magic number 0xd00dfeed.
    case wrongMagic(UInt32)
    /// The version is not one of 2 to 17, or not compatible with one of them.
    case unsupportedVersion(UInt32, lastCompatible: UInt32)
    /// An offset is not a multiple of its alignment.
    case misaligned(UInt64, to: UInt64)
    /// A token stands at a wrong place.
    case unexpectedToken(UInt32, expected: String)
    /// A name is empty, too long, not printable ASCII, or has no end.
    case invalidName(String)
    /// A list is longer than in any real tree.
    case tooMany(String, limit: UInt64)
    /// A value does not have the length or the form that its meaning requires.
    case malformed(String)
    /// A named part is missing.
    case missing(String)
    /// A name fits several nodes.
    case ambiguous(String)
    /// An address or size needs more cells than there are.
    case doesNotFit(UInt64, cells: UInt32)
  }

  /// The part that was read or edited.
  public let subject: Subject
  /// The place: bytes from the start of the file or, for a node, of the property; nil when the
  /// problem has no single place.
  public let offset: UInt64?
  /// The problem there.
  public let problem: Problem

  /// Makes an error.
  public init(_ subject: Subject, at offset: UInt64? = nil, _ problem: Problem) {
    self.subject = subject
    self.offset = offset
    self.problem = problem
  }

  init(_ subject: Subject, at offset: Int, _ problem: Problem) {
    self.init(subject, at: UInt64(max(0, offset)), problem)
  }
}

extension DeviceTreeError: CustomStringConvertible {
  /// A sentence without its final stop: the part, the place, and the problem.
  public var description: String {
    var text = subject.description
    if let offset { text += " at offset " + hexadecimal(offset) }
    return text + ": " + problem.description
  }
}

extension DeviceTreeError.Subject: CustomStringConvertible {
  /// The part in a few words.
  public var description: String {
    switch self {
    case .header: "device tree header"
    case .memoryReservations: "device tree memory reservations"
    case .structure: "device tree structure"
    case .strings: "device tree strings"
    case .node(let path): "device tree node " + path
    case .overlay(let path): "device tree overlay, " + path
    case .atags: "ATAG list"
    }
  }
}

extension DeviceTreeError.Problem: CustomStringConvertible {
  /// The problem with its values.
  public var description: String {
    switch self {
    case .truncated(let needed, let available):
      "needs " + String(needed) + " bytes, has " + String(available)
    case .wrongMagic(let magic):
      "magic is " + hexadecimal(UInt64(magic), digits: 8) + ", not 0xd00dfeed"
    case .unsupportedVersion(let version, let last):
      "version " + String(version) + ", compatible down to " + String(last)
        + "; versions 2 to 17 can be read"
    case .misaligned(let offset, let alignment):
      "offset " + hexadecimal(offset) + " is not a multiple of " + String(alignment)
    case .unexpectedToken(let token, let expected):
      "found " + hexadecimal(UInt64(token)) + ", expected " + expected
    case .invalidName(let why): "invalid name: " + why
    case .tooMany(let what, let limit): "more than " + String(limit) + " " + what
    case .malformed(let what): what
    case .missing(let what): what + " is missing"
    case .ambiguous(let name): name + " fits several nodes"
    case .doesNotFit(let number, let cells):
      hexadecimal(number) + " does not fit into " + String(cells) + " cells"
    }
  }
}
