// SPDX-License-Identifier: Apache-2.0
import Foundation
import Reporting
import SeededRandom
import Testing

@Suite("JSON")
struct JSONReaderTests {
  static func read(_ text: String) throws(JSONError) -> JSONValue {
    try JSONReader.read(Array(text.utf8))
  }

  @Test(
    "What RFC 8259 allows is read as it stands",
    arguments: [
      ("null", JSONValue.null), (" \t\r\n true ", .bool(true)), ("false", .bool(false)),
      ("-0", .number("-0")), ("1.5e+10", .number("1.5e+10")), ("0E-1", .number("0E-1")),
      (#""""#, .string("")), (#""\"\\\/\b\f\n\r\t""#, .string("\"\\/\u{8}\u{c}\n\r\t")),
      (#""\u00e4\u20AC\ud834\uDD1E\u0000""#, .string("ä€𝄞\u{0}")),
      ("\"\u{7f}ä\"", .string("\u{7f}ä")),
      ("[]", .array([])), ("[ ]", .array([])),
      ("[1,[2]]", .array([.number("1"), .array([.number("2")])])),
      ("{}", .object([])),
      (#"{"a":1,"a":null}"#, .object([JSONMember("a", .number("1")), JSONMember("a", .null)])),
    ])
  func accepted(text: String, value: JSONValue) throws {
    #expect(try Self.read(text) == value)
  }

  @Test(
    "What RFC 8259 does not allow is an error at the byte where it shows",
    arguments: [
      ("", 0), (" ", 1), ("nul", 3), ("nulL", 3), ("truefalse", 4), ("01", 1), ("-", 1),
      ("+1", 0), ("1.", 2), (".5", 0), ("1e", 2), ("1e+", 3), ("0x10", 1), ("NaN", 0),
      ("[1,]", 3), ("[1 2]", 3), ("[", 1), ("]", 0), ("{\"a\"}", 4), ("{\"a\":1,}", 7),
      ("{a:1}", 1), ("{\"a\":1", 6), ("'a'", 0), ("\"a", 2), ("\"\t\"", 1), (#""\x""#, 2),
      (#""\u12g4""#, 5), (#""\ud834""#, 3), (#""\udd1e""#, 3), (#""\ud834\u0041""#, 3),
      (#""\"#, 2), ("1 // a", 2), ("\u{feff}1", 0), ("\u{a0}1", 0), ("1\u{0}", 1),
    ])
  func refused(text: String, offset: Int) {
    let error = #expect(throws: JSONError.self) { try Self.read(text) }
    #expect(error?.offset == offset)
    #expect(error?.description.isEmpty == false)
  }

  @Test(
    "Strings that are not UTF-8 are refused",
    arguments: [
      [0x80], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80], [0xe2, 0x82],
    ])
  func invalidUTF8(_ bytes: [UInt8]) {
    let error = #expect(throws: JSONError.self) { try JSONReader.read([0x22] + bytes + [0x22]) }
    #expect(error?.reason == .invalidUTF8)
  }

  @Test("Depth, length and number of values are bounded")
  func bounds() throws {
    func nested(_ depth: Int) -> String {
      String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
    }
    _ = try Self.read(nested(JSONReader.depthLimit))
    let deep = #expect(throws: JSONError.self) { try Self.read(nested(JSONReader.depthLimit + 1)) }
    #expect(deep?.reason == .tooDeep(limit: 64))
    let abyss = #expect(throws: JSONError.self) {
      try Self.read(String(repeating: "{\"\":", count: 500_000))
    }
    #expect(abyss?.reason == .tooDeep(limit: 64))
    let many = #expect(throws: JSONError.self) {
      try Self.read("[" + String(repeating: "0,", count: JSONReader.valueLimit) + "0]")
    }
    #expect(many?.reason == .tooManyValues(limit: JSONReader.valueLimit))
    let long = #expect(throws: JSONError.self) {
      try JSONReader.read([UInt8](repeating: 0x20, count: JSONReader.byteLimit + 1))
    }
    #expect(long?.reason == .tooLong(bytes: JSONReader.byteLimit + 1, limit: JSONReader.byteLimit))
  }

  @Test("Only whole numbers of 64 bits count as such")
  func integers() throws {
    #expect(try Self.read("18446744073709551615").unsignedInteger == .max)
    for text in ["18446744073709551616", "-0", "-1", "1.0", "1e3", "\"1\"", "null"] {
      #expect(try Self.read(text).unsignedInteger == nil, "\(text)")
    }
  }

  @Test("What is written is read back, by us and by Foundation")
  func roundTrip() throws {
    let seed = UInt64.random(in: 0...UInt64.max)
    var random = SplitMix64(seed: seed)
    for _ in 0..<500 {
      let value = Self.value(&random, depth: 0)
      var writer = JSONWriter()
      writer.value(nil, value)
      writer.finish()
      #expect(try Self.read(writer.text) == value, "seed \(seed)")
      let theirs = try JSONSerialization.jsonObject(
        with: Data(writer.text.utf8), options: .fragmentsAllowed)
      #expect(Self.agrees(value, theirs), "seed \(seed): \(writer.text)")
    }
  }

  @Test(
    "Of 20 000 damaged documents we take those that Python takes, and read what Foundation reads")
  func mutations() throws {
    let seed = UInt64.random(in: 0...UInt64.max)
    var random = SplitMix64(seed: seed)
    let documents = (0..<20_000).map { _ in Self.damaged(&random) }
    let verdicts = Array(try Self.pythonVerdicts(documents).utf8)
    try #require(verdicts.count == documents.count)
    var accepted = 0
    for (index, bytes) in documents.enumerated() {
      let text = "seed \(seed): \(String(decoding: bytes, as: UTF8.self))"
      let ours = try? JSONReader.read(bytes)
      #expect((ours != nil) == (verdicts[index] == 0x31), "\(text)")
      guard let ours, !Self.isOutOfRange(ours), !Self.hasRepeatedKey(ours) else { continue }
      accepted += 1
      let theirs = try? JSONSerialization.jsonObject(
        with: Data(bytes), options: .fragmentsAllowed)
      #expect(theirs.map { Self.agrees(ours, $0) } == true, "\(text)")
    }
    #expect(accepted > 1000, "too few documents survive to compare anything, seed \(seed)")
  }

  private static let samples = [
    #"{"a":[1,-2.5e3,"\u00e4\ud834\udd1e\n",true,false,null,{}],"b":{"c":[[]]}}"#,
    #"[0, 10, "ä€", "\"\\\/", 18446744073709551615 ]"#, #"{"first": "0x40000000"}"#,
    #""\ud834\udd1e""#, "-12.5E+07", " [ true , null ] \n",
  ].map { Array($0.utf8) }

  /// Gives a short document with one to three bytes changed, put in or left out.
  private static func damaged(_ random: inout SplitMix64) -> [UInt8] {
    let alphabet =
      Array("\"\\{}[]:,0123456789.-+eEutrfalsn \n\u{0}\u{1b}".utf8) + [0x80, 0xff, 0xed]
    var bytes = random.pick(samples)
    for _ in 0...random.below(3) {
      let place = random.below(bytes.count)
      switch random.below(4) {
      case 0: bytes[place] = random.pick(alphabet)
      case 1: bytes[place] ^= 1 << UInt8(random.below(8))
      case 2: bytes.insert(random.pick(alphabet), at: place)
      default: if bytes.count > 1 { bytes.remove(at: place) }
      }
    }
    return bytes
  }

  /// Asks Python about each document: 1 when it is JSON, 0 when it is not.
  ///
  /// Python would also take NaN, Infinity and halves of surrogate pairs; the program refuses them, the
  /// halves also in a value whose key comes again.
  /// Foundation is no judge of this: it takes `[1,]`.
  private static func pythonVerdicts(_ documents: [[UInt8]]) throws -> String {
    let file = FileManager.default.temporaryDirectory
      .appendingPathComponent("json-\(UInt64.random(in: 0...UInt64.max)).hex")
    defer { try? FileManager.default.removeItem(at: file) }
    let lines = documents.map { bytes in
      bytes.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
    }
    try Data(lines.joined(separator: "\n").utf8).write(to: file)
    let program = """
      import json, sys
      def refuse(word): raise ValueError(word)
      def verdict(line):
          try:
              text = bytes.fromhex(line).decode("utf-8")
              value = json.loads(text, parse_constant=refuse, object_pairs_hook=list)
              json.dumps(value, ensure_ascii=False).encode("utf-8")
              return "1"
          except ValueError:
              return "0"
      lines = open(sys.argv[1]).read().split("\\n")
      sys.stdout.write("".join(verdict(line) for line in lines))
      """
    return try Golden.python(program, [file.path])
  }

  // MARK: Comparing

  private static func value(_ random: inout SplitMix64, depth: Int) -> JSONValue {
    switch random.below(depth > 4 ? 4 : 6) {
    case 0: return random.pick([.null, .bool(true), .bool(false)])
    case 1: return .number(String(random.next() >> UInt64(random.below(64))))
    case 2: return .number(random.pick(["0", "-1", "0.5", "-2.25e3", "125E-3"]))
    case 3: return .string(random.text())
    case 4:
      return .array((0..<random.below(5)).map { _ in value(&random, depth: depth + 1) })
    default:
      return .object(
        (0..<random.below(5)).map {
          JSONMember("\($0)" + random.text(), value(&random, depth: depth + 1))
        })
    }
  }

  private static func agrees(_ ours: JSONValue, _ theirs: Any) -> Bool {
    switch ours {
    case .null: return theirs is NSNull
    case .bool(let bool): return (theirs as? Bool) == bool
    case .number(let digits):
      guard let number = theirs as? NSNumber else { return false }
      if let whole = UInt64(digits) { return number.uint64Value == whole }
      // Foundation reads long fractions by way of Decimal, whose last digits are rounded.
      guard let double = Double(digits) else { return false }
      return abs(double - number.doubleValue) <= abs(double) * 1e-12
    case .string(let text):
      return (theirs as? String).map { Array($0.utf8) == Array(text.utf8) } ?? false
    case .array(let elements):
      guard let list = theirs as? [Any], list.count == elements.count else { return false }
      return zip(elements, list).allSatisfy { agrees($0, $1) }
    case .object(let members):
      guard let object = theirs as? [String: Any], object.count == members.count else {
        return false
      }
      return members.allSatisfy { member in
        object[member.key].map { agrees(member.value, $0) } ?? false
      }
    }
  }

  /// Foundation keeps one of two equal keys.
  private static func hasRepeatedKey(_ value: JSONValue) -> Bool {
    switch value {
    case .array(let elements): return elements.contains { hasRepeatedKey($0) }
    case .object(let members):
      return Set(members.map { $0.key }).count < members.count
        || members.contains { hasRepeatedKey($0.value) }
    default: return false
    }
  }

  /// Foundation refuses numbers that no Double can hold; the grammar allows them.
  private static func isOutOfRange(_ value: JSONValue) -> Bool {
    switch value {
    case .number(let digits):
      let isZero = !digits.prefix { $0 != "e" && $0 != "E" }.contains { ("1"..."9").contains($0) }
      guard let double = Double(digits) else { return true }
      return !double.isFinite || (double == 0 && !isZero) || !double.isNormal && !isZero
    case .array(let elements): return elements.contains { isOutOfRange($0) }
    case .object(let members): return members.contains { isOutOfRange($0.value) }
    default: return false
    }
  }
}
