// SPDX-License-Identifier: Apache-2.0

import Foundation
import Handover
import PhysicalMemory
import Testing

@testable import QEMULab

/// Real kernels, when the cache has them.
@Suite(
  .serialized,
  .enabled(
    if: Files.hasQEMU && Files.find("fdtput") != nil,
    "needs the Debian packages qemu-system-arm and device-tree-compiler"))
struct KernelTests {
  static func boot(
    _ kernel: [UInt8], at load: UInt64, initrd: [UInt8]?, fill: UInt8 = 0
  ) async throws -> LabBoot {
    let tree = try #require(try await Board.virt.deviceTree(memory: .mebibytes(512)))
    var segments = [LabSegment(name: "kernel", address: load, bytes: kernel)]
    var edits = [["s", "/chosen", "bootargs", "console=ttyAMA0"]]
    if let initrd {
      let end = 0x4800_0000 + UInt64(initrd.count)
      edits.append(["x", "/chosen", "linux,initrd-start", "48000000"])
      edits.append(["x", "/chosen", "linux,initrd-end", String(end, radix: 16)])
      segments.append(LabSegment(name: "initrd", address: 0x4800_0000, bytes: initrd))
    }
    segments.append(
      LabSegment(name: "dtb", address: 0x4700_0000, bytes: try Files.edited(tree, edits)))
    var boot = LabBoot(
      board: .virt, memoryBytes: 512 << 20, segments: segments,
      entry: EntryState(PhysicalAddress(load), ARMRegisters(parameters: 0x4700_0000)),
      timeout: .seconds(120))
    boot.fill = fill
    return boot
  }

  @Test(
    "A kernel placed clear of everything boots out of memory full of garbage",
    .enabled(
      if: Files.has(
        "initrd/initrd.img", "kernels/tiny-gzip/Image", "kernels/tiny-gzip/vmlinuz",
        "kernels/armmp/vmlinuz"),
      "needs the lab's kernels"),
    arguments: [
      ("tiny-gzip/Image", 0x4000_8000), ("tiny-gzip/vmlinuz", 0x4100_0000),
      ("armmp/vmlinuz", 0x4400_0000),
    ] as [(String, UInt64)])
  func boots(kernel: String, load: UInt64) async throws {
    let guest = try await Self.boot(
      Files.read("kernels/" + kernel), at: load, initrd: Files.read("initrd/initrd.img"),
      fill: 0xa5)
    let outcome = try await QEMULab.boot(guest)
    #expect(outcome.verdict.isBooted, "\(outcome.verdict)\n\(outcome.console)")
    #expect(outcome.console.contains("swift-kexec verdict: initrd intact"))
  }

  @Test(
    "An initrd with a hole of zeros in it is found out",
    .enabled(
      if: Files.has("initrd/initrd.img", "kernels/tiny-gzip/Image"), "needs the lab's kernels"))
  func damaged() async throws {
    var guest = try await Self.boot(
      Files.read("kernels/tiny-gzip/Image"), at: 0x4000_8000,
      initrd: Files.read("initrd/initrd.img"))
    let index = try #require(guest.segments.firstIndex { $0.name == "initrd" })
    let initrd = guest.segments[index]
    var bytes = initrd.bytes
    bytes.replaceSubrange(
      (bytes.count / 2)..<(bytes.count / 2 + 4096),
      with: [UInt8](
        repeating: 0, count: 4096))
    guest.segments[index] = LabSegment(
      name: initrd.name, address: initrd.address, bytes: bytes)
    let verdict = try await QEMULab.boot(guest).verdict
    guard case .uncompressionError(let line) = verdict else {
      Issue.record("\(verdict)")
      return
    }
    #expect(line.contains("Initramfs unpacking failed"))
  }

  @Test(
    "Debian's kernel boots with its RAM elsewhere, by the device tree that comes with it",
    .enabled(
      if: Files.has(
        "initrd/initrd.img", "kernels/armmp/vmlinuz", "dtbs/vexpress-v2p-ca15-tc1.dtb",
        "dtbs/vexpress-v2p-ca9.dtb"),
      "needs the lab's kernels"),
    arguments: [
      (.vexpressA15, "vexpress-v2p-ca15-tc1", ["0", "80000000", "0", "20000000"]),
      (.vexpressA9, "vexpress-v2p-ca9", ["60000000", "20000000"]),
    ] as [(Board, String, [String])])
  func vexpress(board: Board, name: String, memory: [String]) async throws {
    let base = board.ramBase.rawValue
    let initrd = try Files.read("initrd/initrd.img")
    let start = base + 0x800_0000
    let end = start + UInt64(initrd.count)
    let tree = try Files.edited(
      Files.read("dtbs/\(name).dtb"),
      [
        ["x", "/memory@" + String(base, radix: 16), "reg"] + memory,
        ["s", "/chosen", "bootargs", "console=" + board.console],
        ["x", "/chosen", "linux,initrd-start", String(start, radix: 16)],
        ["x", "/chosen", "linux,initrd-end", String(end, radix: 16)],
      ])
    let guest = LabBoot(
      board: board, memoryBytes: 512 << 20,
      segments: [
        LabSegment(
          name: "kernel", address: base + 0x400_0000,
          bytes: try Files.read("kernels/armmp/vmlinuz")),
        LabSegment(name: "dtb", address: base + 0x700_0000, bytes: tree),
        LabSegment(name: "initrd", address: start, bytes: initrd),
      ],
      entry: EntryState(
        PhysicalAddress(base + 0x400_0000),
        ARMRegisters(parameters: UInt32(truncatingIfNeeded: base) + 0x700_0000)))
    let outcome = try await QEMULab.boot(guest)
    #expect(outcome.verdict.isBooted, "\(outcome.verdict)\n\(outcome.console)")
    #expect(outcome.console.contains("swift-kexec verdict: initrd intact"))
  }

  /// Bounds measured with another tool (Python, gdb packets, pmemsave) for zimage.md, section 4.
  static let written: [(kernel: String, load: UInt64, bounds: [(UInt64, UInt64)])] = [
    ("armmp", 0x4000_8000, [(0x4020_4000, 0x41ae_324f)]),
    ("armmp-lpae", 0x4000_8000, [(0x4020_4000, 0x41cf_a24f)]),
    ("armmp", 0x4400_0000, [(0x4020_4000, 0x415a_90b3), (0x4453_2003, 0x4453_a9ef)]),
  ]

  @Test(
    "What the decompressor writes has the bounds that another tool measured",
    .enabled(
      if: Files.has("kernels/armmp/vmlinuz", "kernels/armmp-lpae/vmlinuz"),
      "needs Debian's kernels"),
    arguments: written)
  func measured(kernel: String, load: UInt64, bounds: [(UInt64, UInt64)]) async throws {
    let guest = try await Self.boot(
      Files.read("kernels/\(kernel)/vmlinuz"), at: load, initrd: nil)
    let result = try await measure(guest, stopAt: 0x4020_8000)
    let closed = try #require(result.spans.count.subtracting(result.written.count))
    #expect(closed < .kibibytes(64))
    // The unused parts of stack and heap, and the pad under the moved copy, are not written.
    var joined = DifferenceList()
    for range in result.spans.ranges { joined.add(range.first.rawValue, range.last.rawValue) }
    joined.close()
    joined = joined.joined(limit: 0x1000) { _ in true }
    #expect(try joined.ranges == bounds.map { try RunningQEMUTests.range($0, $1) })
    #expect(result.registers.state[.r0] == 0)
    #expect(result.registers.state[.r1] == 0xffff_ffff)
    #expect(result.registers.state[.r2] == 0x4700_0000)
  }
}
