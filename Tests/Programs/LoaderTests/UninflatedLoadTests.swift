// SPDX-License-Identifier: Apache-2.0
import Digests
import LinuxInterface
import PhysicalMemory
import Testing

@testable import Samples
@testable import kexec

/// The reason why a kernel cannot be inflated reaches the user, and what needs no inflating works.
@Suite("Kernels that cannot be inflated here")
struct UninflatedLoadTests {
  /// A zImage whose payload is an xz stream of a filter that nobody knows, and nothing else.
  static func zImage(tagWords: Int?) -> SyntheticZImage {
    var zImage = Loader.zImage
    zImage.tagWords = tagWords
    // Source: The .xz File Format 1.1.0, 2.1.1 (stream header), 3.1 (block header).
    var stream: [UInt8] = [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0, 0, 1, 0x69, 0x22, 0xde, 0x36]
    let header: [UInt8] = [2, 0, 0x3e, 0, 0, 0, 0, 0]
    stream += header + Builder.word(CRC32.checksum(header.span), isBigEndian: false)
    // An index of no block, so that the stream ends where the table says, but begins nowhere.
    stream += [UInt8](repeating: 0x5a, count: 200) + [0x59, 0x5a]
    zImage.payload = stream + Builder.word(UInt32(zImage.image.byteCount), isBigEndian: false)
    return zImage
  }

  private func run(_ options: String, tagWords: Int?) -> (Loader, Loader.Outcome) {
    let loader = Loader(["/boot/zImage": nil])
    loader.kernel.files["/boot/zImage"] = Self.zImage(tagWords: tagWords).bytes()
    return (loader, loader.run("-l /boot/zImage --append=console=ttyAMA0 " + options))
  }

  @Test(
    "The zImage is loaded by its size table, asked for or not",
    arguments: ["", "--handover=zimage"])
  func zimage(_ handover: String) throws {
    let (loader, found) = run(handover, tagWords: 6)
    #expect(found.exit == .done, "\(found.complaints)")
    #expect(found.told.contains("KX015") && found.told.contains("not supported"))
    let load = try #require(loader.kernel.loads.first)
    let bytes = Self.zImage(tagWords: 6).bytes()
    #expect(load.segments.contains { $0.bytes.prefix(64) == bytes.prefix(64) })
  }

  @Test("By image the reason is told, and it is no damage")
  func image() {
    let (loader, found) = run("--handover=image", tagWords: 6)
    #expect(found.exit == .unavailable)
    #expect(loader.kernel.loads.isEmpty)
    #expect(found.complaints.contains("not supported") && found.complaints.contains("zimage"))
    #expect(!found.complaints.contains("damaged"))
  }

  @Test("Without a size table nothing is loaded, and the reason is told")
  func noTable() {
    let (loader, found) = run("", tagWords: nil)
    #expect(found.exit == .unavailable)
    #expect(loader.kernel.loads.isEmpty)
    #expect(found.complaints.contains("not supported") && !found.complaints.contains("damaged"))
  }
}
