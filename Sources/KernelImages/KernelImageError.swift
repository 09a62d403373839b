// SPDX-License-Identifier: Apache-2.0
public import Bundles
public import Inflation
import PhysicalMemory

/// Why a file cannot be used.
public enum KernelImageError: Error, Sendable, Hashable {
  /// The file is empty.
  case empty
  /// The file is shorter than its header says.
  case truncated(what: String, needed: UInt64, present: UInt64)
  /// A field of a header has an impossible value.
  case invalid(what: String, field: String, offset: UInt64, value: UInt64)
  /// A checksum is wrong.
  case checksum(what: String, stored: String, computed: String)
  /// No kernel payload was found in a zImage.
  case noPayload(zImageBytes: UInt64)
  /// A compressed part cannot be inflated.
  case inflation(what: String, offset: UInt64, cause: InflationError)
  /// The output or the scan would exceed a limit.
  case tooLarge(what: String, limit: UInt64)
  /// Wrappers are nested too deeply.
  case tooDeep(limit: Int)
  /// A list is longer than the limit.
  case tooMany(what: String, limit: Int)
  /// A part that a header or option names is missing.
  case missing(what: String, name: String)
  /// A FIT has no configuration of a name.
  case noConfiguration(name: String, known: [String])
  /// A wrapper holds a kernel for another architecture than it states.
  case otherArchitecture(wrapper: String, claimed: String, found: String)
  /// A known wrapper has unknown content.
  case unknownContent(wrapper: String, offset: UInt64, looksLike: UnknownContent)
  /// The file is not a kernel; the value says what it looks like.
  case notAKernel(looksLike: UnknownContent)
  /// The file is not of the kind that an option states.
  case wrongType(expected: String, found: String)
  /// A bundle, or a zImage that was retagged, is damaged.
  case bundle(BundleError)
  /// This program was built without the architecture of the kernel.
  case notBuiltIn(architecture: String)
}

extension KernelImageError {
  /// Whether a limit of this program is the cause, not the file.
  public var isLimit: Bool {
    switch self {
    case .inflation(_, _, let cause): cause.isLimit
    case .tooLarge, .tooDeep, .tooMany, .notBuiltIn: true
    case .empty, .truncated, .invalid, .checksum, .noPayload, .missing, .noConfiguration,
      .otherArchitecture, .unknownContent, .notAKernel, .wrongType, .bundle:
      false
    }
  }
}

extension KernelImageError: CustomStringConvertible {
  /// The reason as one sentence.
  public var description: String {
    switch self {
    case .empty:
      return "the file is empty"
    case .truncated(let what, let needed, let present):
      let missing = needed > present ? needed - present : 0
      return what + " is truncated: " + ByteCount(needed).description + " needed, "
        + ByteCount(present).description + " present (" + ByteCount(missing).rounded
        + " missing; was a download cut short?)"
    case .invalid(let what, let field, let offset, let value):
      return what + ": " + field + " at " + hexadecimal(offset) + " cannot be "
        + hexadecimal(value)
    case .checksum(let what, let stored, let computed):
      return what + " is damaged: it states " + stored + ", its bytes give " + computed
    case .noPayload(let bytes):
      return "no compressed kernel was found in the " + ByteCount(bytes).description
        + " of the zImage; it is damaged, or packed in a way that is not known here"
    case .inflation(let what, let offset, let cause):
      return what + " at " + hexadecimal(offset) + " cannot be inflated: " + cause.description
    case .tooLarge(let what, let limit):
      return what + " would be more than " + ByteCount(limit).description
    case .tooDeep(let limit):
      return "more than \(limit) wrappers stand one in the other"
    case .tooMany(let what, let limit):
      return "there are more " + what + " than \(limit)"
    case .missing(let what, let name):
      return what + " has no " + name
    case .noConfiguration(let name, let known):
      var text = "the FIT has no configuration '" + name + "'; it has "
      if known.isEmpty { return text + "none" }
      text += known.prefix(16).joined(separator: ", ")
      return known.count > 16 ? text + " and \(known.count - 16) more" : text
    case .otherArchitecture(let wrapper, let claimed, let found):
      return wrapper + " says that it is for " + claimed + ", and the kernel in it is for " + found
    case .unknownContent(let wrapper, let offset, let looksLike):
      return "no kernel: what " + wrapper + " holds at " + hexadecimal(offset) + " looks like "
        + looksLike.name
    case .notAKernel(let looksLike):
      return "not a kernel: the file looks like " + looksLike.name
    case .wrongType(let expected, let found):
      return "the file is not of type " + expected + ": it is " + found
    case .bundle(let error):
      return error.description
    case .notBuiltIn(let architecture):
      return "this program was built without " + architecture + ", the architecture of the kernel"
    }
  }
}
