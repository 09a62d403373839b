// SPDX-License-Identifier: Apache-2.0
import Bundles
import Handover
import PhysicalMemory
import Testing

/// Fields that lie, in bundles whose digests are right.
struct HostileManifestTests {
  struct Lie: Sendable, CustomTestStringConvertible {
    let index: Int
    let value: UInt32
    let field: BundleField
    var testDescription: String { "word \(index) = \(value): \(field)" }
    init(_ index: Int, _ value: UInt32, _ field: BundleField) {
      self.index = index
      self.value = value
      self.field = field
    }
  }

  // The lists: RAM at word 28, reserved at 30, segments of 16 words at 32, 48 and 64.
  @Test(
    "A manifest with a field that cannot be is refused with the field",
    arguments: [
      Lie(0, 0, .manifestMagic), Lie(1, 2, .manifestVersion), Lie(2, 332, .manifestBytes),
      Lie(11, 8, .flags), Lie(11, 1, .flags), Lie(12, 3, .strategy),
      Lie(13, 4, .firstInTextStore), Lie(14, 8192, .pageBytes),
      Lie(15, 0x4020_8002, .entry), Lie(15, 0x4400_0000, .entry),
      Lie(17, 0x4200_0000, .r2), Lie(17, 0, .r2), Lie(17, 0x4100_0001, .r2),
      Lie(18, 3, .treeIndex), Lie(18, 0xffff_fffe, .treeIndex), Lie(18, 0, .r2),
      Lie(19, 0x0900_0001, .uartBase), Lie(20, 0x1000, .uartOffset), Lie(21, 2, .uartOffset),
      Lie(21, 0xffff_fffc, .uartOffset), Lie(24, 2, .uartAccess), Lie(24, 0, .uartAccess),
      Lie(25, 0, .ramCount), Lie(25, 0xffff_ffff, .ramCount), Lie(25, 2, .manifestBytes),
      Lie(26, 513, .reservedCount), Lie(26, 0, .manifestBytes),
      Lie(27, 0, .segmentCount), Lie(27, 17, .segmentCount), Lie(27, 4, .manifestBytes),
      Lie(28, 0x4800_0000, .ram), Lie(29, 0x3fff_ffff, .ram),
      Lie(30, 0x4700_1000, .reserved), Lie(31, 0x46ff_ffff, .reserved),
      Lie(32, 0, .segmentName), Lie(32, 0x1b6e_656b, .segmentName), Lie(34, 1, .segmentName),
      Lie(36, 0x4020_8001, .segmentFirst), Lie(36, 0x3000_0000, .segmentFirst),
      Lie(36, 0x4100_0000, .segmentFirst), Lie(52, 0x4020_a000, .segmentFirst),
      Lie(52, 0x46ff_f000, .segmentFirst), Lie(36, 0xffff_e000, .segmentMemoryBytes),
      Lie(37, 0, .segmentMemoryBytes), Lie(37, 0x3001, .segmentMemoryBytes),
      Lie(37, 0xffff_f000, .segmentMemoryBytes), Lie(37, 0x1000, .segmentFileBytes),
      Lie(69, 0x0600_0000, .segmentFirst),
      Lie(38, 0x3001, .segmentFileOffset), Lie(38, 0x2000, .segmentFileOffset),
      Lie(38, 0xffff_f000, .segmentFileOffset), Lie(70, 0x9000, .segmentFileOffset),
      Lie(54, 0x5000, .segmentFileOffset),
      Lie(39, 0x3001, .segmentFileBytes), Lie(39, 0xffff_ffff, .segmentFileBytes),
    ])
  func manifest(lie: Lie) throws {
    var bytes = try SampleBundle().write().bytes
    SampleBundle.setInManifest(lie.value, lie.index, in: &bytes)
    guard case .field(let field, _, _, _) = SampleBundle.error(bytes) else {
      Issue.record("\(String(describing: SampleBundle.error(bytes)))")
      return
    }
    #expect(field == lie.field)
  }

  @Test(
    "Header and tag with a field that cannot be are refused with the field",
    arguments: [
      Lie(0x24 / 4, 0, .headerMagic), Lie(0x28 / 4, 4, .headerStart),
      Lie(0x2c / 4, 4096, .tagBundleBytes), Lie(0x30 / 4, 0x0102_0304, .headerOrder),
      Lie(0x34 / 4, 0, .headerSecondMagic), Lie(0x38 / 4, 0x41, .headerTable),
      Lie(0x38 / 4, 0xffff_fffc, .headerTable), Lie(0x38 / 4, 0x20, .headerTable),
      Lie(16, 0xffff_ffff, .tagSize), Lie(16, 1, .tagSize), Lie(22, 11, .tagSize),
      Lie(24, 2, .tagVersion), Lie(25, 0x2004, .tagManifestOffset),
      Lie(25, 0xffff_f000, .tagManifestOffset), Lie(25, 0, .tagManifestOffset),
      Lie(26, 16385, .tagManifestBytes), Lie(26, 100, .tagManifestBytes),
      Lie(30, 8, .tagFlags), Lie(30, 2, .flags), Lie(31, 0x2000, .tagPayloadOffset),
      Lie(31, 0xffff_f000, .tagPayloadOffset), Lie(32, 4096, .tagBundleBytes),
      Lie(33, 1, .tagReserved),
    ])
  func tag(lie: Lie) throws {
    var bytes = try SampleBundle().write().bytes
    SampleBundle.set(lie.value, at: 4 * lie.index, in: &bytes)
    guard case .field(let field, let offset, let found, _) = SampleBundle.error(bytes) else {
      Issue.record("\(String(describing: SampleBundle.error(bytes)))")
      return
    }
    #expect(field == lie.field)
    // The error says where and what.
    #expect(SampleBundle.word(bytes, Int(offset)) == found)
  }

  @Test("A table without our tag is no bundle")
  func noTag() throws {
    var bytes = try SampleBundle().write().bytes
    let before = BundleTag.isPresent(in: bytes.span)
    #expect(before)
    SampleBundle.set(0, at: 0x40 + 24, in: &bytes)
    let after = BundleTag.isPresent(in: bytes.span)
    #expect(!after)
    #expect(SampleBundle.error(bytes) == .noTag(table: 0x40))
  }

  @Test("Every error says what is wrong in words")
  func words() {
    let error = BundleError.field(.entry, offset: 0x203c, found: 3, bound: 3)
    #expect(error.description == "bundle: the entry address at 0x203c cannot be 0x3 (bound 0x3)")
    #expect(
      BundleError.truncated(.bundle, needed: 5000, present: 4096).description
        == "the bundle is cut: 5 000 B needed, 4 096 B present")
  }
}
