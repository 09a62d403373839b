// SPDX-License-Identifier: Apache-2.0
import DeviceTree
import LinuxInterface
import Testing

@testable import Samples
@testable import kexec

@Suite("--check")
struct CheckTests {
  static let files = "/boot/zImage --initrd=/boot/initrd --append=console=ttyAMA0"

  struct Case: Sendable, CustomTestStringConvertible {
    let line: String
    let words: String
    var arguments = CheckTests.files
    var changes: [String: String?] = [:]
    var tree: DeviceTree? = Loader.tree
    var prepare: @Sendable (RecordingKernel) -> Void = { _ in }
    var testDescription: String { line + ": " + words }
  }

  static func enabling(_ change: (inout Node) -> Void) -> DeviceTree {
    var root = Loader.tree.root
    for index in root.children.indices where root.children[index].name == Loader.uart.name {
      change(&root.children[index])
    }
    return DeviceTree(root: root)
  }

  static let status = "/proc/self/status"
  static let cases: [Case] = [
    Case(line: "ok KX201", words: "this kernel can load another"),
    Case(
      line: "error KX201", words: "CONFIG_KEXEC is off",
      changes: ["/sys/kernel/kexec_loaded": nil, "/boot/config-6.1.0-50-armmp": "CONFIG_SMP=y\n"]),
    Case(line: "warning KX201", words: "does not tell", changes: ["/sys/kernel/kexec_loaded": nil]),
    Case(
      line: "warning KX201", words: "though /boot/config-6.1.0-50-armmp says",
      changes: ["/boot/config-6.1.0-50-armmp": "CONFIG_SMP=y\n"]),
    Case(line: "ok KX202", words: "may load"),
    Case(line: "error KX202", words: "CAP_SYS_BOOT", changes: [status: "CapEff: 0\n"]),
    Case(line: "ok KX203", words: "not switched off"),
    Case(
      line: "error KX203", words: "kexec_load_disabled is 1",
      changes: ["/proc/sys/kernel/kexec_load_disabled": "1\n"]),
    Case(line: "ok KX204", words: "not locked down"),
    Case(
      line: "error KX204", words: "confidentiality",
      changes: ["/sys/kernel/security/lockdown": "none integrity [confidentiality]\n"]),
    Case(line: "ok KX205", words: "can be parked"),
    Case(
      line: "warning KX205", words: "not known", changes: ["/proc/device-tree/psci/method": nil]),
    Case(
      line: "error KX205", words: "its 2 CPUs",
      changes: ["/sys/devices/system/cpu/cpu1/online": nil]),
    Case(
      line: "error KX205", words: "spin-table",
      tree: Loader.tree(ram: [0x4000_0000: 0x2000_0000], method: "spin-table")),
    Case(
      line: "ok KX206", words: "crash kernel", changes: ["/sys/kernel/kexec_crash_loaded": "1\n"]),
    Case(line: "ok KX207", words: "512 MiB of RAM"),
    Case(
      line: "error KX207", words: "every address in this iomem is zero",
      changes: ["/proc/iomem": MachineRefusalTests.zeroed]),
    Case(line: "ok KX208", words: "/sys/firmware/fdt"),
    Case(line: "warning KX208", words: "neither its device tree nor ATAGs", tree: nil),
    Case(line: "ok KX209", words: "everything has a place: image handover"),
    Case(line: "error KX209", words: "ENOENT", arguments: "/boot/none"),
    Case(
      line: "error KX209", words: "the zImage is truncated",
      prepare: { $0.files["/boot/zImage"]?.removeLast(9000) }),
    Case(
      line: "warning KX110", words: "tells no memory", arguments: files + " --dtb=/boot/bare",
      prepare: { $0.files["/boot/bare"] = DeviceTree(root: Node("")).flattened() }),
    Case(
      line: "warning KX121", words: "wrapped for U-Boot",
      prepare: {
        $0.files["/boot/initrd"] = Builder.uImage(ofRamdisk: $0.files["/boot/initrd"] ?? [])
      }),
    Case(
      line: "warning KX149", words: "can be had",
      changes: ["/proc/meminfo": "MemTotal: 500000 kB\nMemAvailable: 10 kB\n"]),
    Case(
      line: "error KX151", words: "more than half",
      changes: ["/proc/meminfo": "MemTotal: 60 kB\nMemAvailable: 90 kB\n"]),
    Case(line: "ok KX210", words: "console=ttyAMA0 is there"),
    Case(
      line: "warning KX210", words: "no such device enabled",
      tree: enabling { $0.set("status", string: "disabled") }),
    Case(
      line: "warning KX210", words: "console=tty0 is a screen",
      arguments: "/boot/zImage --append=console=tty0"),
    Case(
      line: "warning KX210", words: "console=ttyS9 is not in the running kernel",
      arguments: "/boot/zImage --append=console=ttyS9"),
    Case(
      line: "ok KX210", words: "console=ttyS9 as the running kernel has it",
      arguments: "/boot/zImage", changes: ["/proc/cmdline": "console=ttyS9\n"]),
    Case(
      line: "ok KX210", words: "console=ttyS9,9600 as the running kernel has it",
      arguments: "/boot/zImage --append=console=ttyS9,9600",
      changes: ["/proc/cmdline": "console=ttyS9,115200n8\n"]),
    Case(
      line: "ok KX210", words: "the tree names the console /pl011@9000000",
      arguments: "/boot/zImage --append=quiet"),
    Case(
      line: "warning KX210", words: "which it has not, or disabled",
      arguments: "/boot/zImage --append=quiet",
      tree: enabling { $0.set("status", string: "fail") }),
    Case(
      line: "warning KX210", words: "neither the command line nor the tree names a console",
      arguments: "/boot/zImage --append=quiet --dtb=/boot/bare",
      prepare: { $0.files["/boot/bare"] = DeviceTree(root: Node("")).flattened() }),
    Case(line: "ok KX211", words: "the kernel will take the segments"),
    Case(
      line: "error KX211", words: "built without CONFIG_KEXEC",
      changes: ["/sys/kernel/kexec_loaded": nil, "/boot/config-6.1.0-50-armmp": "CONFIG_SMP=y\n"]),
    Case(line: "ok KX213", words: "the kernel knows the words of the tree"),
    Case(
      line: "warning KX213", words: "no word for the machine 'acme,board'",
      tree: {
        var root = Loader.tree.root
        root.set("compatible", string: "acme,board")
        return DeviceTree(root: root)
      }()),
    Case(
      line: "warning KX213", words: "no word for the console's 'acme,uart'",
      tree: enabling { $0.set("compatible", string: "acme,uart") }),
    Case(
      line: "warning KX213", words: "enable-method 'acme,smp'",
      tree: Loader.tree(ram: [0x4000_0000: 0x2000_0000], method: "acme,smp")),
    Case(line: "ok KX214", words: "the kernel is whole: 37 120 B"),
    Case(
      line: "error KX214", words: "inflat",
      prepare: {
        var zImage = Loader.zImage
        zImage.image.byteCount = 0x6_0000
        var bytes = zImage.bytes()
        bytes[bytes.count - 400] ^= 1
        $0.files["/boot/zImage"] = bytes
      }),
    Case(
      line: "warning KX216", words: "UEFI",
      tree: {
        var root = Loader.tree.root
        root.children[0].set("linux,uefi-system-table", u64: 0x5f00_0000)
        return DeviceTree(root: root)
      }()),
    Case(
      line: "warning KX217", words: "nothing is told of the running kernel",
      arguments: "/boot/zImage --machine=/tmp/iomem",
      changes: ["/tmp/iomem": "40000000-5fffffff : System RAM\n"]),
    Case(
      line: "ok KX218", words: "armv7l has what the kernel needs: ARMv7",
      prepare: {
        $0.files["/boot/zImage"] = OtherProcessorTests.zImage(
          [], texts: ["6.1.0 SMP mod_unload ARMv7 p2v8 "])
      }),
    Case(line: "ok KX215", words: "there is an initrd"),
    Case(line: "ok KX215", words: "names a root", arguments: "/boot/zImage"),
    Case(
      line: "warning KX215", words: "neither an initrd nor root=",
      arguments: "/boot/zImage --append=quiet"),
  ]

