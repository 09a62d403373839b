// SPDX-License-Identifier: Apache-2.0
import Foundation
import LinuxInterface
import Reporting
import Testing

@testable import kexec

/// What `--status` tells of files that nobody hashed when they were loaded.
@Suite struct RecordDigestTests {
  @Test("The SHA-256 of a loaded file is told as long as the file was not touched, and no longer")
  func untouched() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "record-\(UUID())")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let path = folder.appending(path: "kernel").path
    try Data("abc".utf8).write(to: URL(filePath: path))
    let linux = LinuxKernel()
    let stamp = try #require(try linux.mapFile(path, limit: 3).stamp)
    func record(_ sha256: JSONValue) -> JSONValue {
      let file = [
        JSONMember("path", .string(path)), JSONMember("sha256", sha256),
        JSONMember("stamp", .string(stamp.description)),
      ]
      return .object([JSONMember("files", .array([.object(file)]))])
    }
    // Source: FIPS 180-2, B.1.
    let known = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    #expect(LoadRecord.withDigests(record(.null), from: linux) == record(.string(known)))
    #expect(
      LoadRecord.withDigests(record(.string("as told")), from: linux)
        == record(.string("as told")))
    // The same bytes at the same place, but nobody knows what stood there in between. File systems
    // note the time in steps of some milliseconds.
    Thread.sleep(forTimeInterval: 0.05)
    try Data("abc".utf8).write(to: URL(filePath: path))
    #expect(LoadRecord.withDigests(record(.null), from: linux) == record(.null))
    try FileManager.default.removeItem(atPath: path)
    #expect(LoadRecord.withDigests(record(.null), from: linux) == record(.null))
  }
}
