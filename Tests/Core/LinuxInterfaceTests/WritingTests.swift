// SPDX-License-Identifier: Apache-2.0
import Foundation
import Glibc
import LinuxInterface
@testable import Samples
import Testing

@Suite("Writing files")
struct WritingTests {
  let kernel = LinuxKernel()

  /// What `stat` says of a file, links followed or not.
  private static func status(_ path: String, follow: Bool = true) throws -> stat {
    var status = stat()
    let result = unsafe follow ? stat(path, &status) : lstat(path, &status)
    try #require(result == 0, "\(path)")
    return status
  }

  private static func put(_ text: String, _ path: String) throws {
    try Data(text.utf8).write(to: URL(filePath: path))
  }

  private static func text(_ path: String) throws -> String {
    String(decoding: try Data(contentsOf: URL(filePath: path)), as: UTF8.self)
  }

  private static func names(_ folder: URL) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
  }

  @Test("Links stay, and what they lead to is written, be it there yet or not")
  func links() throws {
    try SampleMachine.inFolder { folder in
      let base = folder.path
      try Self.put("old and longer", base + "/file")
      for (link, target) in [
        ("one", "file"), ("two", "one"), ("dangling", "new"), ("a", "b"), ("b", "a"),
      ] {
        try FileManager.default.createSymbolicLink(
          atPath: base + "/" + link, withDestinationPath: target)
      }
      let inode = try Self.status(base + "/file").st_ino
      try kernel.writeFile(base + "/two", Array("new".utf8), mode: .replace)
      try kernel.writeFile(base + "/dangling", Array("made".utf8), mode: .replace)
      #expect(try Self.text(base + "/file") == "new")
      #expect(try Self.status(base + "/file").st_ino == inode)
      #expect(try Self.text(base + "/new") == "made")
      #expect(throws: Errno(40)) { try kernel.writeFile(base + "/a", [1], mode: .replace) }
      for link in ["one", "two", "dangling", "a"] {
        let kind = try Self.status(base + "/" + link, follow: false).st_mode & S_IFMT
        #expect(kind == S_IFLNK, "\(link)")
      }
      #expect(try Self.names(folder) == ["a", "b", "dangling", "file", "new", "one", "two"])
    }
  }

  @Test("A file of two names stays one file, and one of one name is replaced")
  func hardLinks() throws {
    try SampleMachine.inFolder { folder in
      let (one, two) = (folder.path + "/one", folder.path + "/two")
      try Self.put("old and longer", one)
      try FileManager.default.linkItem(atPath: one, toPath: two)
      try kernel.writeFile(one, Array("new".utf8), mode: .replace)
      #expect(try Self.text(two) == "new")
      #expect(try Self.status(one).st_ino == Self.status(two).st_ino)
      unsafe unlink(two)
      let reader = try FileHandle(forReadingFrom: URL(filePath: one))
      try kernel.writeFile(one, Array("newer".utf8), mode: .replace)
      #expect(try reader.readToEnd() == Data("new".utf8), "who had it open has the old bytes")
    }
  }

  @Test("Owner and permissions of a file stay; a new one has what is asked for, less the mask")
  func permissions() throws {
    try SampleMachine.inFolder { folder in
      let path = folder.path + "/file"
      for mode in [0o640, 0o4755, 0o600] as [mode_t] {
        try Self.put("old", path)
        if geteuid() == 0 { unsafe chown(path, 1234, 4321) }
        unsafe chmod(path, mode)
        try kernel.writeFile(path, [1], mode: .replace, permissions: 0o666)
        let status = try Self.status(path)
        #expect(status.st_mode & 0o7777 == mode)
        #expect(geteuid() != 0 || status.st_uid == 1234 && status.st_gid == 4321)
      }
      let mask = umask(0)
      umask(mask)
      try kernel.writeFile(folder.path + "/new", [1], mode: .replace, permissions: 0o666)
      #expect(try Self.status(folder.path + "/new").st_mode & 0o777 == 0o666 & ~mask)
      try kernel.writeFile(folder.path + "/secret", [1], mode: .replace)
      #expect(try Self.status(folder.path + "/secret").st_mode & 0o777 == 0o600 & ~mask)
    }
  }

  @Test("A device and a pipe are written through; a folder and a socket are refused")
  func special() throws {
    try SampleMachine.inFolder { folder in
      let before = try Self.status("/dev/null")
      try kernel.writeFile("/dev/null", [1, 2], mode: .replace)
      #expect(try Self.status("/dev/null").st_ino == before.st_ino)
      #expect(throws: Errno.noSpace) { try kernel.writeFile("/dev/full", [1], mode: .replace) }
      let pipe = folder.path + "/pipe"
      unsafe mkfifo(pipe, 0o600)
      // Open for both, so that neither end waits for the other.
      let end = unsafe open(pipe, O_RDWR)
      defer { close(end) }
      try kernel.writeFile(pipe, [1, 2, 3], mode: .replace)
      var bytes = [UInt8](repeating: 0, count: 9)
      #expect(unsafe read(end, &bytes, 9) == 3 && bytes[2] == 3)
      #expect(throws: Errno.isDirectory) {
        try kernel.writeFile(folder.path, [1], mode: .replace)
      }
      #expect(try Self.names(folder) == ["pipe"])
    }
  }

  @Test("What others put under the names that could be taken is neither followed nor replaced")
  func planted() throws {
    try SampleMachine.inFolder { folder in
      let path = folder.path + "/out"
      try Self.put("theirs", folder.path + "/theirs")
      for name in ["out.new", "out.tmp", ".out", "out~"] {
        try FileManager.default.createSymbolicLink(
          atPath: folder.path + "/" + name, withDestinationPath: folder.path + "/theirs")
      }
      let names = try Self.names(folder)
      try kernel.writeFile(path, [1], mode: .replace)
      try kernel.writeFile(path, [2], mode: .replace)
      #expect(try Self.text(folder.path + "/theirs") == "theirs")
      #expect(try Self.names(folder) == (names + ["out"]).sorted())
    }
  }

  @Test("A write that fails leaves the old file, and nothing beside it")
  func noRoom() async {
    await #expect(processExitsWith: .success) {
      try SampleMachine.inFolder { folder in
        // No file may be longer than 1 MiB.
        signal(SIGXFSZ, SIG_IGN)
        var limit = rlimit(rlim_cur: 1 << 20, rlim_max: 1 << 20)
        precondition(unsafe setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit) == 0)
        try Self.put("old", folder.path + "/file")
        let bytes = [UInt8](repeating: 7, count: 2 << 20)
        for name in ["/file", "/new"] {
          #expect(throws: Errno.fileTooLarge) {
            try LinuxKernel().writeFile(folder.path + name, bytes, mode: .replace)
          }
        }
        #expect(try Self.text(folder.path + "/file") == "old")
        #expect(try Self.names(folder) == ["file"])
      }
    }
  }

  @Test(
    "In a folder that takes no new file, one that is there is written, and a new one is refused",
    .enabled(if: geteuid() == 0, "only root can become somebody else"))
  func closedFolder() async throws {
    await #expect(processExitsWith: .success) {
      try SampleMachine.inFolder { folder in
        let path = folder.path + "/file"
        try Self.put("old and longer", path)
        unsafe chmod(path, 0o666)
        unsafe chmod(folder.path, 0o755)
        precondition(seteuid(65534) == 0)
        try LinuxKernel().writeFile(path, Array("new".utf8), mode: .replace)
        #expect(try Self.text(path) == "new")
        #expect(try Self.status(path).st_uid == 0)
        #expect(throws: Errno.accessDenied) {
          try LinuxKernel().writeFile(folder.path + "/new", [1], mode: .replace)
        }
        precondition(seteuid(0) == 0)
        #expect(try Self.names(folder) == ["file"])
      }
    }
  }

  /// Where a process that a signal ends has left its files.
  private static func interruptedFolder(_ parent: pid_t) -> URL {
    FileManager.default.temporaryDirectory.appending(path: "interrupted-\(parent)")
  }

  @Test("A signal while a file is written leaves the old one, and nothing beside it")
  func interrupted() async throws {
    let folder = Self.interruptedFolder(getpid())
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let path = folder.path + "/file"
    try Self.put("old", path)
    await #expect(processExitsWith: .signal(SIGINT)) {
      let folder = WritingTests.interruptedFolder(getppid())
      Thread.detachNewThread {
        while true {
          let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
          if names.count > 1 { break }
        }
        kill(getpid(), SIGINT)
      }
      let bytes = [UInt8](repeating: 7, count: 256 << 20)
      try LinuxKernel().writeFile(folder.path + "/file", bytes, mode: .replace)
    }
    #expect(try Self.text(path) == "old")
    #expect(try Self.names(folder) == ["file"])
  }
}
