// SPDX-License-Identifier: Apache-2.0
import Foundation
import LinuxInterface
import Testing

@testable import Samples
@testable import kexec

@Suite("After the jump")
struct VerificationTests {
  static let devices = [
    "/sys/bus/amba/devices/9000000.pl011/driver/x", "/sys/bus/virtio/devices/virtio0/driver/x",
    "/sys/bus/virtio/devices/virtio1/driver/x", "/sys/class/net/eth0/device/x",
    "/sys/block/vda/device/x",
  ]

  /// A machine with its devices, as it is before the jump.
  static func before(_ changes: [String: String?] = [:]) -> Loader {
    let loader = Loader(changes)
    for path in devices { loader.kernel.files[path] = [] }
    return loader
  }

  static let load = "-l --log=/log --append=console=ttyAMA0 /boot/zImage --initrd=/boot/initrd"

  /// The machine after the jump: the log is there, and the command line is what was planned.
  static func after(
    _ changes: [String: String?] = [:], load: String = load
  ) throws -> Loader {
    let old = before()
    #expect(old.run(load).exit == .done)
    let segments = try #require(old.kernel.loads.first).segments
    let bytes = UInt32(segments.filter { $0.name == "initrd" }.reduce(0) { $0 + $1.bytes.count })
    let new = before(changes)
    // What the kernel of the loader's tests calls itself.
    new.kernel.name = SystemName(release: "5.4.0-test", machine: "armv7l")
    new.kernel.files["/proc/device-tree/chosen/bootargs"] = []
    new.kernel.files["/log"] = old.kernel.files["/log"]
    if changes["/proc/cmdline"] == nil {
      new.kernel.files["/proc/cmdline"] = Array(
        "console=ttyAMA0 kexec.id=0001020304050607\n".utf8)
    }
    let chosen = "/proc/device-tree/chosen/linux,initrd-"
    new.kernel.files[chosen + "start"] = [0x48, 0, 0, 0]
    new.kernel.files[chosen + "end"] = Builder.word(0x4800_0000 + bytes, isBigEndian: true)
    return new
  }

  @Test("A boot that lost nothing is told line by line, and ends with 0")
  func whole() throws {
    let found = try Self.after().run("--verify-boot=/log")
    #expect(found.exit == .done, "\(found)")
    for words in [
      "boot 0001020304050607, recorded at 2023-", "ok       kernel: 5.4.0-test, as planned\n",
      "ok       command line: as planned\n",
      "ok       CPUs present: 0-1\n", "ok       CPUs online: 0-1\n", "ok       memory: ",
      "ok       initrd: ", "ok       virtio: all 2\n", "ok       net: all 1\n",
    ] { #expect(found.output.contains(words), "\(found.output)") }
    #expect(!found.output.contains("lost") && !found.output.contains("changed"))
  }

  struct Loss: Sendable, CustomTestStringConvertible {
    let words: String
    var changes: [String: String?] = [:]
    var gone: [String] = []
    var more: [String] = []
    var release: String?
    var testDescription: String { words }
  }

  static let losses = [
    Loss(
      words: "lost     CPUs present: 1 lost: 0-1 before, 0 now",
      changes: ["/sys/devices/system/cpu/present": "0\n"]),
    Loss(
      words: "lost     CPUs online: 1 lost: 0-1 before, 0 now",
      changes: ["/sys/devices/system/cpu/online": "0\n"]),
    Loss(
      words: "268 435 456 B lost",
      changes: ["/proc/iomem": "40000000-4fffffff : System RAM\n"]),
    Loss(words: "lost     net: gone: eth0; 0 of 1 kept", gone: [devices[3]]),
    Loss(words: "lost     block: gone: vda; 0 of 1 kept", gone: [devices[4]]),
    Loss(
      words: "lost     virtio: gone: virtio0; without a driver: virtio1; 0 of 2 kept",
      gone: [devices[1], devices[2]], more: ["/sys/bus/virtio/devices/virtio1/uevent"]),
    Loss(
      words: "changed  command line: without console=ttyAMA0",
      changes: ["/proc/cmdline": "kexec.id=0001020304050607 console=tty0\n"]),
    Loss(words: "lost     initrd: the kernel was given none", gone: ["initrd"]),
  ]

  @Test("What was lost is told exactly, and the exit code says so", arguments: losses)
  func lost(loss: Loss) throws {
    let loader = try Self.after(loss.changes)
    for path in loss.gone { loader.kernel.files[path] = nil }
    if loss.gone == ["initrd"] {
      for path in Array(loader.kernel.files.keys) where path.contains("linux,initrd") {
        loader.kernel.files[path] = nil
      }
    }
    for path in loss.more { loader.kernel.files[path] = [] }
    let found = loader.run("--verify-boot=/log")
    #expect(found.exit == .lost)
    #expect(found.output.contains(loss.words), "\(found.output)")
    let bad = found.output.split(separator: "\n").filter {
      $0.hasPrefix("lost") || $0.hasPrefix("changed")
    }
    #expect(bad.count == 1, "\(found.output)")
  }

  @Test("Another kernel than planned is told")
  func otherKernel() throws {
    let loader = try Self.after()
    let text = String(decoding: loader.kernel.files["/log"] ?? [], as: UTF8.self)
    let start = try #require(text.range(of: "\"release\": "))
    let end = try #require(text.range(of: ",\n", range: start.upperBound..<text.endIndex))
    let changed = text.replacingCharacters(
      in: start.upperBound..<end.lowerBound, with: "\"6.9.1-test\"")
    loader.kernel.files["/log"] = Array(changed.utf8)
    let found = loader.run("--verify-boot=/log --json")
    #expect(found.exit == .lost && found.output.contains("\"isWhole\": false"))
    #expect(found.output.contains("5.4.0-test runs, 6.9.1-test was planned"))
  }

  @Test("A boot that is tied to nothing, or to a record that is not there, has codes of its own")
  func untied() throws {
    let plain = Self.before()
    #expect(plain.run("--verify-boot").exit == .notTied)
    let other = try Self.after(["/proc/cmdline": "kexec.id=ffff\n"])
    let found = other.run("--verify-boot=/log")
    #expect(
      found.exit == .noRecord && found.complaints.contains("no whole record of the boot ffff"))
    let missing = try Self.after()
    #expect(missing.run("--verify-boot").exit == .unreadable)
    #expect(missing.deeds == [])
  }

