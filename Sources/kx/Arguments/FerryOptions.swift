// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Bundles
import Handover
import PhysicalMemory

/// How Ferry, the program at the head of a bundle, hands over.
struct FerryOptions: ParsableArguments {
  @Option(
    help: """
      How the parameters come to the relocation code: arguments, behindCode, or inText, which is \
      how Linux failed in 2016.
      """)
  var strategy: StrategyChoice?

  @Option(
    name: .customLong("ferry-text"),
    help: "How Ferry maps its own text: ro, or rw to see inText succeed.")
  var text: TextChoice?

  @Flag(
    name: .customLong("dtb-from-boot"),
    help: "A device tree that the loader passes takes the place of the bundled one.")
  var treeFromLoader = false

  @Option(help: "When entered in HYP mode: keep it, or drop to SVC.")
  var hyp: HYPChoice?

  @Option(
    help: ArgumentHelp(
      """
      The serial port that Ferry speaks on: auto (that of the tree), none, pl011@ADDRESS, or \
      ns16550a@ADDRESS[,shift=N][,width=1|4].
      """, valueName: "port"))
  var uart: UARTChoice?

  @Option(
    help: ArgumentHelp("Ferry's ELF file, where it is not found by itself.", valueName: "file"),
    completion: .file())
  var ferry: String?

  /// Whether any option of Ferry was given.
  var isUsed: Bool {
    strategy != nil || text != nil || treeFromLoader || hyp != nil || uart != nil || ferry != nil
  }

  var flags: BundleFlags {
    var flags: BundleFlags = []
    if treeFromLoader { flags.insert(.treeFromLoader) }
    if text == .rw { flags.insert(.textIsWritable) }
    if hyp == .drop { flags.insert(.dropsHYP) }
    return flags
  }

  /// The room for the loader's tree, whichever it is; nil when the bundled tree is used.
  var treeRoom: ByteCount? { treeFromLoader ? .kibibytes(256) : nil }

  enum TextChoice: String, ExpressibleByArgument, CaseIterable {
    case ro, rw
  }

  enum HYPChoice: String, ExpressibleByArgument, CaseIterable {
    case keep, drop
  }

  enum StrategyChoice: String, ExpressibleByArgument, CaseIterable {
    case arguments, behindCode, inText

    var strategy: RebootCodeStrategy {
      switch self {
      case .arguments: .arguments
      case .behindCode: .behindCode
      case .inText: .inText
      }
    }
  }
}

/// The serial port as it is written on the command line.
enum UARTChoice: ExpressibleByArgument {
  case auto
  case port(BundleUART)

  init?(argument: String) {
    if argument == "auto" {
      self = .auto
      return
    }
    if argument == "none" {
      self = .port(.none)
      return
    }
    let halves = argument.split(separator: "@", omittingEmptySubsequences: false)
    guard halves.count == 2 else { return nil }
    var parts = halves[1].split(separator: ",", omittingEmptySubsequences: false)[...]
    guard
      let base = parts.popFirst().flatMap({ UInt64(written: String($0)) }).flatMap({
        UInt32(exactly: $0)
      }), base > 0
    else { return nil }
    switch halves[0] {
    case "pl011":
      guard parts.isEmpty else { return nil }
      self = .port(.pl011(base))
    case "ns16550a", "ns16550", "snps,dw-apb-uart":
      var (shift, width) = (UInt32(0), UInt32(1))
      for part in parts {
        let pair = part.split(separator: "=", omittingEmptySubsequences: false)
        guard pair.count == 2, let number = UInt32(pair[1]) else { return nil }
        switch pair[0] {
        case "shift" where number <= 4: shift = number
        case "width" where number == 1 || number == 4: width = number
        default: return nil
        }
      }
      self = .port(.ns16550(base, shift: shift, accessBytes: width))
    default: return nil
    }
  }
}
