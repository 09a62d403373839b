// SPDX-License-Identifier: Apache-2.0
import PhysicalMemory

/// The likely kind of a file that is no kernel, with advice.
public struct UnknownContent: Sendable, Hashable {
  /// The kind, with its article: `a text file`.
  public let name: String
  /// What to try next.
  public let hint: String

  init(_ name: String, hint: String = "name the kernel: a zImage, uImage, FIT, Image or vmlinux") {
    self.name = name
    self.hint = hint
  }

  static let zeros = Self("zeros", hint: "the file was never filled; fetch or copy it again")
  static let nothingKnown = Self(
    "data of no known format",
    hint: "a plain ARM Image has no mark: if this is one, say --type Image")

  static let xen = Self(
    "Xen, a hypervisor in the form of a zImage",
    hint: "name the kernel that Xen would start; a hypervisor is not planned for")

  /// Whether a file in the form of a zImage is Xen. Its header counts memory behind the file.
  ///
  /// Source: xen/arch/arm/arm32/head.S and xen/common/kernel.c (4.17).
  static func isXen(_ bytes: Span<UInt8>) -> Bool {
    bytes.lastOffset(of: Array("Xen version %d.%d".utf8), in: 0..<bytes.count) != nil
  }

  /// Guesses the kind of bytes.
  init(of bytes: Span<UInt8>) {
    let reader = ByteReader(bytes)
    if let found = Self.marks.first(where: { reader.matches($0.bytes, at: $0.offset) }) {
      self = found.content
      return
    }
    var text = true
    var zeros = true
    var ones = !bytes.isEmpty
    for index in 0..<min(bytes.count, 512) {
      let byte = bytes[index]
      if byte != 0 { zeros = false }
      if byte != 0xff { ones = false }
      if byte < 0x20 && !(0x09...0x0d).contains(byte) || byte == 0x7f { text = false }
    }
    if zeros {
      self = .zeros
    } else if ones {
      self.init("erased flash (0xff)", hint: "was it written, and read from the right place?")
    } else if !text {
      self = reader.littleEndian16(at: 510) == 0xaa55 ? .disk : .nothingKnown
    } else if holds("<html", bytes) || holds("<!doctype", bytes) {
      self.init(
        "an HTML page", hint: "the download went wrong: open the page, and fetch the file it names")
    } else if holds("/dts-v1/", bytes) {
      self.init("a device tree's source", hint: "compile it: dtc -I dts -O dtb -o board.dtb FILE")
    } else if holds("system ram", bytes) {
      self.init("a copy of /proc/iomem", hint: "give it with --machine, and name the kernel")
    } else if holds("schemaversion", bytes) {
      self.init("a saved plan", hint: "boot it with kx try, or load it with kexec --load-plan")
    } else {
      self.init("a text file")
    }
  }

  /// The kind of an ELF file that is no kernel; nil when it may be one.
  ///
  /// Source: System V ABI, "Object Files": e_type, and the program header PT_INTERP of programs that
  /// a dynamic linker starts.
  init?(elf bytes: Span<UInt8>, is64Bit: Bool, isBigEndian: Bool) {
    let fields = OrderedReader(ByteReader(bytes), isBigEndian: isBigEndian)
    if fields.half(at: 16) == 1 {
      self.init(
        "a kernel module or another object file",
        hint: "modules belong to a kernel that runs; name the kernel itself, vmlinuz-…")
      return
    }
    let table = UInt64(fields.word(at: is64Bit ? 32 : 28) ?? 0)
    let size = UInt64(fields.half(at: is64Bit ? 54 : 42) ?? 0)
    for index in 0..<min(UInt64(fields.half(at: is64Bit ? 56 : 44) ?? 0), 64) {
      guard let at = Int(exactly: table + index * size) else { break }
      if fields.word(at: at) == 3 {
        self.init("a program for a running Linux")
        return
      }
    }
    return nil
  }
}

/// Whether the first bytes hold a word, in letters of any case; `word` is in small letters.
private func holds(_ word: String, _ bytes: Span<UInt8>) -> Bool {
  let letters = Array(word.utf8)
  let end = min(bytes.count, 512) - letters.count
  var at = 0
  while at <= end {
    var same = 0
    while same < letters.count {
      let byte = bytes[at + same]
      guard letters[same] == ((0x41...0x5a).contains(byte) ? byte + 0x20 : byte) else { break }
      same += 1
    }
    if same == letters.count { return true }
    at += 1
  }
  return false
}
