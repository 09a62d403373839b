// SPDX-License-Identifier: Apache-2.0
public import BootPlanning
import Handover
public import KernelImages
public import PhysicalMemory

/// One line of `kx plan --matrix`: the result for a kernel on a machine, or for an unusable file.
///
/// All keys of a line are always there, in a fixed order: after `schemaVersion`, those of a pair or
/// those of a file.
public struct MatrixLine: Sendable, Hashable {
  /// The version of the lines; it changes when readers of the old ones could misread them.
  public static let schemaVersion: UInt64 = 1

  /// The subject of the line.
  public enum Subject: Sendable, Hashable {
    /// A kernel on a machine, by their paths.
    case pair(machine: String, kernel: String)
    /// A file that cannot be used.
    case file(String)
  }

  /// The subject of the line.
  public let subject: Subject
  /// The handover; nil when no plan could be made.
  public private(set) var handover: HandoverKind?
  /// The address of the jump; nil when nothing fits.
  public private(set) var entry: PhysicalAddress?
  /// The smallest RAM that would be enough; nil when it fits, or when that is unknown.
  public private(set) var smallestRAM: ByteCount?
  /// The first error; nil when there is none.
  public private(set) var failure: String?
  /// The codes of all diagnostics in their order.
  public private(set) var codes: [DiagnosticCode] = []

  /// Makes the line of a plan.
  public init(machine: String, kernel: String, _ plan: BootPlan) {
    subject = .pair(machine: machine, kernel: kernel)
    handover = plan.handover
    entry = plan.entry?.address
    let error = plan.diagnostics.first { $0.severity == .error }
    // If another error comes first, more RAM is not enough.
    smallestRAM = error?.code == .nothingFits ? plan.smallestRAM : nil
    failure = error?.message
    codes = plan.diagnostics.map { $0.code }
  }

  /// Makes a line with the reason why there is no plan.
  public init(_ subject: Subject, failure: String) {
    self.subject = subject
    self.failure = failure
  }

  /// Whether every part has a place.
  public var fits: Bool { entry != nil }

  /// The line, ended.
  public var json: String {
    var writer = JSONWriter(onOneLine: true)
    writer.object { writer in
      writer.number("schemaVersion", Self.schemaVersion)
      switch subject {
      case .file(let path):
        writer.string("file", path)
        writer.string("fails", failure)
      case .pair(let machine, let kernel):
        writer.string("machine", machine)
        writer.string("kernel", kernel)
        writer.string("handover", handover?.rawValue)
        writer.bool("fits", fits)
        writer.address("entry", entry)
        writer.byteCount("smallestRAM", smallestRAM)
        writer.string("fails", failure)
        writer.array("diagnostics") { writer in
          for code in codes { writer.string(nil, code.description) }
        }
      }
    }
    writer.finish()
    return writer.text
  }
}
