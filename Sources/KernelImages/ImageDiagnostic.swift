// SPDX-License-Identifier: Apache-2.0

/// Something about a file that its user should know although the file can be used.
public struct ImageDiagnostic: Sendable, Hashable {
  /// The stable code, see ``Code``.
  public let code: Code
  /// How grave it is.
  public let severity: Severity
  /// What was found, with the figures.
  public let message: String
  /// What can be done about it; empty when nothing need be done.
  public let hint: String

  /// States a finding. A warning always says what to try next.
  public init(_ code: Code, _ severity: Severity, _ message: String, hint: String) {
    self.code = code
    self.severity = severity
    self.message = message
    self.hint = hint
  }

  /// The one severity that asks for nothing.
  public enum Harmless: Sendable {
    /// How a figure came about.
    case note
  }

  /// States a note, after which nothing need be done.
  public init(_ code: Code, _ severity: Harmless, _ message: String) {
    self.init(code, Severity.note, message, hint: "")
  }

  /// How grave a finding is.
  public enum Severity: String, Sendable, Hashable {
    /// What was found, and asks for nothing.
    case note
    /// Something is not certain, or not as it should be.
    case warning
  }

  /// What was found; the raw value is the code in texts and documents.
  public enum Code: String, Sendable, Hashable, CaseIterable {
    /// The word behind the payload is not what inflating yields.
    case sizeWordDisagrees = "KX001"
    /// The size table is damaged and was not used.
    case sizeTableDamaged = "KX002"
    /// The pairs `__bss_start, __bss_stop` in the inflated image disagree.
    case pairsDisagree = "KX003"
    /// The size of the kernel's BSS is an estimate.
    case bssEstimated = "KX004"
    /// TEXT_OFFSET is an assumption.
    case textOffsetAssumed = "KX005"
    /// PAGE_OFFSET is an assumption.
    case pageOffsetAssumed = "KX006"
    /// An option contradicts what the image says, and was not used.
    case optionContradicted = "KX007"
    /// The size table and another source disagree.
    case tableContradicted = "KX008"
    /// Device trees stand behind the zImage.
    case appendedDeviceTree = "KX009"
    /// Bytes stand behind the image that belong to nothing known.
    case trailingBytes = "KX010"
    /// A checksum or signature could not be checked.
    case notVerified = "KX011"
    /// The header of a wrapper contradicts its content.
    case wrapperContradicted = "KX012"
    /// A fact about the decompressor could not be read and is bounded from above.
    case decompressorBounded = "KX013"
    /// The image is of another architecture.
    case otherArchitecture = "KX014"
    /// The kernel in a zImage could not be inflated; its figures are those of the size table.
    case notInflated = "KX015"
    /// The header of a zImage contradicts its code.
    case headerContradicted = "KX017"
    /// A configuration of a FIT was chosen among several.
    case configurationChosen = "KX026"
    /// A part of a known wrapper is not used.
    case partUnused = "KX028"
    /// A vendor's mark, of no meaning to the kernel, was found.
    case vendorMark = "KX029"
  }
}
