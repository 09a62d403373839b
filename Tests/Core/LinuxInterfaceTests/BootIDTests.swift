// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import LinuxInterface

@Suite("kexec.id on a command line")
struct BootIDTests {
  static let placed: [(id: String?, line: String, result: String)] = [
    ("7", "", "kexec.id=7"), ("7", "quiet", "quiet kexec.id=7"),
    ("7", "a  kexec.id=6 b -- c kexec.id=5", "a b kexec.id=7 -- c kexec.id=5"),
    ("7", "a=\"b -- c\"", "a=\"b -- c\" kexec.id=7"), (nil, "a  b", "a  b"),
    (nil, "a kexec.id=6  -- b", "a -- b"),
  ]

  @Test("An id takes the place of any other, in front of init's words", arguments: placed)
  func place(id: String?, line: String, result: String) {
    #expect(BootID.place(id, on: line) == result)
    #expect(BootID.id(in: result) == id)
  }

  static let read: [(line: String, id: String?)] = [
    ("kexec.id=a kexec.id=b-1_Z", "b-1_Z"), ("a -- kexec.id=b", nil), ("kexec.id=", nil),
    ("kexec.id=a/b", nil), ("kexec.id=\"a b\"", nil), ("xkexec.id=a", nil),
    ("kexec.id=" + String(repeating: "a", count: 65), nil),
    ("kexec.id=" + String(repeating: "a", count: 64), String(repeating: "a", count: 64)),
  ]

  @Test("The last id counts, and only letters, digits and dashes make one", arguments: read)
  func id(line: String, id: String?) {
    #expect(BootID.id(in: line) == id)
  }

  @Test("An id comes from randomness, else from the clock, else there is none")
  func make() {
    let kernel = RecordingKernel()
    #expect(BootID.make(on: kernel) == "0001020304050607")
    kernel.failures[.call(1)] = .tryAgain
    let first = BootID.make(on: kernel)
    kernel.failures[.call(3)] = .tryAgain
    #expect(first?.count == 16 && first != BootID.make(on: kernel))
    kernel.failures[.call(5)] = .tryAgain
    kernel.failures[.call(6)] = .badAddress
    #expect(BootID.make(on: kernel) == nil)
  }

  @Test("--reuse-cmdline does not hand the running boot's id on")
  func reuse() {
    #expect(CommandLineReuse(running: "quiet kexec.id=1").commandLine == "quiet")
  }
}
