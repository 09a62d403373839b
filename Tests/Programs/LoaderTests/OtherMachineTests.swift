// SPDX-License-Identifier: Apache-2.0
import DeviceTree
import LinuxInterface
import Testing

@testable import Samples
@testable import kexec

@Suite("--machine stands for everything that is read of a machine")
struct OtherMachineTests {
  /// A machine of another board, release and processor, in a file.
  static func snapshot(_ changes: [String: String?] = [:]) throws -> [UInt8] {
    var tree = OtherProcessorTests.tree("arm,cortex-a8")
    tree.root.set("compatible", string: "acme,bone")
    let there = Loader(changes, tree: tree)
    there.kernel.name = SystemName(release: "6.1.0-49-armmp", machine: "armv7l")
    there.kernel.files["/proc/cpuinfo"] = Array("Features\t: half thumb\n".utf8)
    return MachineSnapshot.bytes(of: try MachineState.read(from: there.kernel))
  }

  /// This machine is another one, and cannot even load kernels.
  static func here(_ files: [String: [UInt8]] = [:]) -> Loader {
    let loader = Loader(["/sys/kernel/kexec_loaded": nil, "/proc/iomem": nil])
    loader.kernel.name = SystemName(release: "6.12.0-amd64", machine: "x86_64")
    loader.kernel.files["/proc/device-tree/compatible"] = Array("linux,dummy-virt\0".utf8)
    loader.kernel.files.merge(files) { $1 }
    return loader
  }

  @Test("--check checks against the machine of a snapshot, and needs no --dry-run")
  func check() throws {
    let loader = Self.here(["/m": try Self.snapshot(), "/boot/lpae": OtherProcessorTests.lpae])
    let found = loader.run("--check /boot/zImage --initrd=/boot/initrd --machine=/m")
    #expect(found.exit == .done, "\(found)")
    for line in ["ok       KX201", "ok       KX207", "ok       KX209"] {
      #expect(found.output.contains(line), "\(found.output)")
    }
    #expect(!loader.kernel.calls.contains { $0.call == .readFile("/proc/self/status") })
    let lpae = Self.here(["/m": try Self.snapshot(), "/boot/lpae": OtherProcessorTests.lpae])
      .run("--check /boot/lpae --machine=/m")
    #expect(lpae.exit == .failed && lpae.output.contains("error    KX175"), "\(lpae.output)")
    let disabled = try Self.snapshot(["/proc/sys/kernel/kexec_load_disabled": "1\n"])
    let refused = Self.here(["/m": disabled]).run("--check --machine=/m")
    #expect(refused.exit == .failed && refused.output.contains("error    KX203"))
  }

  @Test("A folder of a snapshot's files and the text of /proc/iomem are machines, too")
  func forms() throws {
    let bytes = try Self.snapshot()
    let state = try MachineSnapshot.read(bytes.span)
    var files: [String: [UInt8]] = ["/iomem.txt": state.iomem]
    for file in state.files { files["/folder/" + file.name.rawValue] = file.bytes }
    let whole = Self.here(files).run("--check /boot/zImage --machine=/folder")
    #expect(whole.exit == .done && whole.output.contains("ok       KX201"), "\(whole)")
    let bare = Self.here(files)
      .run("--check /boot/zImage --dtb=/boot/board.dtb --machine=/iomem.txt")
    #expect(bare.output.contains("warning  KX217") && !bare.output.contains("KX202"), "\(bare)")
    #expect(bare.output.contains("ok       KX207"))
    for file in state.files where file.name != .iomem && file.name != .fdt {
      files["/folder/" + file.name.rawValue] = nil
    }
    for machine in ["/folder", "/iomem.txt"] {
      let plan = Self.here(files)
        .run("-l /boot/zImage --dtb=/boot/board.dtb --dry-run --machine=" + machine)
      #expect(plan.exit == .done && plan.output.contains("512 MiB of RAM"), "\(plan)")
    }
    let empty = Self.here(["/empty/fdt": []]).run("--check --machine=/empty")
    #expect(empty.exit == .unreadable && empty.complaints.contains("/empty/iomem"), "\(empty)")
    #expect(empty.output.isEmpty)
  }

