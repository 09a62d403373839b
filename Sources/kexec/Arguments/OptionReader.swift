// SPDX-License-Identifier: Apache-2.0
import PhysicalMemory

/// Reads arguments in the ways of getopt_long. Long options may be shortened as long as they stay
/// clear, at least among those of kexec-tools; their value stands behind `=` or is the next
/// argument. Letters come in bundles, with their value behind them or as the next argument. Options
/// and operands come in any order; `--` ends options.
struct OptionReader {
  /// One item of the command line.
  enum Item: Equatable {
    case option(Option, String)
    case operand(String)
  }

  private var arguments: ArraySlice<String>
  /// The letters of a bundle that are not read yet. They are scalars: a combining mark behind a
  /// dash makes one character with it, and the bundle would have no letter.
  private var bundle = ""[...].unicodeScalars
  private var optionsEnded = false
  /// Whether an argument was an option that does not exist.
  private var metUnknown = false

  /// Reads arguments, the program's name not among them.
  init(_ arguments: some Sequence<String>) {
    self.arguments = Array(arguments)[...]
  }

  /// Finds the first option that does not exist; nil when all do.
  static func unknownOption(among arguments: some Sequence<String>) -> Stop? {
    var reader = Self(arguments)
    while true {
      do throws(Stop) {
        if try reader.next() == nil { return nil }
      } catch {
        if reader.metUnknown { return error }
      }
    }
  }

  /// Gives the next item; nil behind the last.
  mutating func next() throws(Stop) -> Item? {
    if !bundle.isEmpty { return try letter() }
    guard let argument = arguments.popFirst() else { return nil }
    // An array of the whole text needs one copy.
    let text = Array(argument.utf8)
    if optionsEnded || text.count < 2 || text[0] != UInt8(ascii: "-") { return .operand(argument) }
    if text[1] == UInt8(ascii: "-") {
      if text.count > 2 { return try long(text[2...]) }
      optionsEnded = true
      return try next()
    }
    bundle = argument.unicodeScalars.dropFirst()
    return try letter()
  }

  private mutating func letter() throws(Stop) -> Item {
    let letter = bundle.removeFirst()
    guard let option = letter == "?" ? .help : Option.allCases.first(where: { $0.letter == letter })
    else {
      metUnknown = true
      throw .usage("there is no option -" + String(Character(letter)))
    }
    guard option.takesValue else { return .option(option, "") }
    if !bundle.isEmpty {
      let value = String(bundle)
      bundle = ""[...].unicodeScalars
      return .option(option, value)
    }
    guard let value = arguments.popFirst() else {
      throw .usage("the option -" + String(Character(letter)) + " needs a value")
    }
    return .option(option, value)
  }

  private mutating func long(_ text: ArraySlice<UInt8>) throws(Stop) -> Item {
    let equals = text.firstIndex(of: 0x3d)
    let name = text[..<(equals ?? text.endIndex)]
    let written = "--" + String(decoding: name, as: UTF8.self)
    let option = try option(named: name, written)
    let value = equals.map { String(decoding: text[($0 + 1)...], as: UTF8.self) }
    guard option.takesValue else {
      if option.mayTakeValue { return .option(option, value ?? "") }
      guard value == nil else {
        throw .usage("the option --" + option.rawValue + " takes no value")
      }
      return .option(option, "")
    }
    guard let value = value ?? arguments.popFirst() else {
      throw .usage("the option --" + option.rawValue + " needs a value")
    }
    return .option(option, value)
  }

  /// The options of nearly every load. They are compared first: each comparison takes time.
  private static let usual: [Option] = [.initrd, .append, .handover, .dtb]

  private static func option(_ text: String, among options: [Option]) -> Option? {
    for option in options
    where option.rawValue.utf8.count == text.utf8.count && option.rawValue == text {
      return option
    }
    return nil
  }

  private mutating func option(named name: ArraySlice<UInt8>, _ written: String) throws(Stop)
    -> Option
  {
    let text = String(decoding: name, as: UTF8.self)
    // Most arguments have the full name of an option.
    if let option = Self.option(text, among: Self.usual)
      ?? Self.option(text, among: Option.allCases)
    {
      return option
    }
    var candidates = Option.allCases.filter { $0.rawValue.begins(with: text) }
    if candidates.count > 1 {
      let older = candidates.filter { $0.isOfKexecTools }
      if older.count == 1 { candidates = older }
    }
    guard let first = candidates.first, !name.isEmpty else {
      metUnknown = true
      throw .unknown(written)
    }
    guard candidates.count == 1 else {
      var list = ""
      for candidate in candidates { list += (list.isEmpty ? "--" : ", --") + candidate.rawValue }
      throw .usage(written + " may mean " + list)
    }
    return first
  }
}
