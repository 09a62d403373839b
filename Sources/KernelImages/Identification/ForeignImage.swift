// SPDX-License-Identifier: Apache-2.0
import PhysicalMemory

/// Marks of kernels for other architectures.
///
/// Source: arch/arm64/include/asm/image.h, arch/riscv/include/asm/image.h and
/// Documentation/x86/boot.rst (v6.1).
enum ForeignImage {
  /// At offset 56 of an arm64 Image.
  static let arm64Magic: [UInt8] = [0x41, 0x52, 0x4d, 0x64]
  /// At offset 56 of a RISC-V Image.
  static let riscvMagic: [UInt8] = [0x52, 0x53, 0x43, 0x05]
  /// At offset 0x202 of a bzImage.
  static let bzImageMagic: [UInt8] = [0x48, 0x64, 0x72, 0x53]
}

extension Identification {
  /// Notes a kernel of another architecture with the fields of its header.
  mutating func noteForeign(_ layer: Layer) throws(KernelImageError) {
    let kind = ImageKind.detect(layer.bytes) ?? .portableExecutable
    let reader = layer.reader
    var facts: [ImageFact] = []
    switch kind {
    case .arm64Image:
      noteArchitecture("arm64")
      facts = Self.imageFacts(reader)
      let flags = reader.littleEndian64(at: 24) ?? 0
      let pages = ["unspecified", "4 KiB", "16 KiB", "64 KiB"]
      facts.append(ImageFact("page size", pages[Int(flags >> 1 & 3)]))
      facts.append(ImageFact("byte order", flags & 1 == 0 ? "little-endian" : "big-endian"))
    case .riscvImage:
      noteArchitecture("RISC-V")
      facts = Self.imageFacts(reader)
    case .bzImage:
      noteArchitecture("x86")
      let version = reader.littleEndian16(at: 0x206) ?? 0
      facts.append(ImageFact("boot protocol", "\(version >> 8).\(version & 0xff)"))
      if let pointer = reader.littleEndian16(at: 0x20e), pointer > 0,
        let text = reader.text(
          at: 0x200 + Int(pointer), length: min(128, max(0, reader.count - 0x200 - Int(pointer))))
      {
        facts.append(ImageFact("version", text))
      }
    case .foreignELF:
      let elf = try ELFFile(layer.bytes)
      if let content = UnknownContent(
        elf: layer.bytes, is64Bit: elf.is64Bit, isBigEndian: elf.isBigEndian)
      {
        throw .notAKernel(looksLike: content)
      }
      let isThin = elf.machine == ELFFile.arm
      noteArchitecture(isThin ? "arm, but in a 64-bit file" : elf.architecture)
      facts.append(ImageFact("machine", elf.architecture))
    default:
      if let program = PortableExecutable(layer.bytes) {
        noteArchitecture(program.architecture)
        facts.append(ImageFact("machine", program.architecture))
        for section in program.sections {
          facts.append(
            ImageFact("section " + section.name, ByteCount(section.byteCount).description))
        }
      }
    }
    image.layers.append(
      ImageLayer(kind: kind, offset: layer.offset, byteCount: layer.byteCount, facts: facts))
  }

  private static func imageFacts(_ reader: borrowing ByteReader) -> [ImageFact] {
    [
      ImageFact("text offset", hexadecimal(reader.littleEndian64(at: 8) ?? 0)),
      ImageFact(
        "memory size, BSS included", ByteCount(reader.littleEndian64(at: 16) ?? 0).description),
    ]
  }
}
