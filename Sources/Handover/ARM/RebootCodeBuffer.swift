// SPDX-License-Identifier: Apache-2.0
public import PhysicalMemory

/// The page for the relocation code of the jump, while it is prepared.
///
/// When the caches are switched off, data in a data cache are lost to code that reads memory. So
/// every store must come before the flush, and the type enforces this: ``flushed(by:)`` consumes
/// the buffer, no store is possible afterwards, and only its result holds the address of the jump.
/// The order before that depends on the strategy. Parameters behind the code may be stored before
/// or after the code; parameters in the text must be there when the code is copied.
///
/// The buffer itself touches no memory: its caller passes functions that load and store words.
public struct RebootCodeBuffer: ~Copyable, Sendable {
  /// How the code gets its parameters.
  public let strategy: RebootCodeStrategy
  /// The address of the code when it runs.
  public let address: PhysicalAddress
  /// The offsets of code and parameters.
  public let layout: RebootCodeLayout
  private var parameters: HandoverParameters?
  private var hasCode = false

  /// Checks that code and parameters fit at an address.
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

  /// Takes the parameters, and stores them where the code reads them.
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
  ///     words of this module, which for `.inText` would lack the parameters.
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

  /// Flushes the caches; afterwards the buffer can only be used for the jump.
  ///
  /// - Parameter flush: Writes these bytes from the data caches to memory, and invalidates them in
  ///   the instruction cache.
  /// - Returns: The code to jump to.
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

/// Relocation code that can be entered as soon as MMU and caches are off.
public struct RebootCode: Hashable, Sendable {
  /// The physical address of its first instruction.
  public let address: PhysicalAddress
  /// The values of r4 to r7 there; nil when the parameters are in memory.
  public let registers: HandoverParameters?

  init(address: PhysicalAddress, registers: HandoverParameters?) {
    self.address = address
    self.registers = registers
  }
}
