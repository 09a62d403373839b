// SPDX-License-Identifier: Apache-2.0
import Handover
import PhysicalMemory
import Testing

/// The reboot code buffer, while it is being made ready. That nothing can be stored behind the flush
/// is the compiler's to say: the buffer is consumed by it.
struct RebootCodeBufferTests {
  private static let page = PhysicalAddress(0x4123_4000)

  private static func parameters(entry: UInt32 = 0x4020_8000) throws -> HandoverParameters {
    try HandoverParameters(
      startAddress: entry, indirectionPage: 0x4777_7000,
      registers: ARMRegisters(machine: 2272, parameters: 0x4030_0000))
  }

  private static let words: [UInt32] = [0x4020_8000, 0x4777_7000, 2272, 0x4030_0000]

  /// The code as assembled, as a program has it in its text.
  private static func text(_ strategy: RebootCodeStrategy) -> [UInt32] {
    stride(from: 0, to: strategy.codeBytes, by: 4).map { strategy.codeWord(at: $0) ?? 0 }
  }

  @Test("By arguments nothing is stored but the code, and the words come back for r4 to r7")
  func arguments() throws {
    var memory = [UInt32](repeating: 0x5555_5555, count: 1024)
    var buffer = try RebootCodeBuffer(.arguments, at: Self.page)
    try buffer.copyCode(load: nil) { memory[Int($0 / 4)] = $1 }
    let before = memory
    try buffer.setParameters(Self.parameters()) { memory[Int($0 / 4)] = $1 }
    var flushed: UInt32 = 0
    let code = try buffer.flushed { flushed = $0 == Self.page ? $1 : 0 }
    #expect(memory == before)
    #expect(Array(memory[..<26]) == Self.text(.arguments))
    #expect(memory[26] == 0x5555_5555)
    #expect(flushed == 104)
    #expect(code.address == Self.page)
    let registers = try #require(code.registers).words
    #expect(registers.indices.map { registers[$0] } == Self.words)
  }

  @Test("Behind the code the words stand where it looks for them", arguments: [false, true])
  func behindCode(parametersFirst: Bool) throws {
    var memory = [UInt32](repeating: 0x5555_5555, count: 1024)
    var buffer = try RebootCodeBuffer(.behindCode, at: Self.page)
    if parametersFirst { try buffer.setParameters(Self.parameters()) { memory[Int($0 / 4)] = $1 } }
    try buffer.copyCode(load: nil) { memory[Int($0 / 4)] = $1 }
    if !parametersFirst { try buffer.setParameters(Self.parameters()) { memory[Int($0 / 4)] = $1 } }
    var flushed: UInt32 = 0
    let code = try buffer.flushed { flushed = $1 }
    #expect(Array(memory[..<32]) == Self.text(.behindCode) + Self.words)
    #expect(memory[32] == 0x5555_5555)
    #expect(flushed == 128)
    #expect(code.registers == nil)
  }

  @Test("In the text the words are stored first, and copied with the code")
  func inText() throws {
    var text = Self.text(.inText)
    var memory = [UInt32](repeating: 0x5555_5555, count: 1024)
    var buffer = try RebootCodeBuffer(.inText, at: Self.page)
    try buffer.setParameters(Self.parameters()) { text[Int($0 / 4)] = $1 }
    try buffer.copyCode(load: { text[Int($0 / 4)] }, store: { memory[Int($0 / 4)] = $1 })
    let code = try buffer.flushed { _, _ in }
    #expect(Array(memory[..<32]) == Array(Self.text(.inText)[..<28]) + Self.words)
    #expect(memory[32] == 0x5555_5555)
    #expect(code.registers == nil)
  }

