// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import BootPlanning
import Glibc
import Reporting

/// A command line that cannot be understood, and what was probably meant.
///
/// The parser's message is taken apart; swift-argument-parser 1.8.2 writes it. What is not recognised
/// is told as it is.
struct WrongUsage {
  private let arguments: [String]
  private let message: String

  init(_ arguments: [String], message: String) {
    self.arguments = arguments
    self.message = message
  }

  /// The error as every error is told.
  var stop: Stop {
    guard let verb else { return withoutVerb }
    let help = "kx \(Self.name(verb)) --help shows examples and every option"
    if message.hasPrefix("Unknown option "), let option = quoted.first {
      return usage(
        "'kx \(Self.name(verb))' has no option \(option)",
        optionHint(option, verb) ?? help)
    }
    if message.hasPrefix("The value "), quoted.count >= 2 {
      return usage("\(option(quoted[1])) cannot be '\(quoted[0])'", valueHint)
    }
    if message.hasPrefix("Missing expected argument "), let missing = quoted.first {
      return usage("'kx \(Self.name(verb))' needs \(option(missing))", example(verb) + "; " + help)
    }
    if message.hasPrefix("Missing value for "), let missing = quoted.first {
      return usage("\(option(missing)) needs a value behind it", help)
    }
    if message.contains("nexpected argument"), !quoted.isEmpty {
      return usage(
        "'kx \(Self.name(verb))' has nothing to do with "
          + quoted.map { "'\($0)'" }.joined(separator: ", "),
        "it takes one file; further files follow an option, as in --initrd FILE")
    }
    return usage(message, help)
  }

  private func usage(_ what: String, _ hint: String) -> Stop {
    Stop(what: what, hint: hint, code: .validationFailure)
  }

  private static let verbs = KX.configuration.subcommands

  private static func name(_ verb: any ParsableCommand.Type) -> String {
    verb.configuration.commandName ?? ""
  }

  private var verb: (any ParsableCommand.Type)? {
    Self.verbs.first { Self.name($0) == arguments.first }
  }

  /// The first word is no verb.
  private var withoutVerb: Stop {
    let names = Self.verbs.map { Self.name($0) }
    guard let word = arguments.first(where: { !$0.hasPrefix("-") }), word == arguments.first
    else {
      return usage(
        "there is no verb: \(message.prefix(1).lowercased() + message.dropFirst())",
        "the verbs are \(names.joined(separator: ", ")); kx --help shows examples")
    }
    let rest = arguments.dropFirst().map { " " + $0 }.joined()
    if let near = Spelling.nearest(word, among: names) {
      return usage("there is no verb '\(word)'", "did you mean 'kx \(near)\(rest)'?")
    }
    if word.uppercased().hasPrefix("KX"), Explanation.named(word) != nil {
      return usage("there is no verb '\(word)'", "did you mean 'kx explain \(word)'?")
    }
    if unsafe access(word, F_OK) == 0 {
      return usage("'\(word)' is a file and no verb", "look into it with 'kx inspect \(word)'")
    }
    return usage(
      "there is no verb '\(word)'",
      "the verbs are \(names.joined(separator: ", ")); kx --help shows examples")
  }

  /// What stands in single quotes in the message.
  private var quoted: [String] {
    message.split(separator: "'", omittingEmptySubsequences: false).enumerated()
      .filter { $0.offset % 2 == 1 }.map { String($0.element) }
  }

  /// `--rule <rule>` as `--rule`, `<file>` as `FILE`.
  private func option(_ text: String) -> String {
    let word = text.split(separator: " ").first.map(String.init) ?? text
    return word.hasPrefix("<") ? word.dropFirst().dropLast().uppercased() : word
  }

  /// The options of a verb, as its help lists them.
  private static func options(of verb: any ParsableCommand.Type) -> [String] {
    KX.helpMessage(for: verb, columns: 200).split(separator: "\n").filter { $0.hasPrefix("  -") }
      .flatMap { line in
        line.split(separator: " ").prefix { $0.hasPrefix("-") }.map {
          String($0.prefix { $0 != "," })
        }
      }
  }

  private func optionHint(_ option: String, _ verb: any ParsableCommand.Type) -> String? {
    if let near = Spelling.nearest(option, among: Self.options(of: verb)) {
      return "did you mean \(near)?"
    }
    let others = Self.verbs.filter { Self.options(of: $0).contains(option) }
      .map { "'kx \(Self.name($0))'" }
    guard !others.isEmpty else { return nil }
    return "\(others.joined(separator: " and ")) \(others.count == 1 ? "has" : "have") it"
  }

  /// What the value could have been.
  private var valueHint: String {
    let value = quoted[0]
    let values = Array(quoted.dropFirst(2))
    if !values.isEmpty {
      let list = "it takes " + values.joined(separator: ", ")
      return Spelling.nearest(value, among: values).map { "did you mean \($0)? \(list)" } ?? list
    }
    switch quoted[1].split(separator: "<").last.map({ $0.dropLast() }) {
    case "range": return "a range is first-last, 0x40000000-0x5fffffff, or first+size, 0x40000000+512M"
    case "address", "size", "bytes", "number":
      return "numbers are decimal or 0x…; K, M or G behind them multiplies by 1024 and so on: 512M"
    case "seconds": return "seconds are a decimal number: 90 or 0.5"
    case "port":
      return "a port is auto, none, pl011@0x9000000, or ns16550a@0x1c28000,shift=2,width=4"
    case "figures": return figureHint(value)
    default: return "kx --help shows examples"
    }
  }

  private func figureHint(_ text: String) -> String {
    for part in text.split(separator: ",") {
      let key = String(part.prefix { $0 != "=" })
      guard !Assumptions.keys.contains(key) else { continue }
      if let near = Spelling.nearest(key, among: Assumptions.keys) {
        return "did you mean \(near)? it takes KEY=N,KEY=N…"
      }
      return "the keys are " + Assumptions.keys.joined(separator: ", ")
    }
    return "figures are KEY=N,KEY=N…, as inflated=20M,bss=512K"
  }

  private func example(_ verb: any ParsableCommand.Type) -> String {
    let lines = verb.configuration.discussion.split(separator: "\n")
    let first = lines.first { $0.hasPrefix("    kx ") }?.drop { $0 == " " } ?? "kx"
    return "as in '\(first)'"
  }
}