  @Test("Of several generations each finds its own, behind what a full disk cut off")
  func generations() throws {
    let first = "--log=/log --append=kexec.id=first -l /boot/zImage"
    let old = Self.before()
    #expect(old.run(first).exit == .done)
    let whole = old.kernel.files["/log"] ?? []
    let cut = Array(whole.prefix(whole.count / 2))
    let new = try Self.after()
    let second = new.kernel.files["/log"] ?? []
    let torn = Array(
      String(decoding: cut, as: UTF8.self).replacingOccurrences(of: "first", with: "torn").utf8)
    new.kernel.files["/log"] = whole + torn + second + [0, 0, 0]
    #expect(new.run("--verify-boot=/log").exit == .done)
    new.kernel.files["/proc/cmdline"] = Array("kexec.id=first\n".utf8)
    let found = new.run("--verify-boot=/log")
    #expect(found.output.contains("boot first, recorded at"), "\(found)")
    new.kernel.files["/proc/cmdline"] = Array("kexec.id=torn\n".utf8)
    #expect(new.run("--verify-boot=/log").exit == .noRecord)
  }

  @Test("A log that cannot be written is told before anything is started")
  func unwritable() {
    for errno in [Errno.noSpace, .readOnlyFileSystem] {
      let loader = Self.before()
      loader.kernel.failures[.path("/log")] = errno
      let found = loader.run(Self.load)
      #expect(found.exit == .unwritable && found.complaints.contains(errno.name))
      #expect(found.complaints.contains("nothing was started; the kernel is loaded"))
    }
  }

  @Test("The id of the running boot is not handed on to the next, unless it is stated")
  func stale() {
    let running: [String: String?] = ["/proc/cmdline": "console=ttyAMA0 kexec.id=old\n"]
    for (line, id) in [
      ("-l /boot/zImage", nil), ("-l /boot/zImage --reuse-cmdline", nil),
      ("-l /boot/zImage --log=/log", "0001020304050607"),
      ("-l /boot/zImage --append=kexec.id=mine", "mine"),
    ] as [(String, String?)] {
      let loader = Self.before(running)
      #expect(loader.run(line).exit == .done)
      let record = String(decoding: loader.kernel.files["/run/kexec.json"] ?? [], as: UTF8.self)
      #expect(!record.contains("kexec.id=old"), "\(line)")
      if let id { #expect(record.contains("kexec.id=\(id)\""), "\(line)") }
    }
  }
}
