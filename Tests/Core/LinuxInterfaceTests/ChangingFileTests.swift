// SPDX-License-Identifier: Apache-2.0
import Foundation
import Glibc
import LinuxInterface
@testable import Samples
import Testing

/// Files that others write to while they are mapped. Each test is a process of its own: what has been
/// found once is never forgotten.
@Suite("Files that change while they are read")
struct ChangingFileTests {
  static let size = 16 * 4096

  /// Maps a file, has something done to it, and goes on.
  private static func mapped(
    _ body: (_ path: String, _ contents: FileContents) throws -> Void
  ) throws {
    try SparseFile.with(UInt64(size), head: [UInt8](repeating: 7, count: size)) { path in
      try body(path, try LinuxKernel().mapFile(path, limit: size))
    }
  }

  @Test("Reading behind the new end of a file that was shortened ends with 66 and its name")
  func shortened() async throws {
    let result = await #expect(
      processExitsWith: .exitCode(66), observing: [\.standardErrorContent]
    ) {
      try Self.mapped { path, contents in
        unsafe truncate(path, 4096)
        #expect(contents.span[0] == 7)
        _ = contents.span[4096]
        exit(0)
      }
    }
    let text = String(decoding: try #require(result).standardErrorContent, as: UTF8.self)
    #expect(text.contains("/sparse-") && text.contains("' changed while it was read\n  hint: "))
  }

  @Test("A name with control characters reaches no terminal as it is")
  func hostileName() async throws {
    let result = await #expect(
      processExitsWith: .exitCode(66), observing: [\.standardErrorContent]
    ) {
      try SampleMachine.inFolder { folder in
        let path = folder.path + "/a\u{1b}[2Jb"
        try Data(count: 8192).write(to: URL(filePath: path))
        let contents = try LinuxKernel().mapFile(path, limit: 8192)
        unsafe truncate(path, 0)
        _ = contents.span[5000]
      }
    }
    let bytes = try #require(result).standardErrorContent
    #expect(!bytes.contains(0x1b) && String(decoding: bytes, as: UTF8.self).contains("/a?[2Jb'"))
  }

  @Test("What others write without a signal is told, also when the file is no longer mapped")
  func silent() async {
    await #expect(processExitsWith: .success) {
      try Self.mapped { path, contents in
        #expect(LinuxKernel().changedFile() == nil)
        // The rest of the page reads as zeros.
        unsafe truncate(path, off_t(Self.size - 10))
        #expect(contents.span[Self.size - 1] == 0)
        #expect(LinuxKernel().changedFile() == path)
      }
    }
    await #expect(processExitsWith: .success) {
      try Self.mapped { path, contents in
        let file = try FileHandle(forWritingTo: URL(filePath: path))
        try file.write(contentsOf: [9])
        #expect(contents.span[0] == 9)
        #expect(LinuxKernel().changedFile() == path)
      }
    }
    await #expect(processExitsWith: .success) {
      var path = ""
      try Self.mapped {
        path = $0
        _ = $1.span[0]
        unsafe truncate(path, 0)
      }
      #expect(LinuxKernel().changedFile() == path)
    }
  }

  @Test("A file that only lost its name is as it was")
  func renamed() async {
    await #expect(processExitsWith: .success) {
      try Self.mapped { path, contents in
        try LinuxKernel().writeFile(path + "-new", [1], mode: .replace)
        unsafe rename(path + "-new", path)
        #expect(LinuxKernel().changedFile() == nil)
        unsafe unlink(path)
        #expect(LinuxKernel().changedFile() == nil)
        #expect(contents.span[Self.size - 1] == 7)
      }
    }
  }

  @Test("A fault that is not of a mapped file ends the process as ever")
  func foreign() async {
    await #expect(processExitsWith: .signal(SIGBUS)) {
      try Self.mapped { path, contents in
        let file = unsafe open(path, O_RDONLY)
        let other = unsafe mmap(nil, 8192, PROT_READ, MAP_PRIVATE, file, 0)
        unsafe truncate(path, 0)
        _ = unsafe other?.load(fromByteOffset: 0, as: UInt8.self)
        _ = contents.count
      }
    }
  }

  @Test("Devices are not opened; sockets and folders are refused, and a pipe only gives so much")
  func special() throws {
    let kernel = LinuxKernel()
    for path in ["/dev/null", "/dev/zero", "/dev/full"] {
      #expect(throws: Errno.notSupported) { try kernel.mapFile(path, limit: 99) }
      #expect(try kernel.fileStatus(path).kind == .device)
    }
    try SampleMachine.inFolder { folder in
      let (pipe, socket) = (folder.path + "/pipe", folder.path + "/socket")
      unsafe mkfifo(pipe, 0o600)
      let end = unsafe open(pipe, O_RDWR)
      #expect(unsafe write(end, [1, 2, 3], 3) == 3)
      #expect(throws: Errno.fileTooLarge) { try kernel.mapFile(pipe, limit: 2) }
      close(end)
      let made = try SampleMachine.shell(
        "python3 -c 'import socket as s; s.socket(s.AF_UNIX).bind(\"socket\")'", in: folder)
      #expect(made == "")
      #expect(throws: Errno.noSuchAddress) { try kernel.mapFile(socket, limit: 9) }
      #expect(throws: Errno.isDirectory) { try kernel.mapFile(folder.path, limit: 9) }
      #expect(
        try kernel.listDirectory(folder.path, limit: 9).map(\.kind) == [.pipe, .socket])
    }
  }
}
