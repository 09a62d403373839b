// SPDX-License-Identifier: Apache-2.0
import DeviceTree
import LinuxInterface
import Testing

@testable import Samples
@testable import kexec

@Suite("Kernels that the processor cannot run")
struct OtherProcessorTests {
  static func zImage(_ head: [UInt32], texts: [String] = []) -> [UInt8] {
    var zImage = Loader.zImage
    zImage.image.head = head
    zImage.image.texts += texts
    return zImage.bytes()
  }

  typealias Code = SyntheticImage
  static let armmp = zImage(Code.hypStub + Code.safeSVC + Code.wideMoves)
  static let lpae = zImage(Code.hypStub + Code.safeSVC + Code.longDescriptors)
  static let rpi = zImage(Code.safeSVC)
  static let marvell = zImage(Code.plainSVC)

  static func tree(_ core: String) -> DeviceTree {
    var tree = Loader.tree
    for index in tree.root.children.indices where tree.root.children[index].name == "cpus" {
      for cpu in tree.root.children[index].children.indices {
        tree.root.children[index].children[cpu].set("compatible", string: core)
      }
    }
    return tree
  }

  /// A machine, and what its /proc/cpuinfo has among the features.
  static func loader(_ core: String, _ machine: String = "armv7l", lpae: Bool = false) -> Loader {
    let loader = Loader(tree: tree(core))
    loader.kernel.name = SystemName(release: "6.1.0-50-armmp", machine: machine)
    loader.kernel.files["/proc/cpuinfo"] = Array(
      ("Features\t: half thumb" + (lpae ? " lpae\n" : "\n")).utf8)
    loader.kernel.files["/boot/armmp"] = armmp
    loader.kernel.files["/boot/lpae"] = Self.lpae
    loader.kernel.files["/boot/rpi"] = rpi
    loader.kernel.files["/boot/marvell"] = marvell
    return loader
  }

  static let refused: [(core: String, machine: String, kernel: String, words: String)] = [
    ("arm,cortex-a8", "armv7l", "lpae", "needs LPAE, which arm,cortex-a8 has not"),
    ("acme,core", "armv7l", "lpae", "needs LPAE, which armv7l has not"),
    ("arm,arm1176jzf-s", "armv6l", "armmp", "needs ARMv7 or later, and arm,arm1176jzf-s is ARMv6"),
    ("arm,arm926ej-s", "armv5tejl", "rpi", "needs ARMv6 or later"),
    ("arm,cortex-a7", "armv7l", "rpi", "for no later processors than ARMv6"),
    ("arm,cortex-a9", "armv7l", "marvell", "for no later processors than ARMv5"),
  ]

  @Test("Such a kernel is neither planned for, checked as good, nor loaded", arguments: refused)
  func refuses(core: String, machine: String, kernel: String, words: String) {
    for handover in ["image", "zimage"] {
      let loader = Self.loader(core, machine)
      let found = loader.run("-l /boot/\(kernel) --handover=" + handover)
      #expect(found.exit == .failed && loader.deeds == [], "\(found)")
      #expect(found.told.contains("error KX175") && found.told.contains(words), "\(found.told)")
    }
    let dry = Self.loader(core, machine).run("-l /boot/\(kernel) --dry-run")
    #expect(dry.exit == .failed && dry.output.contains("error KX175"), "\(dry)")
    let check = Self.loader(core, machine).run("--check /boot/\(kernel)")
    #expect(check.exit == .failed && check.output.contains("error    KX175"), "\(check.output)")
    #expect(!check.output.contains("KX218"))
  }

  static let taken: [(core: String, machine: String, kernel: String)] = [
    ("arm,cortex-a15", "armv7l", "lpae"), ("arm,cortex-a8", "armv7l", "armmp"),
    ("arm,arm1176jzf-s", "armv6l", "rpi"), ("marvell,feroceon", "armv5tel", "marvell"),
    ("arm,cortex-a53", "armv7l", "lpae"), ("acme,core", "armv7l", "armmp"),
  ]

  @Test("A kernel that is for the processor is loaded without a word", arguments: taken)
  func takes(core: String, machine: String, kernel: String) {
    let loader = Self.loader(core, machine)
    let found = loader.run("-l /boot/\(kernel)")
    #expect(found.exit == .done && loader.deeds == ["load", "write /run/kexec.json"], "\(found)")
    #expect(!found.complaints.contains("KX17"))
  }

  @Test("Only a kernel with LPAE has features of the processor looked up, and they decide")
  func features() {
    let able = Self.loader("acme,core", lpae: true)
    #expect(able.run("-l /boot/lpae").exit == .done)
    #expect(able.kernel.calls.contains { $0.call == .readFile("/proc/cpuinfo") })
    let plain = Self.loader("acme,core", lpae: true)
    #expect(plain.run("-l /boot/armmp").exit == .done)
    #expect(!plain.kernel.calls.contains { $0.call == .readFile("/proc/cpuinfo") })
    let silent = Self.loader("acme,core")
    silent.kernel.files["/proc/cpuinfo"] = nil
    let found = silent.run("-l /boot/lpae --dry-run")
    #expect(found.exit == .done && found.output.contains("note KX177"), "\(found)")
  }