  @Test("Each thing that is so, or not, has its line with its code", arguments: cases)
  func lines(one: Case) throws {
    let loader = Loader(one.changes, tree: one.tree)
    one.prepare(loader.kernel)
    let found = loader.run("--check " + one.arguments)
    let severity = String(one.line.split(separator: " ")[0])
    let code = String(one.line.split(separator: " ")[1])
    let lines = found.output.split(separator: "\n").map(String.init)
    let line = lines.first {
      $0.hasPrefix(severity + " ") && $0.contains(code + "  ") && $0.contains(one.words)
    }
    #expect(line != nil, "\(found.output)\(found.complaints)")
    let failed = lines.contains { $0.hasPrefix("error ") }
    #expect(found.exit == (failed ? .failed : .done))
    #expect(loader.deeds == [])
  }

  @Test("A sound machine and sound files have no line but ok, and the document says the same")
  func sound() {
    let found = Loader().run(
      "--check /boot/Image --type=Image --initrd=/boot/initrd "
        + "--append=console=ttyAMA0")
    #expect(found.exit == .done)
    let lines = found.output.split(separator: "\n")
    #expect(lines.allSatisfy { $0.hasPrefix("ok       KX2") }, "\(found.output)")
    #expect(lines.count == 13, "\(found.output)")
    let document = Loader().run(
      "--check --json /boot/Image --type=Image --initrd=/boot/initrd "
        + "--append=console=ttyAMA0"
    ).output
    #expect(document.split(separator: "\"severity\": \"ok\"").count == lines.count + 1)
  }

  @Test("Without files the machine alone is checked")
  func machine() {
    let found = Loader().run("--check")
    #expect(found.exit == .done)
    #expect(!found.output.contains("KX209"))
  }
}
