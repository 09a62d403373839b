// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import KernelImages
@testable import Samples

@Suite("The processors that a kernel is for")
struct ARMVersionTests {
  struct Head: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let words: [UInt32]
    let least: ARMVersion?
    let latest: ARMVersion?
    var isLPAE = false
  }

  typealias Code = SyntheticImage
  static let heads: [Head] = [
    Head(
      testDescription: "6.1 armmp", words: Code.hypStub + Code.safeSVC + Code.wideMoves,
      least: .v7, latest: nil),
    Head(
      testDescription: "5.10 armmp", words: Code.hypStub + Code.safeSVC, least: .v6, latest: nil),
    Head(testDescription: "6.1 rpi", words: Code.safeSVC, least: .v6, latest: .v6),
    Head(
      testDescription: "big-endian rpi", words: [0xf101_0200] + Code.safeSVC, least: .v6,
      latest: .v6),
    Head(testDescription: "6.1 marvell", words: Code.plainSVC, least: nil, latest: .v5),
    Head(
      testDescription: "armmp-lpae",
      words: Code.hypStub + Code.safeSVC + Code.wideMoves + Code.longDescriptors, least: .v7,
      latest: nil, isLPAE: true),
    Head(testDescription: "Thumb-2", words: [0xe28f_9001, 0xe12f_ff19], least: .v7, latest: nil),
    Head(testDescription: "no kernel's", words: [], least: nil, latest: nil),
    Head(
      testDescription: "moves to two registers", words: [0xe30f_8fac, 0xe34f_7fff], least: nil,
      latest: nil),
    Head(
      testDescription: "far from the start", words: [0xe1a0_0000] + Code.plainSVC, least: nil,
      latest: nil),
  ]

  @Test(
    "The first instructions tell versions of the architecture, without inflating", arguments: heads)
  func head(head: Head) throws {
    for order in [SyntheticZImage.Order.little, .be8] {
      if order == .be8, head.isLPAE || head.testDescription == "Thumb-2" { continue }
      var words = head.words
      // Code stays little-endian there, and the builder writes data.
      if order == .be8 { words = words.map(\.byteSwapped) }
      let file = SyntheticZImage(order: order, image: SyntheticImage(head: words)).bytes()
      let kernel = try #require(try KernelImage.identify(file.span).kernel)
      // No processor before ARMv6 knows BE8.
      let least = order == .be8 && head.latest == nil ? head.least ?? .v6 : head.least
      #expect(kernel.leastVersion?.value == least, "\(order)")
      #expect(kernel.latestVersion?.value == head.latest, "\(order)")
      #expect(kernel.latestVersion?.source != .estimate)
      #expect(kernel.isLPAE?.value == head.isLPAE)
    }
  }

  @Test("The byte order of a big-endian kernel tells versions: BE8 came with ARMv6, BE32 ended")
  func byteOrder() throws {
    func kernel(_ order: SyntheticZImage.Order) throws -> ARMKernel {
      let file = SyntheticZImage(order: order).bytes()
      return try #require(try KernelImage.identify(file.span).kernel)
    }
    #expect(try kernel(.be8).leastVersion?.value == .v6 && kernel(.be8).latestVersion == nil)
    #expect(try kernel(.be32).leastVersion == nil && kernel(.be32).latestVersion?.value == .v5)
    #expect(try kernel(.little).leastVersion == nil && kernel(.little).latestVersion == nil)
  }

  @Test("Without a size table a kernel may be so old that its head does not tell the last version")
  func old() throws {
    let image = SyntheticImage(head: Code.plainSVC)
    let file = SyntheticZImage(tagWords: nil, image: image).bytes()
    let kernel = try #require(try KernelImage.identify(file.span).kernel)
    #expect(kernel.latestVersion?.value == .v5 && kernel.latestVersion?.source == .estimate)
  }

  @Test("The vermagic tells for which version all code was compiled; other texts with ARMv do not")
  func vermagic() throws {
    let texts: [(String, ARMVersion?)] = [
      ("6.1.0-50-armmp SMP mod_unload modversions ARMv7 p2v8 ", .v7),
      ("6.1.0-50-rpi mod_unload modversions ARMv6 p2v8 ", .v6),
      ("6.1.0-50-marvell mod_unload modversions ARMv5 p2v8 ", .v5),
      ("4.9.0 SMP preempt mod_unload ARMv7 thumb2 p2v8 ", .v7), ("ARMv7 Processor", nil),
      ("an ARMv7 processor", nil), ("6.1 ARMv9 p2v8 ", nil), ("6.1 mod_unload ARMv7", nil),
    ]
    for (text, version) in texts {
      let bytes = SyntheticImage(texts: ["ARMv6-compatible", " ARMv7 x", text]).bytes()
      let file = SyntheticZImage(image: SyntheticImage(texts: [text])).bytes()
      var kernel = try #require(try KernelImage.identify(file.span).kernel)
      kernel.readVersion(of: bytes.span)
      #expect(kernel.leastVersion?.value == version, "\(text)")
      #expect(kernel.latestVersion?.value == (version == .v5 ? .v5 : nil), "\(text)")
    }
    let bytes: [UInt8] = [0x41, 0x52]
    let short = ARMVersion.builtFor(bytes.span)
    #expect(short == nil)
  }
}
