// SPDX-License-Identifier: Apache-2.0
import Foundation
import LinuxInterface
@testable import Samples
import Testing

@Suite("Bytes of files")
struct FileContentsTests {
  static let mebibyte = 1 << 20

  /// Nine MiB and five bytes: two whole parts and one that is cut off. Pages begin with numbers.
  static let bytes: [UInt8] = {
    var bytes = [UInt8](repeating: 0xa5, count: 9 * mebibyte + 5)
    for page in 0...(bytes.count / 4096) { bytes[page * 4096] = UInt8(truncatingIfNeeded: page) }
    return bytes
  }()

  @Test("Parts come in order, each byte once, be they mapped or copied", arguments: [true, false])
  func parts(isMapped: Bool) throws {
    let contents: FileContents
    if isMapped {
      contents = try SparseFile.with(UInt64(Self.bytes.count), head: Self.bytes) {
        try LinuxKernel().mapFile($0, limit: Self.bytes.count)
      }
    } else {
      contents = try #require(FileContents(copying: Self.bytes))
    }
    #expect((contents.stamp != nil) == isMapped)
    // What was given back is read again: the second time must be as the first.
    for _ in 0..<2 {
      var counts: [Int] = []
      var all: [UInt8] = []
      contents.forEachPart { part in
        counts.append(part.count)
        unsafe part.withUnsafeBufferPointer { unsafe all.append(contentsOf: $0) }
      }
      #expect(counts == [4 * Self.mebibyte, 4 * Self.mebibyte, Self.mebibyte + 5])
      #expect(all == Self.bytes)
    }
  }

  @Test("An empty file has no part")
  func empty() throws {
    var count = 0
    try #require(FileContents(copying: [])).forEachPart { _ in count += 1 }
    #expect(count == 0)
  }

  @Test("Parts of a mapped file are given back, so that few of its pages are in memory")
  func givenBack() async {
    await #expect(processExitsWith: .success) {
      let size = 256 * Self.mebibyte
      let contents = try SparseFile.with(UInt64(size)) {
        try LinuxKernel().mapFile($0, limit: size)
      }
      let before = OwnMemory.peak
      var sum = 0
      contents.forEachPart { part in
        for at in stride(from: 0, to: part.count, by: 4096) { sum += Int(part[at]) }
      }
      #expect(sum == 0)
      #expect(OwnMemory.peak - before < 16 << 20)
      // The same without parts, to show that pages are counted.
      let span = contents.span
      for at in stride(from: 0, to: size, by: 4096) { sum += Int(span[at]) }
      #expect(OwnMemory.peak - before > 200 << 20)
    }
  }

  @Test("A file that no room is left for is refused at once, and not read in its place")
  func noRoom() async {
    await #expect(processExitsWith: .success) {
      try SparseFile.with(1 << 30) { path in
        OwnMemory.limitAddresses(512 << 20)
        let before = OwnMemory.peak
        #expect(throws: Errno.noMemory) { try LinuxKernel().mapFile(path, limit: 1 << 30) }
        #expect(OwnMemory.peak - before < 16 << 20)
      }
    }
  }
}
