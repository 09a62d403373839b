// SPDX-License-Identifier: Apache-2.0
import BootPlanning
import DeviceTree
import KernelImages
import LinuxInterface
import Testing

@testable import Samples
@testable import kexec

@Suite("What goes with a kernel: command lines, trees, initrds")
struct CompanionTests {
  static let files = "/boot/zImage --initrd=/boot/initrd "
  static let stale = "console=ttyAMA0 root=/dev/ram initrd=0x82000000,0x900000"

  /// The machine's tree with other properties of the root.
  static func tree(
    _ compatible: [String], bootargs: String? = nil,
    ram: [UInt32: UInt32] = [0x4000_0000: 0x2000_0000]
  ) -> DeviceTree {
    var tree = Loader.tree(ram: ram)
    if compatible.isEmpty {
      tree.root.remove("compatible")
    } else {
      tree.root.set("compatible", strings: compatible)
    }
    if let bootargs { _ = tree.setCommandLine(bootargs) }
    return tree
  }

  /// An Android boot image of version 0.
  static func bootImage(_ commandLine: String) -> [UInt8] {
    let kernel = Loader.zImage.bytes()
    let initrd = Loader().kernel.files["/boot/initrd"] ?? []
    var image = Builder()
    image.text("ANDROID!", length: 8)
    for word in [
      UInt32(kernel.count), 0x4000_8000, UInt32(initrd.count), 0x4100_0000, 0, 0x40f0_0000,
      0x4000_0100, 2048, 0, 0,
    ] { image.word(word) }
    image.text("", length: 16)
    image.text(commandLine, length: 512)
    image.text("", length: 32 + 1024)
    for part in [kernel, initrd] {
      image.pad(to: 2048)
      image.bytes += part
    }
    image.pad(to: 2048)
    return image.bytes
  }

