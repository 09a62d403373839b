// SPDX-License-Identifier: Apache-2.0
import BootPlanning
import Foundation
import KernelImages
import PhysicalMemory
import Testing

/// What a zImage's header and size table say, falsified word by word. What runs is the code, so that a
/// simulation of the honest kernel is the judge of every plan.
@Suite("A zImage that lies with any word")
struct LyingWordsTests {
  /// A real kernel in the cache.
  struct Honest: Sendable, CustomTestStringConvertible {
    let name: String
    let bytes: [UInt8]
    let truth: TrueKernel
    /// The offset of the size table.
    let table: Int
    var testDescription: String { name }

    init?(_ name: String) {
      let environment = ProcessInfo.processInfo.environment
      let cache =
        environment["SWIFT_KEXEC_CACHE"] ?? environment["XDG_CACHE_HOME"].map {
          $0 + "/swift-kexec"
        }
        ?? NSHomeDirectory() + "/.cache/swift-kexec"
      guard let data = FileManager.default.contents(atPath: cache + "/kernels/\(name)/vmlinuz"),
        let facts = try? KernelImage.identify([UInt8](data).span).kernel,
        let zImage = facts.zImage
      else { return nil }
      self.name = name
      bytes = [UInt8](data)
      table = Int(zImage.sizeTableOffset?.rawValue ?? 0)
      let restart = zImage.movedFrom.value.rawValue
      truth = TrueKernel(
        zImage: zImage.byteCount.rawValue, payloadEnd: zImage.payloadEnd.rawValue,
        restart: restart, wontOverwrite: zImage.wontOverwriteLowest.rawValue,
        movingCodeEnd: restart + zImage.relocationBump.value.rawValue - 0x80,
        decompressorBSS: zImage.bssBytes.value.rawValue,
        checksDTB: zImage.checksDTBMemory?.value ?? false,
        inflated: facts.inflatedBytes.value.rawValue, bss: facts.bssBytes.value.rawValue,
        textOffset: facts.textOffset.value.rawValue, pageOffset: facts.pageOffset.value,
        isLPAE: facts.isLPAE?.value ?? false)
    }

    func word(at offset: Int) -> UInt32 {
      (0..<4).reduce(0) { $0 | UInt32(bytes[offset + $1]) << UInt32(8 * $1) }
    }

    func lying(_ value: UInt32, at offset: Int) -> [UInt8] {
      var lie = bytes
      for index in 0..<4 {
        lie[offset + index] = UInt8(truncatingIfNeeded: value >> UInt32(8 * index))
      }
      return lie
    }
  }

  /// One in ARM and one in Thumb-2 code.
  static let kernels = ["tiny-gzip", "tiny-armv5"].compactMap { Honest($0) }

  /// What becomes of a plan: nil when it boots, or when it is refused and may be.
  private func failure(
    of kernel: Honest, _ facts: ARMKernel, _ handover: HandoverKind, load: UInt64?
  ) -> String? {
    let ram = [Bytes(0x4000_0000, 0x4800_0000)]
    let request = PlanRequest(
      kernel: facts, chain: ["zImage"], fileBytes: ByteCount(kernel.bytes.count),
      machine: PlannedMachine(memory: RandomCase.map(ram, [])),
      parameters: .deviceTree(ByteCount(UInt64(0x4000)), memory: ram.compactMap(\.range)),
      initrd: PlannedInitrd(byteCount: .mebibytes(8)), handover: handover,
      load: load.map { PhysicalAddress($0) })
    let drawn = RandomCase(
      seed: 0, kernel: kernel.truth, handover: TrueHandover(parameters: .deviceTree(ram)), ram: ram,
      reserved: [], request: request)
    do throws(BootPlanError) {
      let plan = try ARMPlanner.plan(request)
      guard plan.fits, !plan.hasErrors else { return nil }
      do throws(Hang) {
        let run = try drawn.boot.run(try drawn.loaded(plan))
        let footprint = plan.footprint.map { Bytes($0.range) }
        for (owner, bytes) in run.written
        where !PlacementPropertyTests.covered(bytes, footprint) {
          return "\(handover): the footprint does not hold \(owner) \(bytes)"
        }
        return nil
      } catch {
        return "\(handover): \(error)"
      }
    } catch {
      return nil
    }
  }

  /// Plans a file in every way; what is refused as a whole is right.
  private func failures(_ kernel: Honest, _ file: [UInt8]) -> [String] {
    guard let facts = try? KernelImage.identify(file.span).kernel else { return [] }
    let plans: [(HandoverKind, UInt64?)] = [
      (.image, nil), (.zimage, nil), (.zimage, 0x4000_8000), (.zimage, 0x4010_0000),
    ]
    return plans.compactMap { failure(of: kernel, facts, $0.0, load: $0.1) }
  }

  private func values(_ honest: UInt32) -> [UInt32] {
    [
      0, 1, honest &- 4, honest &+ 4, honest / 2, honest &+ 0x10_0000, 0x8000, 0x40_0000,
      0x0400_0000, 0x7fff_fffc, 0xffff_ffff,
    ].filter { $0 != honest }
  }

  @Test("The honest kernel boots, and its figures are the truth", arguments: kernels)
  func honest(_ kernel: Honest) throws {
    #expect(failures(kernel, kernel.bytes).isEmpty)
    let facts = try #require(try KernelImage.identify(kernel.bytes.span).kernel)
    // A judge that finds nothing would be none.
    var blind = facts
    blind.bssBytes = Figure(.zero, .sizeTable, "test")
    blind.zImage?.heapBytes = Figure(.zero, .sizeTable, "test")
    #expect(failure(of: kernel, blind, .zimage, load: nil) != nil)
  }

  @Test("No word of the size table makes a wrong plan", arguments: kernels, 0..<6)
  func table(_ kernel: Honest, _ index: Int) throws {
    let offset = kernel.table + 4 * index
    for value in values(kernel.word(at: offset)) {
      let lie = kernel.lying(value, at: offset)
      let found = failures(kernel, lie)
      #expect(found.isEmpty, "word \(index) is \(value): \(found)")
      // The kernel tells all that its table does.
      let facts = try #require(try? KernelImage.identify(lie.span).kernel)
      #expect(facts.inflatedBytes.value.rawValue == kernel.truth.inflated)
      #expect(facts.bssBytes.value.rawValue == kernel.truth.bss, "word \(index) is \(value)")
      #expect(facts.textOffset.value.rawValue == kernel.truth.textOffset)
      #expect(facts.zImage?.heapBytes.value.rawValue == kernel.truth.heap)
    }
  }

  @Test(
    "No word of the header makes a wrong plan", arguments: kernels,
    [0x24, 0x28, 0x2c, 0x30, 0x34, 0x38])
  func header(_ kernel: Honest, _ offset: Int) {
    for value in values(kernel.word(at: offset)) {
      let lie = kernel.lying(value, at: offset)
      let found = failures(kernel, lie) + failures(kernel, lie + [UInt8](repeating: 0, count: 8192))
      #expect(found.isEmpty, "the word at \(hexadecimal(UInt64(offset))) is \(value): \(found)")
    }
  }

  @Test("A lie about the heap is told", arguments: kernels, [0, 1, 0x8000, 0x2_0000] as [UInt32])
  func heap(_ kernel: Honest, _ value: UInt32) throws {
    let image = try KernelImage.identify(kernel.lying(value, at: kernel.table + 20).span)
    #expect(image.diagnostics.map(\.code) == [.tableContradicted])
    #expect(image.kernel?.zImage?.heapBytes.source == .decompressor)
  }
}
