// SPDX-License-Identifier: Apache-2.0

/// A word of the command line, `key=value`, by which a kernel moves, limits or reserves memory.
/// This is the only list, for command lines of every source.
///
/// It has the words that 32-bit ARM reads, from v2.6.39 to v6.18 unless a word says otherwise.
/// `cma=`, `coherent_pool=` and `hugepages=` size pools inside memory that is there already, and
/// `reserve=` reserves ports: none of them decides where anything may lie.
package enum MemoryWord: Hashable, Sendable, CaseIterable {
  /// The place of the initrd, `ADDRESS,SIZE`; it overrides the tree and the ATAGs.
  ///
  /// Source: arch/arm/mm/init.c `early_initrd` up to v4.20, init/do_mounts_initrd.c since v5.0.
  case initrd
  /// The same by a name that boot loaders do not use.
  ///
  /// Source: init/do_mounts_initrd.c `early_initrdmem`, since v5.8.
  case initrdmem
  /// The place of the notes of a crashed kernel.
  ///
  /// Source: kernel/crash_dump.c `setup_elfcorehdr`.
  case elfcorehdr
  /// The memory that the kernel uses, in place of the memory that the tree or the ATAGs name.
  ///
  /// Source: arch/arm/kernel/setup.c `early_mem`.
  case mem
  /// The room for mappings, which lowmem loses.
  ///
  /// Source: arch/arm/mm/mmu.c `early_vmalloc`.
  case vmalloc
  /// Memory reserved for a kernel that takes over after a crash.
  ///
  /// Source: arch/arm/kernel/setup.c `reserve_crashkernel`.
  case crashkernel
  /// A map of the memory, which x86, MIPS and Xtensa read, and ARM does not.
  ///
  /// Source: `early_param("memmap"` in arch/x86/kernel/e820.c, arch/mips/kernel/setup.c and
  /// arch/xtensa/mm/init.c (v6.1), and nowhere below arch/arm.
  case memmap
  /// The size of highmem, which 32-bit x86 reads, and ARM does not.
  ///
  /// Source: `early_param("highmem"` in arch/x86/mm/init_32.c (v6.1), and nowhere below arch/arm.
  case highmem

  /// The key, without the `=`.
  package var key: StaticString {
    switch self {
    case .initrd: "initrd"
    case .initrdmem: "initrdmem"
    case .elfcorehdr: "elfcorehdr"
    case .mem: "mem"
    case .vmalloc: "vmalloc"
    case .crashkernel: "crashkernel"
    case .memmap: "memmap"
    case .highmem: "highmem"
    }
  }

  /// Whether the word holds an address of one boot, which is wrong in any other boot.
  package var isOfOneBoot: Bool {
    switch self {
    case .initrd, .initrdmem, .elfcorehdr: true
    case .mem, .vmalloc, .crashkernel, .memmap, .highmem: false
    }
  }

  /// Whether 32-bit ARM reads the word.
  package var isReadByARM: Bool { self != .memmap && self != .highmem }

  /// Finds the word of a key; nil when the list has none.
  package init?(key: String) {
    let bytes = Array(key.utf8) + [0x3d]
    guard let word = Self.beginning(bytes, at: 0), bytes.count == word.key.utf8CodeUnitCount + 1
    else { return nil }
    self = word
  }

  /// Finds the word whose key and `=` stand at an offset.
  static func beginning(_ text: [UInt8], at start: Int) -> Self? {
    // The first letter identifies most words.
    let candidates: (Self, Self?)
    switch text[start] {
    case UInt8(ascii: "i"): candidates = (.initrd, .initrdmem)
    case UInt8(ascii: "m"): candidates = (.mem, .memmap)
    case UInt8(ascii: "e"): candidates = (.elfcorehdr, nil)
    case UInt8(ascii: "v"): candidates = (.vmalloc, nil)
    case UInt8(ascii: "c"): candidates = (.crashkernel, nil)
    case UInt8(ascii: "h"): candidates = (.highmem, nil)
    default: return nil
    }
    if candidates.0.stands(in: text, at: start) { return candidates.0 }
    if let other = candidates.1, other.stands(in: text, at: start) { return other }
    return nil
  }

  private func stands(in text: [UInt8], at start: Int) -> Bool {
    let count = key.utf8CodeUnitCount
    guard text.count - start > count, text[start + count] == UInt8(ascii: "=") else { return false }
    let letters = unsafe key.utf8Start
    for index in 0..<count where unsafe letters[index] != text[start + index] { return false }
    return true
  }
}
