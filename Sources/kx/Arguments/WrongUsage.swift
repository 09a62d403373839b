// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import BootPlanning
import Glibc
import Reporting

/// A command line that cannot be understood, with a guess at the intended one.
///
/// It takes apart the message that swift-argument-parser 1.8.2 writes. A message that it does not
/// recognise is printed unchanged.
struct WrongUsage {
  private let arguments: [String]
  private let message: String

  init(_ arguments: [String], message: String) {
    self.arguments = arguments
    self.message = message
  }

  /// The error in the form of every error.
  var stop: Stop {
    guard let verb else { return withoutVerb }
    let help = "kx \(Self.name(verb)) --help shows examples and every option"
    // An unknown option is reported first: other errors may follow from it.
    if let option = unknownOption(of: verb) {
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
        "further files follow an option, as in --initrd FILE; " + help)
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

  /// The error for a first word that is no verb.
  private var withoutVerb: Stop {
    guard let word = arguments.first, word.hasPrefix("-") else {
      return Self.withoutVerb(arguments.first ?? "", arguments.dropFirst())
        ?? usage(message, Self.verbsHint)
    }
    if let near = Spelling.nearest(word, among: ["--help", "--version"]) {
      return usage("there is no option \(word)", "did you mean kx \(near)?")
    }
    return usage("a verb comes before \(word)", Self.others(with: word) ?? Self.verbsHint)
  }

  /// The error for a word that should have been a verb; nil when it is one.
  static func withoutVerb(_ word: String, _ rest: some Sequence<String>) -> Stop? {
    let names = verbs.map { name($0) }
    if names.contains(word) { return nil }
    func stop(_ hint: String) -> Stop {
      Stop(what: "there is no verb '\(word)'", hint: hint, code: .validationFailure)
    }
    if let near = Spelling.nearest(word, among: names) {
      return stop("did you mean 'kx \(near)\(rest.map { " " + $0 }.joined())'?")
    }
    if Explanation.named(word) != nil { return stop("did you mean 'kx explain \(word)'?") }
    if unsafe access(word, F_OK) == 0 { return stop("look into the file: kx inspect \(word)") }
    return stop(verbsHint)
  }

  private static var verbsHint: String {
    "the verbs are \(verbs.map { name($0) }.joined(separator: ", ")); kx --help shows examples"
  }

  /// The texts in single quotes in the message.
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

  /// The first option that the verb does not have; nil when it has all.
  private func unknownOption(of verb: any ParsableCommand.Type) -> String? {
    let known = Self.options(of: verb) + ["--help", "-h", "--version"]
    var before = ""
    for argument in arguments.dropFirst() {
      if argument == "--" { return nil }
      defer { before = argument }
      // An argument for QEMU may look like an option.
      guard argument.hasPrefix("-"), argument != "-", before != "--qemu-argument" else { continue }
      let name = String(argument.prefix { $0 != "=" })
      if !known.contains(name), Double(name) == nil { return name }
    }
    return message.hasPrefix("Unknown option ") ? quoted.first : nil
  }

  private func optionHint(_ option: String, _ verb: any ParsableCommand.Type) -> String? {
    // A single letter resembles every other: only longer options are compared.
    if option.hasPrefix("--") || option.count > 3,
      let near = Spelling.nearest(
        String(option.drop { $0 == "-" }),
        among: Self.options(of: verb).filter { $0.hasPrefix("--") }.map {
          String($0.dropFirst(2))
        })
    {
      return "did you mean --\(near)?"
    }
    return Self.others(with: option)
  }

  /// The verbs that have an option; nil when none has it.
  private static func others(with option: String) -> String? {
    let others = verbs.filter { options(of: $0).contains(option) }.map { "kx \(name($0))" }
    guard let last = others.last else { return nil }
    if others.count == 1 { return "'\(last)' has it" }
    return others.dropLast().map { "'\($0)'" }.joined(separator: ", ") + " and '\(last)' have it"
  }

  /// The values that the option takes.
  private var valueHint: String {
    let value = quoted[0]
    let values = Array(quoted.dropFirst(2))
    if !values.isEmpty { return Self.valueHint(value, among: values) }
    switch quoted[1].split(separator: "<").last.map({ $0.dropLast() }) {
    case "range": return "a range is 0x40000000-0x5fffffff, both ends counted, or 0x40000000+512M"
    case "address", "size", "bytes", "number":
      return "numbers are decimal or 0x…, with K, M or G for powers of 1024: 512M"
    case "seconds": return "seconds are a decimal number: 90 or 0.5"
    case "port":
      return "a port is auto, none, pl011@0x9000000, or ns16550a@0x1c28000,shift=2,width=4"
    case "figures": return figureHint(value)
    default: return "kx --help shows examples"
    }
  }

  /// The hint that names the values of an option.
  static func valueHint(_ value: String, among values: [String]) -> String {
    let list = "it takes " + values.joined(separator: ", ")
    return Spelling.nearest(value, among: values).map { "did you mean \($0)? \(list)" } ?? list
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
