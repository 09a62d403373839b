// SPDX-License-Identifier: Apache-2.0
import PhysicalMemory

/// The headers of an EFI program.
///
/// Source: PE Format (Microsoft), "COFF File Header" and "Section Table".
struct PortableExecutable {
  let machine: UInt16
  let sections: [Section]

  struct Section {
    let name: String
    let offset: UInt64
    let byteCount: UInt64
  }

  /// Reads the headers; nil when the bytes are no EFI program.
  init?(_ bytes: Span<UInt8>) {
    let reader = ByteReader(bytes)
    guard reader.matches([0x4d, 0x5a], at: 0), let place = reader.littleEndian32(at: 0x3c),
      let header = SafeRange(UInt64(place), 24, within: bytes.count)?.offset,
      reader.matches([0x50, 0x45, 0, 0], at: header),
      let machine = reader.littleEndian16(at: header + 4),
      let count = reader.littleEndian16(at: header + 6),
      let optional = reader.littleEndian16(at: header + 20)
    else { return nil }
    self.machine = machine
    var sections: [Section] = []
    var at = header + 24 + Int(optional)
    for _ in 0..<min(Int(count), 96) {
      guard let name = reader.text(at: at, length: 8),
        let virtual = reader.littleEndian32(at: at + 8),
        let raw = reader.littleEndian32(at: at + 16),
        let pointer = reader.littleEndian32(at: at + 20)
      else { break }
      sections.append(
        Section(name: name, offset: UInt64(pointer), byteCount: UInt64(min(virtual, raw))))
      at += 40
    }
    self.sections = sections
  }

  /// Finds a section by its name of at most eight letters.
  func section(named name: String) -> Section? {
    for section in sections where section.name == name { return section }
    return nil
  }

  /// The name of the machine.
  var architecture: String {
    switch machine {
    case 0x014c: "i386"
    case 0x8664: "x86_64"
    case 0xaa64: "arm64"
    case 0x01c0, 0x01c2, 0x01c4: "arm"
    case 0x5032, 0x5064: "RISC-V"
    case 0x6232, 0x6264: "LoongArch"
    default: "machine " + hexadecimal(UInt64(machine))
    }
  }
}
