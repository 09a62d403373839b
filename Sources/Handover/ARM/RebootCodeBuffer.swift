// SPDX-License-Identifier: Apache-2.0
public import PhysicalMemory

/// The page that takes the relocation code for the jump, while it is being made ready.
///
/// What is in a data cache when the caches go off is lost to code that reads memory. So all that is
/// stored here is stored before the flush, and the type has it no other way: ``flushed(by:)`` consumes
/// the buffer, nothing can be stored any more, and only what it returns says where to jump. The order
/// before that depends on the strategy: parameters behind the code may come before or after the
/// code, those in the text must be there when the code is copied.
///
/// The buffer itself touches no memory: whoever makes it says how words are loaded and stored.
public struct RebootCodeBuffer: ~Copyable, Sendable {
  /// How the parameters come to the code.
  public let strategy: RebootCodeStrategy
  /// Where the code stands when it runs.
  public let address: PhysicalAddress
  /// What stands where.
  public let layout: RebootCodeLayout
  private var parameters: HandoverParameters?
  private var hasCode = false

  /// Checks that code and parameters can stand at an address.
  ///
  /// - Throws: ``RebootCodeError`` when they would be unaligned, run over the end of the page, or lie
  ///   beyond 4 GiB.
  public init(
    _ strategy: RebootCodeStrategy, at address: PhysicalAddress
  ) throws(RebootCodeError) {
    let layout = try RebootCodeLayout(strategy, codeBytes: strategy.codeBytes)
    guard let low = UInt32(exactly: address.rawValue) else { throw .beyondAddresses(address) }
    guard low % RebootCodeLayout.alignment == 0 else { throw .unaligned(address) }
    let room = RebootCodeLayout.pageBytes - low % RebootCodeLayout.pageBytes
    guard layout.byteCount <= room else { throw .doesNotFit(bytes: layout.byteCount, room: room) }
    self.strategy = strategy
    self.address = address
    self.layout = layout
    self.parameters = nil
  }

  /// Takes the parameters, and stores them where the code will look for them.
  ///
  /// - Parameters:
  ///   - parameters: The four words.
  ///   - store: Stores a word at an offset; for `.behindCode` from the beginning of the buffer, for
  ///     `.inText` from the beginning of the code in the text. Not called for `.arguments`.
  /// - Throws: ``RebootCodeError/parametersTwice`` and ``RebootCodeError/parametersAfterCopy``.
  public mutating func setParameters(
    _ parameters: HandoverParameters, store: (_ offset: UInt32, _ word: UInt32) -> Void
  ) throws(RebootCodeError) {
    guard self.parameters == nil else { throw .parametersTwice }
    guard strategy != .inText || !hasCode else { throw .parametersAfterCopy }
    if let first = layout.parametersOffset {
      let words = parameters.words
      var offset = first
      for index in words.indices {
        store(offset, words[index])
        offset += 4
      }
    }
    self.parameters = parameters
  }

  /// Copies the code into the buffer, word by word.
  ///
  /// - Parameters:
  ///   - load: Loads a word of the code at an offset from its beginning in the text; nil takes the
  ///     words that Handover has, which for `.inText` would be without parameters.
  ///   - store: Stores a word at an offset from the beginning of the buffer.
  /// - Throws: ``RebootCodeError/codeDiffers(offset:)``; for `.inText` also
  ///   ``RebootCodeError/parametersMissing`` and ``RebootCodeError/codeMissing``.
  public mutating func copyCode(
    load: ((_ offset: UInt32) -> UInt32)?, store: (_ offset: UInt32, _ word: UInt32) -> Void
  ) throws(RebootCodeError) {
    guard strategy != .inText || parameters != nil else { throw .parametersMissing }
    guard strategy != .inText || load != nil else { throw .codeMissing }
    var offset: UInt32 = 0
    while let assembled = strategy.codeWord(at: offset) {
      let word = load?(offset) ?? assembled
      guard word == assembled || layout.isParameter(at: offset) else {
        throw .codeDiffers(offset: offset)
      }
      store(offset, word)
      offset += 4
    }
    hasCode = true
  }

  /// Flushes the caches; from then on the buffer is only good for the jump.
  ///
  /// - Parameter flush: Writes what the data caches hold of these bytes to memory, and has the
  ///   instruction cache forget them.
  /// - Returns: What to jump to.
  /// - Throws: ``RebootCodeError/parametersMissing`` and ``RebootCodeError/codeMissing``.
  public consuming func flushed(
    by flush: (_ address: PhysicalAddress, _ byteCount: UInt32) -> Void
  ) throws(RebootCodeError) -> RebootCode {
    guard hasCode else { throw .codeMissing }
    guard let parameters else { throw .parametersMissing }
    flush(address, layout.byteCount)
    return RebootCode(
      address: address, registers: strategy == .arguments ? parameters : nil)
  }
}

/// Relocation code that can be jumped to as soon as MMU and caches are off.
public struct RebootCode: Hashable, Sendable {
  /// The physical address of its first instruction.
  public let address: PhysicalAddress
  /// What r4 to r7 must hold there; nil when the parameters are in memory.
  public let registers: HandoverParameters?

  init(address: PhysicalAddress, registers: HandoverParameters?) {
    self.address = address
    self.registers = registers
  }
}
