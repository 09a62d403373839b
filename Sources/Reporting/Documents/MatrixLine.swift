// SPDX-License-Identifier: Apache-2.0
public import BootPlanning
public import KernelImages
public import PhysicalMemory

/// One line of `kx plan --matrix`: what became of a kernel on a machine, or of a file that is
/// neither.
///
/// All keys of a line are always there, in a fixed order: after `schemaVersion`, those of a pair or
/// those of a file.
public struct MatrixLine: Sendable, Hashable {
  /// The version of the lines; it changes when a reader of the old ones could be misled.
  public static let schemaVersion: UInt64 = 1

  /// What the line is about.
  public enum Subject: Sendable, Hashable {
    /// A kernel on a machine, by their paths.
    case pair(machine: String, kernel: String)
    /// A file that can be used for nothing.
    case file(String)
  }

  /// What the line is about.
  public let subject: Subject
  /// How the kernel is handed over; nil when no plan could be made.
  public private(set) var handover: HandoverKind?
  /// Where the kernel is entered; nil when it does not fit.
  public private(set) var entry: PhysicalAddress?
  /// The smallest RAM that would do; nil when it fits, or when that is not known.
  public private(set) var smallestRAM: ByteCount?
  /// What fails: the first error; nil when nothing does.
  public private(set) var failure: String?
  /// The codes of all diagnostics in their order.
  public private(set) var codes: [DiagnosticCode] = []

  /// Tells of a plan.
  public init(machine: String, kernel: String, _ plan: BootPlan) {
    subject = .pair(machine: machine, kernel: kernel)
    handover = plan.handover
    entry = plan.entry
    let error = plan.diagnostics.first { $0.severity == .error }
    // RAM alone would not do where something else fails before.
    smallestRAM = error?.code == .nothingFits ? plan.smallestRAM : nil
    failure = error?.message
    codes = plan.diagnostics.map { $0.code }
  }

  /// Tells why there is no plan.
  public init(_ subject: Subject, failure: String) {
    self.subject = subject
    self.failure = failure
  }

  /// Whether a place was found for everything.
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
