// SPDX-License-Identifier: Apache-2.0
import KernelImages
import Testing

@testable import Samples

@Suite("Segments of an ELF file that cannot be loaded")
struct ELFSegmentTests {
  /// A program header: type, offset, virtual, physical, file bytes, memory bytes.
  typealias Segment = [UInt32]

  private static let header = 52

  /// A 32-bit ARM file with these segments, 64 KiB long.
  private func file(_ segments: [Segment], entry: UInt32 = 0xc000_8000) -> [UInt8] {
    var builder = Builder()
    builder.bytes = [0x7f, 0x45, 0x4c, 0x46, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0]
    for word in [0x0028_0002, 1, entry, UInt32(Self.header), 0, 0] as [UInt32] {
      builder.word(word)
    }
    builder.word(52 | 32 << 16)
    builder.word(UInt32(segments.count))
    builder.word(0)
    for segment in segments { for word in segment + [5, 4] { builder.word(word) } }
    while builder.bytes.count < 1 << 16 { builder.bytes.append(0x5a) }
    return builder.bytes
  }

  private let good: Segment = [1, 0x1000, 0xc000_8000, 0xc000_8000, 0x4000, 0x6000]

  private func refusal(_ bytes: [UInt8]) -> KernelImageError? {
    do throws(KernelImageError) {
      _ = try KernelImage.of(bytes, IdentificationOptions(type: .vmlinux))
      return nil
    } catch {
      return error
    }
  }

  private func expect(
    _ bytes: [UInt8], _ offset: UInt64, _ value: UInt64,
    location: SourceLocation = #_sourceLocation
  ) {
    guard case .invalid(_, _, let place, let found) = refusal(bytes) else {
      Issue.record("it was not refused", sourceLocation: location)
      return
    }
    #expect(place == offset && found == value, sourceLocation: location)
  }

  @Test("Sound segments are loaded, also several with the same virtual address")
  func sound() {
    #expect(refusal(file([good])) == nil)
    let vectors: [Segment] = [
      [1, 0x5000, 0xffff_0000, 0xc000_e000, 0x20, 0x20],
      [1, 0x6000, 0xffff_0000, 0xc000_e020, 0x20, 0x20],
      [1, 0x7000, 0xffff_1000, 0xc000_e040, 0x350, 0x350],
    ]
    #expect(refusal(file([good] + vectors)) == nil)
    // Up to the last address; without memory; an entry point that is physical.
    let last: Segment = [1, 0x1000, 0xfff0_8000, 0xfff0_8000, 0x4000, 0xf_8000]
    #expect(refusal(file([last], entry: 0xfff0_8000)) == nil)
    #expect(refusal(file([good, [1, 0, 0xc000_9000, 0xc000_9000, 0, 0]])) == nil)
    let moved: Segment = [1, 0x1000, 0xc000_8000, 0x8000, 0x4000, 0x6000]
    #expect(refusal(file([moved], entry: 0x8000)) == nil)
  }

  @Test("More bytes in the file than in memory are an error")
  func fileBytes() {
    var bad = good
    bad[4] = 0x6001
    expect(file([bad]), 52 + 16, 0x6001)
  }

  @Test("A segment that wraps is an error")
  func wrapping() {
    expect(file([good, [1, 0, 0xffff_f000, 0xd000_0000, 0x10, 0x1001]]), 84 + 8, 0xffff_f000)
    expect(file([good, [1, 0, 0xd000_0000, 0xffff_f000, 0x10, 0x1001]]), 84 + 12, 0xffff_f000)
    expect(file([good, [1, 0, 0xd000_0000, 0xd000_0000, 0, 0xffff_ffff]]), 84 + 8, 0xd000_0000)
  }

  @Test("Two segments for the same place are an error, in whatever order they stand")
  func overlapping() {
    let other: Segment = [1, 0x5000, 0xd000_0000, 0xc000_dfff, 0x10, 0x10]
    expect(file([good, other]), 84 + 12, 0xc000_dfff)
    expect(file([other, good]), 52 + 12, 0xc000_dfff)
  }

  @Test("An entry point in no segment is an error")
  func entry() {
    for entry: UInt32 in [0, 0xc000_7fff, 0xc000_e000, 0xffff_ffff] {
      expect(file([good], entry: entry), 24, UInt64(entry))
    }
  }
}