  @Test(
    "What tells of no machine is told as that, and nothing is said of a machine",
    arguments: [
      "--check", "--check /boot/zImage", "--list-entries", "-l /boot/zImage --dry-run",
    ])
  func noMachine(line: String) {
    let found = Self.here().run(line + " --machine=/boot/zImage")
    #expect(found.exit == .badFile && found.output.isEmpty, "\(found)")
    #expect(
      found.told.contains("neither a snapshot of one nor the text of /proc/iomem"), "\(found.told)")
    #expect(found.told.contains("at: /boot/zImage") && found.told.contains("hint: "))
    let absent = Self.here().run(line + " --machine=/nope")
    #expect(absent.exit == .unreadable && absent.output.isEmpty, "\(absent)")
    #expect(absent.told.contains("/nope"), "\(absent.told)")
  }

  static let files: [String: [UInt8]] = [
    "/mnt/boot/extlinux/extlinux.conf": Array(
      "label one\nlinux /vmlinuz\nfdtdir /dtbs\nappend first".utf8),
    "/mnt/boot/loader/entries/ostree-1.conf": Array(
      "linux /vmlinuz\nfdtdir /dtbs\noptions first".utf8),
    "/mnt/boot/vmlinuz": Loader.zImage.bytes(),
    "/mnt/boot/dtbs/virt.dtb": Loader.tree.flattened(),
    "/mnt/boot/dtbs/vendor/bone.dtb": {
      var tree = Loader.tree
      tree.root.set("compatible", string: "acme,bone")
      return tree.flattened()
    }(),
  ]

  @Test(
    "An entry's folder of trees is searched for the tree of the machine that is named",
    arguments: [
      "-l --dry-run --entry-from=extlinux", "-l --dry-run --entry-from=bls", "--list-entries",
    ])
  func folderOfTrees(line: String) throws {
    var files = Self.files
    files["/m"] = try Self.snapshot()
    let named = Self.here(files).run(line + " --root=/mnt --machine=/m")
    #expect(named.exit == .done, "\(named)")
    let told = named.output + named.complaints
    #expect(told.contains("the tree /mnt/boot/dtbs/vendor/bone.dtb is for exactly"), "\(told)")
    let loader = Self.here(files)
    loader.kernel.name = SystemName(release: "6.12.0", machine: "armv7l")
    let running = loader.run("--list-entries --root=/mnt")
    #expect(running.output.contains("the tree /mnt/boot/dtbs/virt.dtb is for exactly"))
  }

  @Test("--newest goes by the release and the processor of the machine that is named")
  func newest() throws {
    var files: [String: [UInt8]] = ["/m": try Self.snapshot()]
    for (path, bytes) in OtherProcessorTests.folder([
      "6.1.0-50-armmp": OtherProcessorTests.armmp, "6.1.0-50-armmp-lpae": OtherProcessorTests.lpae,
      "6.1.0-51-armmp-lpae": OtherProcessorTests.lpae,
    ]) { files["/mnt" + path] = bytes }
    for line in ["-l --newest --dry-run", "--check --newest"] {
      let found = Self.here(files).run(line + " --root=/mnt --machine=/m")
      #expect(found.exit == .done, "\(found)")
      #expect(found.complaints.contains("entry: boot 6.1.0-50-armmp: "), "\(found.complaints)")
      #expect(
        found.complaints.contains(
          "6.1.0-51-armmp-lpae is not taken: the kernel needs LPAE, which arm,cortex-a8 has not"))
    }
  }

  @Test("Nothing is loaded here for another machine")
  func loads() throws {
    let found = Self.here(["/m": try Self.snapshot()]).run("-l /boot/zImage --machine=/m")
    #expect(found.exit == .usage && found.complaints.contains("add --dry-run, or use --check"))
  }
}
