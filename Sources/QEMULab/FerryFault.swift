// SPDX-License-Identifier: Apache-2.0

/// An exception that Ferry reports in one line:
/// `ferry: data abort: permission fault (page), write; pc 0xff001234 some_code in .text, address
/// 0xff000100 some_word in .text, fsr 0x80f`.
public struct FerryFault: Sendable, Hashable {
  /// The unchanged line.
  public let line: String
  /// The exception: `data abort`.
  public let exception: String
  /// The fault and the access: `permission fault (page), write`; empty when the line has none.
  public let fault: String
  /// The address of the instruction, with symbol and section: `0xff001234 some_code in .text`.
  public let code: String
  /// The accessed address, likewise; nil when the line has none.
  public let target: String?

  /// Reads a line; nil when it reports no exception.
  public init?(_ line: String) {
    let lead = "ferry: "
    guard line.hasPrefix(lead), !line.hasPrefix("ferry: error:"),
      let pc = line.firstRange(of: "; pc 0x")
    else { return nil }
    self.line = line
    let told = line[line.index(line.startIndex, offsetBy: lead.count)..<pc.lowerBound]
    let parts = told.split(separator: ": ", maxSplits: 1)
    exception = parts.first.map { String($0) } ?? ""
    fault = parts.count > 1 ? String(parts[1]) : ""
    let rest = line[line.index(pc.lowerBound, offsetBy: 5)...]
    let fields = rest.split(separator: ", ").map { String($0) }
    guard !exception.isEmpty, let code = fields.first else { return nil }
    self.code = code
    target = fields.first { $0.hasPrefix("address ") }.map { String($0.dropFirst(8)) }
  }
}

extension FerryFault: CustomStringConvertible {
  /// The fault in words.
  public var description: String {
    var text = "Ferry stopped with a \(exception)"
    if !fault.isEmpty { text += ", " + fault }
    text += ": the instruction at " + code
    if let target { text += " accessed " + target }
    return text
  }
}