  private func line(_ outcome: Loader.Outcome) -> String? {
    outcome.output.firstMatch(of: /"commandLine": "([^"]*)"/).map { String($0.1) }
  }

  /// What is made of a kernel's file, with nothing but the machine's tree.
  private func gathered(_ file: [UInt8], _ tree: DeviceTree?) throws -> Boot<FileInMemory> {
    let image = try KernelImage.identify(file.span)
    var options = BootOptions()
    options.runningTree = tree
    return try Boot(
      BootInputs(kernel: FileInMemory(file, path: "kernel")), image: image, options)
  }

  @Test("initrd= that was kept is dropped, from the running line and from the running tree")
  func keptInitrd() throws {
    let loader = Loader(["/proc/cmdline": Self.stale + "\n"])
    let found = loader.run(Self.files + "-l --dry-run --json")
    #expect(found.exit == .done)
    #expect(line(found) == "console=ttyAMA0 root=/dev/ram")
    #expect(found.output.contains("KX160") && !found.output.contains("KX161"))

    let tree = Self.tree(["linux,dummy-virt"], bootargs: Self.stale + " elfcorehdr=0x1000")
    let boot = try gathered(Loader.zImage.bytes(), tree)
    #expect(boot.options.commandLine == "console=ttyAMA0 root=/dev/ram")
    #expect(boot.diagnostics.map(\.severity) == [.note, .note])
  }

  @Test(
    "What comes with a tree or a boot image loses it with a warning; what a user states is an error",
    arguments: [
      ("--dtb=/boot/other.dtb", "warning KX160", true), ("--dtb=/boot/fine.dtb", nil, true),
      ("--append=" + stale.split(separator: " ").joined(separator: ","), nil, true),
      ("--append=initrd=0x82000000,0x900000", "error KX161", false),
      ("--command-line=initrdmem=0x82000000,0x900000", "error KX161", false),
      ("--reuse-cmdline --append=initrd=0x82000000,9M", "error KX161", false),
      ("--append=memmap=1M", "warning KX162", true),
    ] as [(String, String?, Bool)])
  func statedInitrd(_ options: String, _ told: String?, _ isLoaded: Bool) {
    let loader = Loader()
    loader.kernel.files["/boot/other.dtb"] = Self.tree(["linux,dummy-virt"], bootargs: Self.stale)
      .flattened()
    loader.kernel.files["/boot/fine.dtb"] = Self.tree(["linux,dummy-virt"], bootargs: "quiet")
      .flattened()
    let found = loader.run(Self.files + "-l " + options)
    #expect((found.exit == .done) == isLoaded, "\(found.told)")
    if let told {
      #expect(found.told.contains(told), "\(found.told)")
    } else {
      #expect(!found.told.contains("KX16"), "\(found.told)")
    }
  }

  @Test("A saved plan whose command line moves the initrd is refused like any other")
  func savedPlan() {
    let loader = Loader()
    let saved = loader.run(Self.files + "-l --dry-run --json --append=quiet").output
    let changed = saved.replacing(
      "\"commandLine\": \"quiet\"", with: "\"commandLine\": \"initrd=1,2\"")
    #expect(saved != changed)
    loader.kernel.files["/boot/plan"] = Array(changed.utf8)
    #expect(loader.run("--load-plan /boot/plan").exit != .done)
  }

  @Test("A boot image's command line is told, whether it is used or not; its line feeds are spaces")
  func bootImageLine() throws {
    for (line, used) in [
      ("quiet", "quiet"), ("a=1\nb=2\n", "a=1 b=2"), ("a initrd=1,2\nb", "a b"),
    ] {
      let running = Loader(["/proc/cmdline": "console=ttyAMA0\n"])
      running.kernel.files["/boot/boot.img"] = Self.bootImage(line)
      let kept = running.run("-l /boot/boot.img")
      #expect(kept.exit == .done && kept.told.contains("warning KX027"), "\(kept.told)")
      #expect(!kept.told.contains("a=1\n"))
      let stated = running.run("-l /boot/boot.img --append=x --dry-run")
      #expect(stated.output.contains("note KX027"))

      let alone = try gathered(Self.bootImage(line), nil)
      #expect(alone.options.commandLine == used)
      #expect(alone.diagnostics.contains { $0.code == .ownCommandLine && $0.severity == .note })
    }
  }

  @Test(
    "A tree for another board is warned of, and one that names no machine",
    arguments: [
      (["linux,dummy-virt"], nil), (["acme,new", "linux,dummy-virt"], nil),
      (["acme,new"], "warning KX025"), ([], "warning KX167"),
    ] as [([String], String?)])
  func otherBoard(_ compatible: [String], _ told: String?) {
    let loader = Loader()
    loader.kernel.files["/boot/other.dtb"] = Self.tree(compatible).flattened()
    for options in ["-l", "-l --append=quiet"] {
      let found = loader.run(options + " /boot/zImage --dtb=/boot/other.dtb")
      #expect(found.exit == .done)
      #expect(found.told.contains("KX167") == (told == "warning KX167"), "\(found.told)")
      if let told { #expect(found.told.contains(told)) }
    }
  }

  @Test("The tree behind a zImage is held against the machine, too")
  func appendedTree() {
    let loader = Loader()
    loader.kernel.files["/boot/zImage-dtb"] =
      Loader.zImage.bytes() + Self.tree(["acme,new"]).flattened()
    #expect(loader.run("-l /boot/zImage-dtb").told.contains("warning KX025"))
  }

  @Test("RAM that a tree does not name is told when it is loaded")
  func lessMemory() {
    let loader = Loader()
    loader.kernel.files["/boot/small.dtb"] = Self.tree(
      ["linux,dummy-virt"], ram: [0x4000_0000: 0x1000_0000]
    ).flattened()
    let found = loader.run("-l /boot/zImage --dtb=/boot/small.dtb")
    #expect(found.exit == .done && found.told.contains("warning KX165"))
    #expect(found.told.contains("0x50000000-0x5fffffff"))
    #expect(!Loader().run("-l /boot/zImage --dtb=/boot/board.dtb").told.contains("KX165"))
  }

  @Test(
    "A file that is something else than it was given for is refused, and told what it is",
    arguments: [
      ("--dtb=/boot/fit", "a FIT, not the DTB"), ("--dtb=/boot/dtbo", "an overlay, not the DTB"),
      ("--dtb=/boot/zImage", "a zImage, not the DTB"),
      ("--dtb=/boot/boot.img", "an Android boot image"),
      ("--dtb=/boot/board.dtb --dtbo=/boot/board.dtb", "the tree of a machine, not an overlay"),
      ("--dtb=/boot/board.dtb --dtbo=/boot/fit", "a FIT, not an overlay"),
      ("--dtb=/boot/board.dtb --dtbo=/boot/zImage", "a zImage, not an overlay"),
      ("--initrd=/boot/zImage", "a zImage, not an initrd"),
      ("--initrd=/boot/vendor.img", "an Android vendor_boot, not an initrd"),
      ("--initrd=/boot/fit", "a FIT, not an initrd"),
      ("--initrd=/boot/board.dtb", "a DTB, not an initrd"),
    ])
  func misplaced(_ options: String, _ words: String) {
    let loader = Loader()
    loader.kernel.files["/boot/fit"] =
      DeviceTree(root: Node(children: [Node("images"), Node("configurations")])).flattened()
    loader.kernel.files["/boot/dtbo"] =
      DeviceTree(
        root: Node(children: [Node("fragment@0", children: [Node("__overlay__")])])
      ).flattened()
    loader.kernel.files["/boot/boot.img"] = Self.bootImage("")
    loader.kernel.files["/boot/vendor.img"] =
      Array("VNDRBOOT".utf8) + [UInt8](repeating: 0, count: 4096)
    let found = loader.run("-l /boot/zImage " + options)
    #expect(found.exit != .done && found.told.contains(words), "\(found.told)")
    #expect(loader.deeds.isEmpty)
    #expect(found.told.contains("hint:"))
  }

  @Test("Of a boot image the ramdisk, of a FIT the machine's tree is used, and it is said")
  func usedParts() {
    let loader = Loader()
    loader.kernel.files["/boot/boot.img"] = Self.bootImage("")
    func image(_ tree: DeviceTree) -> [Property] {
      [
        Property("type", Array("flat_dt\0".utf8)), Property("arch", Array("arm\0".utf8)),
        Property("compression", Array("none\0".utf8)), Property("data", tree.flattened()),
      ]
    }
    var right = Loader.tree
    right.root.set("note", string: "the tree of this machine")
    loader.kernel.files["/boot/trees.itb"] =
      DeviceTree(
        root: Node(children: [
          Node(
            "images",
            children: [
              Node("other", properties: image(Self.tree(["acme,new"]))),
              Node("right", properties: image(right)),
            ])
        ])
      ).flattened()
    loader.kernel.files["/boot/right.dtb"] = right.flattened()
    let found = loader.run(
      "-l --dry-run --json /boot/zImage --initrd=/boot/boot.img --dtb=/boot/trees.itb")
    let plain = loader.run(
      "-l --dry-run --json /boot/zImage --initrd=/boot/initrd --dtb=/boot/right.dtb")
    #expect(found.exit == .done && plain.exit == .done, "\(found.told)")
    func segments(_ text: String) -> Substring? {
      text.firstRange(of: "\"segments\"").map { text[$0.lowerBound...].prefix { $0 != "]" } }
    }
    #expect(segments(found.output) == segments(plain.output))
    #expect(found.output.split(separator: "KX172").count == 3, "\(found.output)")
    let loaded = loader.run("-l /boot/zImage --initrd=/boot/boot.img --dtb=/boot/trees.itb")
    #expect(loaded.exit == .done && loaded.told.contains("warning KX172"), "\(loaded.told)")
  }

  @Test("What a maker of phones put before a ramdisk is taken off; a kernel behind it is refused")
  func vendorHeader() {
    let loader = Loader()
    let initrd = loader.kernel.files["/boot/initrd"] ?? []
    loader.kernel.files["/boot/mtk"] = SampleVendorHeader.mediaTek(initrd, "ROOTFS")
    loader.kernel.files["/boot/mtk-kernel"] =
      SampleVendorHeader.mediaTek(Loader.zImage.bytes(), "KERNEL")
    let found = loader.run("-l --dry-run --json /boot/zImage --initrd=/boot/mtk")
    let plain = loader.run("-l --dry-run --json /boot/zImage --initrd=/boot/initrd")
    #expect(found.exit == .done, "\(found.told)")
    func segments(_ text: String) -> Substring? {
      text.firstRange(of: "\"segments\"").map { text[$0.lowerBound...].prefix { $0 != "]" } }
    }
    #expect(segments(found.output) == segments(plain.output))
    let refused = loader.run("-l /boot/zImage --initrd=/boot/mtk-kernel")
    #expect(refused.exit != .done && refused.told.contains("error KX168"), "\(refused.told)")
    loader.kernel.files["/boot/init_boot"] =
      SyntheticAndroid(version: 4, kernel: [], ramdisk: initrd).bytes()
    let used = loader.run("-l --dry-run --json /boot/zImage --initrd=/boot/init_boot")
    #expect(segments(used.output) == segments(plain.output), "\(used.told)")
  }

  @Test(
    "A kernel is no initrd, whatever is around it; a ramdisk in a uImage is one",
    arguments: [
      ("a uImage", Builder.uImage(of: Loader.zImage.bytes(), type: 2), false),
      ("a uImage said to be a ramdisk", Builder.uImage(ofRamdisk: Loader.zImage.bytes()), false),
      ("gzip", Builder.gzip(Loader.zImage.image.bytes()), false),
      ("gzip around a zImage", Builder.gzip(Loader.zImage.bytes()), false),
      ("a uImage", Builder.uImage(ofRamdisk: Loader().kernel.files["/boot/initrd"] ?? []), true),
      ("gzip", Builder.gzip(Loader().kernel.files["/boot/initrd"] ?? []), true),
      ("gzip of something else", Builder.gzip([UInt8](repeating: 7, count: 4096)), true),
    ])
  func kernelAsInitrd(wrapper: String, file: [UInt8], isTaken: Bool) {
    let loader = Loader()
    loader.kernel.files["/boot/file"] = file
    let found = loader.run("-l /boot/zImage --initrd=/boot/file")
    #expect((found.exit == .done) == isTaken, "\(wrapper): \(found.told)")
    #expect(
      found.told.contains("error KX168: '/boot/file': this is a kernel, not an initrd") != isTaken,
      "\(wrapper): \(found.told)")
  }

  @Test("What begins like a tree, and is none, is an unknown initrd: loaded, with a warning")
  func likeTree() {
    let loader = Loader()
    loader.kernel.files["/boot/odd"] =
      [0xd0, 0x0d, 0xfe, 0xed] + [UInt8](repeating: 0, count: 8188)
    let found = loader.run("-l /boot/zImage --initrd=/boot/odd")
    #expect(found.exit == .done && found.told.contains("warning KX037"), "\(found.told)")
    #expect(!found.told.contains("KX168"))
  }

  @Test("A second tree in a file is told")
  func twoTrees() {
    let loader = Loader()
    let board = Loader.tree.flattened()
    var other = Self.tree(["acme,new"])
    other.root.set("model", string: "Acme New")
    loader.kernel.files["/boot/two.dtb"] = board + other.flattened()
    let found = loader.run("-l /boot/zImage --dtb=/boot/two.dtb")
    #expect(found.exit == .done && found.told.contains("warning KX170"))
    #expect(found.told.contains("'Acme New'"))
  }
}