  /// Does the steps with a buffer; the error that ends them.
  private static func failure(
    _ strategy: RebootCodeStrategy, _ steps: String
  ) -> RebootCodeError? {
    do throws(RebootCodeError) {
      var buffer = try RebootCodeBuffer(strategy, at: page)
      for step in steps {
        switch step {
        case "p":
          try buffer.setParameters(
            HandoverParameters(
              startAddress: 0x8000, indirectionPage: 0, registers: ARMRegisters(parameters: 0))
          ) { _, _ in }
        case "t":
          try buffer.copyCode(load: { strategy.codeWord(at: $0) ?? 0 }, store: { _, _ in })
        case "w": try buffer.copyCode(load: { _ in 0 }, store: { _, _ in })
        default: try buffer.copyCode(load: nil) { _, _ in }
        }
      }
      _ = try buffer.flushed { _, _ in }
      return nil
    } catch {
      return error
    }
  }

  @Test(
    "A step that is left out, made twice or made too late is refused",
    arguments: [
      (.arguments, "pc", nil), (.arguments, "cp", nil), (.arguments, "c", .parametersMissing),
      (.arguments, "p", .codeMissing), (.arguments, "ppc", .parametersTwice),
      (.behindCode, "cp", nil), (.behindCode, "tp", nil), (.behindCode, "c", .parametersMissing),
      (.behindCode, "p", .codeMissing), (.behindCode, "w", .codeDiffers(offset: 0)),
      (.inText, "pt", nil), (.inText, "t", .parametersMissing), (.inText, "pc", .codeMissing),
      (.inText, "ptp", .parametersTwice), (.inText, "pw", .codeDiffers(offset: 0)),
      (.inText, "p", .codeMissing),
    ] as [(RebootCodeStrategy, String, RebootCodeError?)])
  func order(strategy: RebootCodeStrategy, steps: String, expected: RebootCodeError?) {
    #expect(Self.failure(strategy, steps) == expected)
  }

  @Test(
    "Code has a size that is a multiple of eight and fits a page with its parameters",
    arguments: [
      (.arguments, 4096, nil), (.arguments, 4104, .doesNotFit(bytes: 4104, room: 4096)),
      (.arguments, 100, .codeSize(100)), (.arguments, 0, .codeSize(0)),
      (.behindCode, 4080, nil), (.behindCode, 4088, .doesNotFit(bytes: 4104, room: 4096)),
      (.inText, 4096, nil), (.inText, 16, .codeSize(16)),
      (.behindCode, 0xffff_fff8, .doesNotFit(bytes: 0xffff_fff8, room: 4096)),
    ] as [(RebootCodeStrategy, UInt32, RebootCodeError?)])
  func sizes(strategy: RebootCodeStrategy, bytes: UInt32, expected: RebootCodeError?) {
    var found: RebootCodeError?
    do throws(RebootCodeError) { _ = try RebootCodeLayout(strategy, codeBytes: bytes) } catch {
      found = error
    }
    #expect(found == expected)
  }

  @Test(
    "A buffer begins at a multiple of eight below 4 GiB and ends in its page",
    arguments: [
      (0x8000_0000, nil), (0x8000_0f80, nil), (0xffff_f000, nil),
      (0x8000_0f88, .doesNotFit(bytes: 128, room: 120)),
      (0x8000_0004, .unaligned(PhysicalAddress(0x8000_0004))),
      (0x1_0000_0000, .beyondAddresses(PhysicalAddress(0x1_0000_0000))),
    ] as [(UInt64, RebootCodeError?)])
  func places(address: UInt64, expected: RebootCodeError?) {
    var found: RebootCodeError?
    do throws(RebootCodeError) {
      _ = try RebootCodeBuffer(.behindCode, at: PhysicalAddress(address))
    } catch { found = error }
    #expect(found == expected)
  }

  @Test("An entry in Thumb state and a list that begins within a page are refused")
  func parametersRefused() {
    #expect(throws: RebootCodeError.startAddress(0x8001)) {
      try HandoverParameters(
        startAddress: 0x8001, indirectionPage: 0, registers: ARMRegisters(parameters: 0))
    }
    #expect(throws: RebootCodeError.indirectionPage(0x8004)) {
      try HandoverParameters(
        startAddress: 0x8000, indirectionPage: 0x8004, registers: ARMRegisters(parameters: 0))
    }
  }

  @Test("Only the way of 2016 needs text that can be written")
  func writableText() {
    #expect(RebootCodeStrategy.allCases.filter(\.needsWritableText) == [.inText])
  }
}
