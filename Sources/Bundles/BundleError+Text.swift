// SPDX-License-Identifier: Apache-2.0
import PhysicalMemory

extension BundleError: CustomStringConvertible {
  /// The message: the problem, its place, and the values.
  public var description: String {
    switch self {
    case .truncated(let part, let needed, let present):
      return part.name.description + " is cut: " + ByteCount(needed).description + " needed, "
        + ByteCount(present).description + " present"
    case .field(let field, let offset, let found, let bound):
      return "bundle: " + field.name.description + " at " + hexadecimal(UInt64(offset))
        + " cannot be " + hexadecimal(UInt64(found)) + " (bound " + hexadecimal(UInt64(bound))
        + ")"
    case .noTag(let table):
      return "the tag table at " + hexadecimal(UInt64(table)) + " has no tag of a bundle"
    case .manifestDigest:
      return "the manifest is damaged: its SHA-256 differs"
    case .ferryDigest:
      return "Ferry's image is damaged: its SHA-256 differs"
    case .segmentDigest(let index):
      return "segment " + String(index) + " is damaged: its SHA-256 differs"
    case .tooLarge(let part, let bytes, let limit):
      return part.name.description + " has " + ByteCount(bytes).description + ", the most is "
        + ByteCount(limit).description
    }
  }
}
