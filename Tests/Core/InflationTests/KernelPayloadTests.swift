// SPDX-License-Identifier: Apache-2.0
import Foundation
import Inflation
import Testing

/// Real kernels, where the cache has them.
struct CachedKernel: Sendable, CustomTestStringConvertible {
  let name: String
  let compression: Compression
  let unpack: Tool

  var testDescription: String { name }

  static let all = [
    CachedKernel(name: "armmp", compression: .xz, unpack: Tool("xz", "-dc", "--single-stream")),
    CachedKernel(
      name: "armmp-lpae", compression: .xz, unpack: Tool("xz", "-dc", "--single-stream")),
    CachedKernel(name: "tiny-gzip", compression: .gzip, unpack: Tool("gzip", "-dc")),
    CachedKernel(name: "tiny-xz", compression: .xz, unpack: Tool("xz", "-dc", "--single-stream")),
    CachedKernel(name: "tiny-lzma", compression: .lzma, unpack: Tool("xz", "--format=lzma", "-dc")),
    CachedKernel(name: "tiny-lzo", compression: .lzo, unpack: Tool("lzop", "-dc")),
    CachedKernel(name: "tiny-lz4", compression: .lz4, unpack: Tool("lz4", "-dc")),
  ]

  static var present: [CachedKernel] {
    all.filter { FileManager.default.fileExists(atPath: $0.file.path) }
  }

  var file: URL {
    let environment = ProcessInfo.processInfo.environment
    let cache =
      environment["SWIFT_KEXEC_CACHE"].map { URL(filePath: $0) }
      ?? URL(filePath: environment["XDG_CACHE_HOME"] ?? NSHomeDirectory() + "/.cache")
      .appending(path: "swift-kexec")
    return cache.appending(path: "kernels/\(name)/vmlinuz")
  }
}

@Suite("Payloads of real kernels")
struct KernelPayloadTests {
  @Test(
    "The payload inflates to what the tool makes of it, and its size stands behind it",
    .enabled(if: !CachedKernel.present.isEmpty), arguments: CachedKernel.present)
  func payload(_ kernel: CachedKernel) throws {
    let zImage = [UInt8](try Data(contentsOf: kernel.file))
    var found = 0
    for offset in zImage.indices where zImage[offset] == kernel.compression.magic[0] {
      let rest = zImage.span.extracting(droppingFirst: offset)
      guard Compression.detect(rest) == kernel.compression,
        let (output, inflated) = try? inflateToArray(
          rest, as: kernel.compression, limit: 256 << 20),
        output.count > 1 << 20
      else { continue }
      found += 1
      let stream = Array(zImage[offset..<offset + inflated.consumed])
      let outcome = try kernel.unpack.run(stream)
      #expect(outcome.status == 0)
      #expect(output == outcome.output)
      #expect(try countInflated(rest, as: kernel.compression, limit: 256 << 20) == inflated)
      // The build appends the size; gzip carries it in its own trailer.
      let word = offset + inflated.consumed - (kernel.compression == .gzip ? 4 : 0)
      let size = (0..<4).reduce(0) { $0 | Int(zImage[word + $1]) << (8 * $1) }
      #expect(size == output.count)
    }
    #expect(found == 1)
  }
}