  @Test("--check reads for which processors the inflated kernel was built")
  func vermagic() {
    func check(_ version: String, _ core: String, _ machine: String) -> Loader.Outcome {
      let loader = Self.loader(core, machine)
      loader.kernel.files["/boot/k"] = Self.zImage(
        [], texts: ["6.1.0 SMP mod_unload \(version) p2v8 "])
      return loader.run("--check /boot/k")
    }
    let good = check("ARMv7", "arm,cortex-a15", "armv7l")
    #expect(
      good.output.contains("ok       KX218  armv7l has what the kernel needs: ARMv7"),
      "\(good.output)")
    let old = check("ARMv5", "arm,cortex-a9", "armv7l")
    #expect(old.exit == .failed && old.output.contains("error    KX175"), "\(old.output)")
    let new = check("ARMv7", "arm,arm1176jzf-s", "armv6l")
    #expect(new.exit == .failed && new.output.contains("KX175  the kernel needs ARMv7 or later"))
  }

  /// A folder with kernels, each with its ramdisk.
  static func folder(_ kernels: [String: [UInt8]]) -> [String: [UInt8]] {
    var files: [String: [UInt8]] = [:]
    for (release, bytes) in kernels {
      files["/boot/vmlinuz-" + release] = bytes
      files["/boot/initrd.img-" + release] = EntryTests.initrd
    }
    return files
  }

  static func entries(
    _ core: String, _ name: SystemName, _ kernels: [String: [UInt8]]
  ) -> Loader {
    let loader = Self.loader(core, name.machine)
    loader.kernel.name = name
    for path in Array(loader.kernel.files.keys) where path.hasPrefix("/boot/") {
      loader.kernel.files[path] = nil
    }
    loader.kernel.files.merge(folder(kernels)) { $1 }
    return loader
  }

  @Test("--newest takes the running flavour among kernels of one version")
  func flavours() {
    let pi = SystemName(release: "6.6.31+rpt-rpi-v6", machine: "armv6l")
    let found = Self.entries(
      "arm,arm1176jzf-s", pi,
      [
        "6.6.31+rpt-rpi-v6": Self.rpi, "6.6.31+rpt-rpi-v7": Self.armmp,
        "6.6.31+rpt-rpi-v7l": Self.lpae,
      ]
    ).run("-l --newest")
    #expect(found.exit == .done, "\(found)")
    #expect(found.complaints.hasPrefix("entry: boot 6.6.31+rpt-rpi-v6: "), "\(found.complaints)")
    let bone = Self.entries(
      "arm,cortex-a8", SystemName(release: "6.1.0-49-armmp", machine: "armv7l"),
      ["6.1.0-50-armmp": Self.armmp, "6.1.0-50-armmp-lpae": Self.lpae]
    ).run("-l --newest")
    #expect(bone.complaints.hasPrefix("entry: boot 6.1.0-50-armmp: "), "\(bone.complaints)")
  }

  @Test("--newest passes over what the processor cannot run, and says so")
  func passesOver() {
    let name = SystemName(release: "6.1.0-49-armmp", machine: "armv7l")
    let found = Self.entries(
      "arm,cortex-a8", name,
      [
        "6.1.0-50-armmp": Self.armmp, "6.1.0-51-armmp-lpae": Self.lpae,
        "6.1.0-52-marvell": Self.marvell, "6.1.0-53-rpi": Self.rpi,
      ]
    ).run("-l --newest")
    #expect(found.exit == .done && found.complaints.contains("entry: boot 6.1.0-50-armmp: "))
    for words in [
      "boot 6.1.0-51-armmp-lpae is not taken: the kernel needs LPAE, which armv7l has not",
      "boot 6.1.0-52-marvell is not taken: the kernel is for no later processors than ARMv5",
      "boot 6.1.0-53-rpi is not taken: the kernel is for no later processors than ARMv6",
    ] { #expect(found.complaints.contains(words), "\(found.complaints)") }
    let kirkwood = Self.entries(
      "marvell,feroceon", SystemName(release: "6.1.0-49-marvell", machine: "armv5tel"),
      ["6.1.0-50-armmp": Self.armmp, "6.1.0-49-marvell": Self.marvell]
    ).run("-l --newest")
    #expect(kirkwood.complaints.contains("entry: boot 6.1.0-49-marvell: "), "\(kirkwood)")
    #expect(kirkwood.complaints.contains("6.1.0-50-armmp is not taken: the kernel needs ARMv7"))
  }

  @Test("A compressed kernel of another architecture is passed over")
  func compressed() {
    var arm64 = [UInt8](repeating: 0, count: 0x400)
    arm64.replaceSubrange(0x38..<0x3c, with: [0x41, 0x52, 0x4d, 0x64])
    let found = Self.entries(
      "arm,cortex-a53", SystemName(release: "6.6.20+rpt-rpi-v7", machine: "armv7l"),
      ["6.6.31+rpt-rpi-v8": Builder.gzip(arm64), "6.6.31+rpt-rpi-v7": Self.armmp]
    ).run("--list-entries")
    #expect(found.output.contains("* boot 6.6.31+rpt-rpi-v7\n"), "\(found.output)")
    #expect(
      found.output.contains("not taken: its kernel is no ARM kernel, but one for arm64"),
      "\(found.output)")
  }
}
