// SPDX-License-Identifier: Apache-2.0
import LinuxInterface
import Testing

@testable import kexec

@Suite("Starting what is loaded")
struct StartingTests {
  static let files = "/boot/zImage --initrd=/boot/initrd --append=console=ttyAMA0"

  struct Case: Sendable, CustomTestStringConvertible {
    let line: String
    let deeds: [String]
    var testDescription: String { line }
  }

  static let record = "write /run/kexec.json"
  static let cases: [Case] = [
    Case(line: "-l " + files, deeds: ["load", record]),
    Case(line: "-l -x -y " + files, deeds: ["load", record]),
    Case(line: "-l --log=/log " + files, deeds: ["load", record, "write /log"]),
    Case(line: files, deeds: ["load", record, "systemctl kexec"]),
    Case(
      line: "--log=/log " + files, deeds: ["load", record, "write /log", "systemctl kexec"]),
    Case(
      line: "-f " + files,
      deeds: ["load", record, "sync", "eth0 down", "eth1 down", "reboot"]),
    Case(line: "-f -x " + files, deeds: ["load", record, "sync", "reboot"]),
    Case(line: "-f -y " + files, deeds: ["load", record, "eth0 down", "eth1 down", "reboot"]),
    Case(
      line: "-f -x -y --log=/log " + files, deeds: ["load", record, "write /log", "reboot"]),
    Case(line: "-f -l " + files, deeds: ["load", record]),
    Case(line: "-f --dry-run " + files, deeds: []), Case(line: "--dry-run " + files, deeds: []),
  ]

  @Test(
    "A load comes first, then the record, the log, the disks, the network, the jump",
    arguments: cases)
  func order(one: Case) {
    let loader = Loader()
    #expect(loader.run(one.line).exit == .done)
    #expect(loader.deeds == one.deeds)
  }

  @Test("-e starts what is loaded, with as much around it as is wanted")
  func exec() {
    for (line, deeds) in [
      ("-e", ["sync", "eth0 down", "eth1 down", "reboot"]), ("-e -x", ["sync", "reboot"]),
      ("-exy", ["reboot"]), ("-e -y", ["eth0 down", "eth1 down", "reboot"]),
      ("-e --log=/log", ["write /log", "sync", "eth0 down", "eth1 down", "reboot"]),
    ] {
      let loader = Loader().loaded()
      #expect(loader.run(line).exit == .done)
      #expect(loader.deeds == deeds)
    }
  }

