// SPDX-License-Identifier: Apache-2.0
public import PhysicalMemory

/// Simulated memory; its pages may be read, written or executed according to their permissions.
public struct SimulatedMemory: Sendable {
  /// The permissions of a page.
  public struct Permissions: OptionSet, Hashable, Sendable {
    /// One bit for each permission.
    public let rawValue: UInt8
    /// Takes the bits.
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// It may be read.
    public static let read = Self(rawValue: 1)
    /// It may be written.
    public static let write = Self(rawValue: 2)
    /// It may be executed.
    public static let execute = Self(rawValue: 4)
  }

  private struct Block: Sendable {
    let range: PhysicalRange
    var contents: [[UInt8]]
    var permissions: [Permissions]
  }

  /// The size of a page.
  public let page: Alignment
  private var blocks: [Block] = []

  /// Begins without memory.
  public init(page: Alignment) { self.page = page }

  /// Adds pages of zeros.
  ///
  /// - Parameters:
  ///   - range: Whole pages.
  ///   - permissions: The permissions of each page.
  /// - Returns: false, without a change, when the range is no whole pages or touches others.
  public mutating func map(_ range: PhysicalRange, _ permissions: Permissions) -> Bool {
    guard range.rounded(inwardTo: page) == range,
      !blocks.contains(where: { $0.range.overlaps(range) }),
      let size = Int(exactly: page.byteCount.rawValue),
      let count = Int(exactly: (range.last.rawValue - range.first.rawValue) >> pageShift + 1)
    else { return false }
    blocks.append(
      Block(
        range: range, contents: Array(repeating: Array(repeating: 0, count: size), count: count),
        permissions: Array(repeating: permissions, count: count)))
    return true
  }

  /// Changes the permissions of pages.
  ///
  /// - Parameters:
  ///   - range: Every page it touches is changed, where there is memory.
  ///   - permissions: The new permissions of each page.
  public mutating func protect(_ range: PhysicalRange, _ permissions: Permissions) {
    for block in blocks.indices {
      guard let part = blocks[block].range.intersection(range) else { continue }
      let start = index(of: part.first, in: blocks[block])
      for page in start...index(of: part.last, in: blocks[block]) {
        blocks[block].permissions[page] = permissions
      }
    }
  }

  /// Gives the content of a page, whatever its permissions.
  ///
  /// - Parameter address: Any byte of the page.
  /// - Returns: The bytes of the page; nil where there is no memory.
  public func contents(ofPage address: PhysicalAddress) -> [UInt8]? {
    guard let block = block(at: address) else { return nil }
    return blocks[block].contents[index(of: address, in: blocks[block])]
  }

  /// Replaces the content of a page, whatever its permissions.
  ///
  /// - Parameters:
  ///   - contents: The bytes of the page.
  ///   - address: Any byte of the page.
  /// - Returns: false, without a change, where there is no memory or the number of bytes is wrong.
  public mutating func setContents(_ contents: [UInt8], ofPage address: PhysicalAddress) -> Bool {
    guard let block = block(at: address), UInt64(contents.count) == page.byteCount.rawValue
    else { return false }
    blocks[block].contents[index(of: address, in: blocks[block])] = contents
    return true
  }

  /// Reads a little-endian word.
  ///
  /// - Parameter address: A multiple of four.
  /// - Returns: The word.
  /// - Throws: ``MemoryFault``
  public func word(at address: PhysicalAddress) throws(MemoryFault) -> UInt32 {
    let (block, page, offset) = try locate(address, .read)
    let bytes = blocks[block].contents[page]
    return UInt32(bytes[offset]) | UInt32(bytes[offset + 1]) << 8
      | UInt32(bytes[offset + 2]) << 16 | UInt32(bytes[offset + 3]) << 24
  }

  /// Writes a little-endian word.
  ///
  /// - Parameters:
  ///   - word: The word.
  ///   - address: A multiple of four.
  /// - Throws: ``MemoryFault``; then nothing is written.
  public mutating func setWord(
    _ word: UInt32, at address: PhysicalAddress
  ) throws(MemoryFault) {
    let (block, page, offset) = try locate(address, .write)
    for byte in 0..<4 {
      blocks[block].contents[page][offset + byte] = UInt8(
        truncatingIfNeeded: word >> UInt32(byte * 8))
    }
  }

  /// Copies a whole page onto another.
  ///
  /// - Parameters:
  ///   - source: The first byte of the page that is read.
  ///   - destination: The first byte of the page that is written.
  /// - Throws: ``MemoryFault``; then nothing is written.
  public mutating func copyPage(
    from source: PhysicalAddress, to destination: PhysicalAddress
  ) throws(MemoryFault) {
    let from = try locate(source, .read)
    let to = try locate(destination, .write)
    blocks[to.block].contents[to.page] = blocks[from.block].contents[from.page]
  }

  private var pageShift: UInt64 { UInt64(page.byteCount.rawValue.trailingZeroBitCount) }

  private func block(at address: PhysicalAddress) -> Int? {
    for index in blocks.indices where blocks[index].range.contains(address) { return index }
    return nil
  }

  private func index(of address: PhysicalAddress, in block: Block) -> Int {
    // It is not larger than the count, which is an Int.
    Int(truncatingIfNeeded: (address.rawValue - block.range.first.rawValue) >> pageShift)
  }

  private func locate(
    _ address: PhysicalAddress, _ access: MemoryFault.Access
  ) throws(MemoryFault) -> (block: Int, page: Int, offset: Int) {
    guard address.rawValue & 3 == 0 else { throw MemoryFault(access, address, .alignment) }
    guard let block = block(at: address) else {
      throw MemoryFault(access, address, .translation)
    }
    let page = index(of: address, in: blocks[block])
    let needed: Permissions = access == .read ? .read : .write
    guard blocks[block].permissions[page].rawValue & needed.rawValue != 0 else {
      throw MemoryFault(access, address, .permission)
    }
    return (block, page, Int(truncatingIfNeeded: address.rawValue & self.page.mask))
  }
}
