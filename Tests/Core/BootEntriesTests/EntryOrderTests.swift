// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import BootEntries

@Suite("Entries in the order in which they are taken")
struct EntryOrderTests {
  @Test("Kernels of a folder stand newest first, each with the initrd of its version")
  func pairs() {
    let names = [
      "initrd.img-6.1.0-50-armmp", "initrd.img-6.1.0-9-armmp", "vmlinuz-6.1.0-9-armmp", "zImage",
      "vmlinuz-6.1.0-50-armmp", "initramfs-6.2.0.img", "vmlinuz-6.2.0", "vmlinuz-6.3.0",
      "vmlinuz-6.9.0.old", "vmlinuz-6.9.0.dpkg-new", "vmlinuz-7.0~", "vmlinuz-", "config-9",
      "zImage-6.2.0", "uInitrd", "vmlinuz.old",
    ]
    let found = KernelFileNames.entries(in: names, of: "/boot", limit: names.count).entries
    #expect(
      found.map(\.kernel) == [
        "/boot/vmlinuz-6.3.0", "/boot/vmlinuz-6.2.0", "/boot/zImage-6.2.0",
        "/boot/vmlinuz-6.1.0-50-armmp", "/boot/vmlinuz-6.1.0-9-armmp", "/boot/zImage",
      ])
    #expect(
      found.map(\.initrds) == [
        [], ["/boot/initramfs-6.2.0.img"], ["/boot/initramfs-6.2.0.img"],
        ["/boot/initrd.img-6.1.0-50-armmp"], ["/boot/initrd.img-6.1.0-9-armmp"],
        ["/boot/uInitrd"],
      ])
    #expect(found.allSatisfy { $0.options == nil })
    #expect(found.map(\.id).last == "zImage")
  }

  /// Entries of files with contents, as they are sorted.
  private func order(_ files: [(String, String)]) throws -> [String] {
    SpecificationOrder.sorted(
      try files.map { try SpecificationFile.entry(Array($0.1.utf8), name: $0.0 + ".conf") }
    ).map(\.id)
  }

  @Test("With a sort-key come before without; then sort-key, machine-id, newest version")
  func keys() throws {
    #expect(
      try order([
        ("a-10", "version 10\nmachine-id d"), ("a-5", "version 5\nmachine-id d"),
        ("b", "version 3\nmachine-id b"), ("c", "sort-key x\nversion 5\nmachine-id 3"),
        ("cx", "sort-key x\nversion 10\nmachine-id 3"), ("cy", "sort-key x\nmachine-id 2"),
        ("d", "sort-key k\nversion 100\nmachine-id 8"),
      ]) == ["d", "cy", "cx", "c", "b", "a-10", "a-5"])
  }

  @Test("What has no tries left comes last, and of equals the one with more tries left first")
  func counting() throws {
    #expect(
      try order([
        ("k-9+0-3", ""), ("k-7+1-2", ""), ("k-7+3", ""), ("k-8+2-1", ""), ("k-1", ""),
      ]) == ["k-8", "k-7", "k-7", "k-1", "k-9"])
    let entry = try SpecificationFile.entry([], name: "k-7+1-2.conf")
    #expect(entry.triesLeft == 1 && entry.triesDone == 2)
    for name in ["g++", "a+b", "a+1-2-3", "a+-1", "a+"] {
      let plain = try SpecificationFile.entry([], name: name + ".conf")
      #expect(plain.id == name && plain.triesLeft == nil)
    }
  }
}