  @Test("-e refuses when nothing is loaded, and before anything is done without the right to")
  func refuses() {
    let empty = Loader()
    let found = empty.run("-e --log=/log")
    #expect(found.exit == .failed && empty.deeds == [])
    #expect(
      found.complaints == "error: no kernel is loaded\n"
        + "  hint: load one first: kexec -l KERNEL --append=TEXT\n")
    let powerless = Loader(["/proc/self/status": "CapEff: 0\nSeccomp: 0\n"]).loaded()
    let denied = powerless.run("-e --log=/log")
    #expect(denied.exit == .notPermitted && powerless.deeds == [])
    #expect(denied.complaints.contains("CAP_SYS_BOOT"))
  }

  @Test("A jump that fails leaves the network up and says what is loaded")
  func failedJump() {
    let loader = Loader()
    loader.kernel.failures[.reboot] = .busy
    let found = loader.run("-f " + Self.files)
    #expect(found.exit == .callFailed)
    #expect(
      loader.deeds.suffix(6) == [
        "sync", "eth0 down", "eth1 down", "reboot failed", "eth0 up", "eth1 up",
      ])
    for words in [
      "reboot(LINUX_REBOOT_MAGIC1", "= -1 EBUSY", "error: the loaded kernel was not started",
      "; the kernel is loaded: kexec -e starts it", "eth0 was down, is up again",
    ] { #expect(found.complaints.contains(words)) }
    loader.kernel.failures[.interface("eth1")] = .notPermitted
    let again = loader.run("-e")
    #expect(again.complaints.contains("network interface eth1: could not be taken down: EPERM"))
  }

  static let route = """
    Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT
    eth0\t00000000\t0202000A\t0003\t0\t0\t100\t00000000\t0\t0\t0
    eth0\t0002000A\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0
    wlan0\t0000A8C0\t00000000\t0001\t0\t0\t0\t0000FFFF\t0\t0\t0

    """
  static let addresses = """
    00000000000000000000000000000001 01 80 10 80       lo
    20010db8000000000000000000000005 02 40 00 80     eth0

    """
  static let route6 = """
    20010db8000000000000000000000000 40 00000000000000000000000000000000 00 \
    00000000000000000000000000000000 00000100 00000001 00000000 00000001     eth0
    00000000000000000000000000000000 00 00000000000000000000000000000000 00 \
    fe800000000000000000000000000002 00000400 00000001 00000000 00000003     eth0
    20010db8000000000000000000000005 80 00000000000000000000000000000000 00 \
    00000000000000000000000000000000 00000000 00000002 00000000 80200001     eth0
    ff000000000000000000000000000000 08 00000000000000000000000000000000 00 \
    00000000000000000000000000000000 00000100 00000001 00000000 00000001     eth0

    """
  static let lost = [
    "ip addr add 2001:0db8:0000:0000:0000:0000:0000:0005/64 dev eth0",
    "ip route add 0.0.0.0/0 via 10.0.2.2 dev eth0 metric 100",
    "ip route add 10.0.2.0/24 dev eth0",
    "ip -6 route add 2001:0db8:0000:0000:0000:0000:0000:0000/64 dev eth0 metric 256",
    "ip -6 route add 0000:0000:0000:0000:0000:0000:0000:0000/0 "
      + "via fe80:0000:0000:0000:0000:0000:0000:0002 dev eth0 metric 1024",
  ]

  static func networked() -> Loader {
    let loader = Loader().loaded()
    loader.kernel.failures[.reboot] = .busy
    for (name, text) in [("route", route), ("if_inet6", addresses), ("ipv6_route", route6)] {
      loader.kernel.files["/proc/net/" + name] = Array(text.utf8)
    }
    return loader
  }

  @Test("After a jump that failed, every address and route is made again, or named")
  func network() {
    // No program of the name: all are named, and nothing else is.
    let named = Self.networked()
    let words = named.run("-e").complaints.split(separator: "\n")
      .filter { $0.hasPrefix("warning: lost") }.map(String.init)
    #expect(
      words == Self.lost.map { "warning: lost with its interface, bring it back: " + $0 })
    // The program does it: nothing is left to tell.
    let restored = Self.networked()
    let before = restored.kernel.files.filter { $0.key.hasPrefix("/proc/net/") }
    restored.kernel.programs["ip"] = .exited(0)
    restored.kernel.onRun = { _, kernel in kernel.files.merge(before) { $1 } }
    #expect(!restored.run("-e").complaints.contains("warning: lost"))
    // The second is refused: that one is named.
    let partly = Self.networked()
    partly.kernel.programs["ip"] = .exited(0)
    partly.kernel.onRun = { arguments, kernel in
      if arguments[1] != "route" { kernel.files.merge(before) { $1 } }
      kernel.files["/proc/net/route"] = Array(
        Self.route.replacing("eth0\t00000000\t0202000A", with: "eth9\t00000000\t0202000A").utf8)
    }
    let told = partly.run("-e").complaints.split(separator: "\n").filter {
      $0.hasPrefix("warning: lost")
    }
    #expect(told.count == 1 && told[0].hasSuffix(Self.lost[1]))
    #expect(partly.deeds.contains(Self.lost[1]))
    // Interfaces that stay up lose nothing.
    let left = Self.networked()
    #expect(!left.run("-e -x").complaints.contains("lost"))
  }

  @Test(
    "A kernel without kexec is known before anything is done; where that is unknown, it is tried")
  func withoutKexec() {
    let without = Loader(["/sys/kernel/kexec_loaded": nil])
    without.kernel.files["/sys/kernel/uevent_seqnum"] = Array("1\n".utf8)
    let found = without.run("-e --log=/log")
    #expect(found.exit == .unavailable && without.deeds == [])
    #expect(found.complaints.contains("built without CONFIG_KEXEC"))
    let blind = Loader(["/sys/kernel/kexec_loaded": nil])
    for path in blind.kernel.files.keys where path.hasPrefix("/sys/kernel/") {
      blind.kernel.files[path] = nil
    }
    #expect(blind.run("-e").exit == .done && blind.deeds.last == "reboot")
  }

  @Test("An init system that does not do it is told, and the kernel stays loaded")
  func failedShutdown() {
    let loader = Loader()
    loader.kernel.programs["systemctl"] = .exited(4)
    let found = loader.run(Self.files)
    #expect(found.exit == .callFailed && loader.deeds.last == "systemctl kexec")
    #expect(found.complaints.contains("error: 'systemctl kexec' failed: exit status 4"))
    #expect(found.complaints.contains("; the kernel is loaded: kexec -e starts it"))
    let plain = Loader()
    plain.kernel.directories.remove("/run/systemd/system")
    plain.kernel.programs["shutdown"] = .signalled(9)
    #expect(
      plain.run(Self.files).complaints.contains("'shutdown -r now' failed: ended by signal 9"))
    #expect(plain.deeds.last == "shutdown -r now")
  }

  @Test("The log tells what will be booted, behind what it told before")
  func log() throws {
    let loader = Loader()
    loader.kernel.files["/log"] = Array("before\n".utf8)
    #expect(loader.run("-f --log=/log " + Self.files).exit == .done)
    let text = String(decoding: try #require(loader.kernel.files["/log"]), as: UTF8.self)
    #expect(text.hasPrefix("before\nkexec: starting the loaded kernel at 2023-11-14T22:13:2"))
    for words in [
      "\"commandLine\": \"console=ttyAMA0 kexec.id=0001020304050607\"",
      "\"id\": \"0001020304050607\"", "\"/boot/initrd\"", "\"sha256\": \"", "\"before\": {",
    ] {
      #expect(text.contains(words), "\(text)")
    }
    // Of an earlier start of the machine nothing is said.
    let other = Loader().loaded()
    other.kernel.files["/proc/sys/kernel/random/boot_id"] = Array("beef\n".utf8)
    _ = other.run("-e --log=/log")
    let unknown = String(decoding: try #require(other.kernel.files["/log"]), as: UTF8.self)
    #expect(unknown.hasSuffix("Z\nnothing known of it\n"))
  }

  @Test("A log that cannot be written stops the start, and what is loaded is told")
  func unwritableLog() {
    let loader = Loader()
    loader.kernel.failures[.path("/log")] = .noSpace
    let found = loader.run("-f --log=/log " + Self.files)
    #expect(found.exit == .unwritable && !loader.deeds.contains("reboot"))
    #expect(found.complaints.contains("error: '/log' cannot be written: ENOSPC"))
    #expect(found.complaints.contains("hint: nothing was started; the kernel is loaded"))
  }

  @Test("A load whose record cannot be written is a load, and that is told")
  func unwritableRecord() {
    let loader = Loader()
    loader.kernel.failures[.path("/run/kexec.json")] = .readOnlyFileSystem
    let found = loader.run("-l " + Self.files)
    #expect(found.exit == .done && loader.kernel.loads.count == 1)
    #expect(
      found.complaints.contains(
        "warning: the kernel is loaded, but /run/kexec.json was not written (EROFS"))
  }

  @Test("What is loaded is told by --status until it is taken away")
  func record() {
    let loader = Loader()
    #expect(loader.run("-l " + Self.files).exit == .done)
    let status = Loader.Outcome(
      status: Program(kernel: loader.kernel).run(["-S", "-l"]),
      output: String(decoding: loader.kernel.output, as: UTF8.self), complaints: "")
    #expect(status.status == 1)
    for words in [
      "kernel: loaded", "command line: console=ttyAMA0", "kernel /boot/zImage bytes=",
      "initrd /boot/initrd bytes=", " sha256=", "handover: image",
    ] { #expect(status.output.contains(words), "\(status.output)") }
    #expect(Program(kernel: loader.kernel).run(["-u"]) == 0)
    #expect(loader.kernel.files["/run/kexec.json"] == [])
    #expect(Program(kernel: loader.kernel).run(["-S", "-l"]) == 0)
  }

  @Test("--reuse-cmdline prints what became of each word")
  func reuse() throws {
    let loader = Loader([
      "/proc/cmdline": "BOOT_IMAGE=/vmlinuz console=ttyAMA0 quiet root=/dev/vda quiet\n"
    ])
    let found = loader.run("-l /boot/zImage --reuse-cmdline --append=debug")
    #expect(found.exit == .done)
    #expect(
      found.complaints.contains(
        """
        command line: console=ttyAMA0 quiet root=/dev/vda debug
          - BOOT_IMAGE=/vmlinuz  (names the running kernel's file)
          - quiet  (stands there already)
          + debug
        """), "\(found.complaints)")
  }
}
