// SPDX-License-Identifier: Apache-2.0
import PhysicalMemory

/// Fills a file whose size is known before it is written.
struct FlattenedWriter {
  /// The file, zeros where nothing has been written.
  private(set) var bytes: [UInt8]
  /// The offset of the next byte.
  private(set) var offset = 0

  /// Starts with zeros, and reserves room for more bytes behind them.
  init(byteCount: Int, reserving more: Int) {
    bytes = unsafe [UInt8](unsafeUninitializedCapacity: byteCount + more) { buffer, count in
      unsafe buffer[..<byteCount].initialize(repeating: 0)
      count = byteCount
    }
  }

  /// Starts with a copy of a file.
  init(copying bytes: [UInt8]) {
    // Changing a shared array would copy it byte by byte in small code.
    self.bytes = ByteReader(bytes.span).copy(0, bytes.count) ?? []
    offset = bytes.count
  }

  /// Appends bytes to the file.
  mutating func append(_ more: [UInt8]) { bytes.append(contentsOf: more) }

  /// Writes a 32-bit number, most significant byte first; nothing where the file has no room.
  mutating func write(_ number: UInt32) {
    write(number, at: offset)
    offset = min(offset + 4, bytes.count)
  }

  /// Writes a 32-bit number at an offset; nothing where the file has no room.
  mutating func write(_ number: UInt32, at place: Int) {
    guard place >= 0, bytes.count - place >= 4 else { return }
    unsafe bytes.withUnsafeMutableBytes { file in
      unsafe file.storeBytes(of: number.bigEndian, toByteOffset: place, as: UInt32.self)
    }
  }

  /// Writes a 64-bit number, most significant byte first.
  mutating func write(_ number: UInt64) {
    write(UInt32(truncatingIfNeeded: number >> 32))
    write(UInt32(truncatingIfNeeded: number))
  }

  /// Writes the beginning of a node: its token, the name and zeros up to the next multiple of 4;
  /// nothing where the file has no room.
  mutating func write(nodeNamed name: [UInt8]) {
    let place = offset
    let count = Self.padded(4 + name.count + 1)
    guard bytes.count - place >= count else { return }
    unsafe bytes.withUnsafeMutableBytes { file in
      unsafe file.storeBytes(
        of: StructureToken.beginNode.bigEndian, toByteOffset: place, as: UInt32.self)
      unsafe name.withUnsafeBytes { name in
        guard let from = name.baseAddress, let to = file.baseAddress else { return }
        unsafe (to + place + 4).copyMemory(from: from, byteCount: name.count)
      }
    }
    offset = place + count
  }

  /// Writes bytes; nothing where the file has no room.
  mutating func write(_ more: [UInt8]) {
    guard bytes.count - offset >= more.count else { return }
    let place = offset
    unsafe bytes.withUnsafeMutableBytes { file in
      unsafe more.withUnsafeBytes { more in
        guard let from = more.baseAddress, let to = file.baseAddress else { return }
        unsafe (to + place).copyMemory(from: from, byteCount: more.count)
      }
    }
    offset += more.count
  }

  /// Writes a property and leaves zeros up to the next multiple of 4; nothing where the file has no
  /// room. It does so in one step, since most of a tree is properties.
  mutating func write(_ value: [UInt8], ofPropertyNamedAt name: UInt32) {
    let place = offset
    guard bytes.count - place >= 12, bytes.count - place - 12 >= value.count else { return }
    unsafe bytes.withUnsafeMutableBytes { file in
      unsafe file.storeBytes(
        of: StructureToken.property.bigEndian, toByteOffset: place, as: UInt32.self)
      unsafe file.storeBytes(
        of: UInt32(truncatingIfNeeded: value.count).bigEndian, toByteOffset: place + 4,
        as: UInt32.self)
      unsafe file.storeBytes(of: name.bigEndian, toByteOffset: place + 8, as: UInt32.self)
      unsafe value.withUnsafeBytes { value in
        guard let from = value.baseAddress, let to = file.baseAddress else { return }
        unsafe (to + place + 12).copyMemory(from: from, byteCount: value.count)
      }
    }
    offset = min(Self.padded(place + 12 + value.count), bytes.count)
  }

  /// Copies properties from another file, with new offsets of their names, and with zeros behind
  /// the values.
  mutating func write(
    _ properties: FlattenedProperties, _ newOffset: (_ old: UInt32) -> UInt32
  ) {
    let range = properties.range
    let structure = properties.blocks.structure
    var place = offset
    guard range.upperBound <= structure.count, bytes.count - place >= range.count else { return }
    offset += range.count
    let end = offset
    unsafe bytes.withUnsafeMutableBytes { file in
      unsafe structure.withUnsafeBytes { structure in
        guard let from = structure.baseAddress, let to = file.baseAddress else { return }
        unsafe (to + place).copyMemory(from: from + range.lowerBound, byteCount: range.count)
      }
      while end &- place >= FlattenedProperties.headCount {
        // Tokens stand at multiples of 4, and so does the file.
        let length = unsafe UInt32(
          bigEndian: file.load(fromByteOffset: place &+ 4, as: UInt32.self))
        let name = unsafe UInt32(
          bigEndian: file.load(fromByteOffset: place &+ 8, as: UInt32.self))
        unsafe file.storeBytes(
          of: newOffset(name).bigEndian, toByteOffset: place &+ 8, as: UInt32.self)
        // The bytes were checked when they were read: the value lies inside.
        var rest = place &+ FlattenedProperties.headCount &+ Int(truncatingIfNeeded: length)
        place = Self.padded(rest)
        while rest < place, rest < end {
          unsafe file[rest] = 0
          rest &+= 1
        }
      }
    }
  }

  /// Leaves zeros.
  mutating func skip(_ count: Int) {
    offset = min(offset + count, bytes.count)
  }

  /// Goes back to the first byte.
  mutating func rewind() { offset = 0 }

  /// Rounds up to a multiple of 4.
  static func padded(_ count: Int) -> Int { (count + 3) & ~3 }
}
