// SPDX-License-Identifier: Apache-2.0
import Bundles
import DeviceTree
import Glibc
import LinuxInterface
import PhysicalMemory
import Reporting
import SeededRandom

@testable import Samples
@testable import kexec

/// Valid files with hostile numbers in them, from which libFuzzer starts.
///
/// What mkimage, dtc and the compressors make is added by `make-seeds`.
enum Seeds {
  /// A small zImage with everything that a plan needs.
  static let zImage: [UInt8] = {
    var zImage = SyntheticZImage()
    zImage.image.byteCount = 0xb000
    return zImage.bytes()
  }()

  /// An initial ramdisk without a file.
  static let archive: [UInt8] = {
    let fields = String(repeating: "0", count: 88) + "0000000B" + "00000000"
    return Array(("070701" + fields + "TRAILER!!!\0\0\0\0").utf8)
  }()

  private static let numbers: [UInt32] = [
    0, 1, 3, 4, 0x7f, 0xfff, 0x1000, 0x8000, 0x7fff_ffff, 0x8000_0000, 0xffff_f000, 0xffff_fffc,
    0xffff_ffff,
  ]

  static func write(to folder: String) -> Bool {
    var random = SplitMix64(seed: 5)
    var isWritten = true
    func put(_ target: FuzzTarget, _ name: String, _ bytes: [UInt8]) {
      let directory = folder + "/" + target.rawValue
      unsafe mkdir(directory, 0o755)
      guard let file = unsafe fopen(directory + "/" + name, "w") else { return isWritten = false }
      if unsafe fwrite(bytes, 1, bytes.count, file) != bytes.count { isWritten = false }
      if unsafe fclose(file) != 0 { isWritten = false }
    }
    for index in 0..<40 {
      put(.zimage, "made-\(index)", [UInt8(index)] + zImage(index, &random))
      var image = SyntheticImage()
      image.byteCount = 0xb000
      image.bssBytes = random.pick([0, 4, 0x3210, 0x10_0000, 0x2000_0000])
      image.textOffset = random.pick([0x8000, 0x20_8000, 0x1000_8000])
      image.isBigEndian = random.oneIn(4)
      image.hasPair = !random.oneIn(4)
      put(.image, "made-\(index)", [UInt8(index)] + image.bytes())
    }
    writeBundles(put, &random)
    for (name, kernel) in [
      ("fdt", SampleMachine.kernel()), ("none", SampleMachine.kernel(fdt: nil)),
    ] {
      guard let state = try? MachineState.read(from: kernel) else { continue }
      put(.snapshot, name, MachineSnapshot.bytes(of: state))
    }
    put(.dtb, "sample", SampleMachine.tree.flattened())
    writeATAGs(put, &random)
    writePlans(put)
    writeEntries(put)
    writeJournal(put)
    return isWritten
  }

  private static func zImage(_ index: Int, _ random: inout SplitMix64) -> [UInt8] {
    var made = SyntheticZImage()
    made.image.byteCount = 0xb000
    guard index > 0 else { return made.bytes() }
    made.order = random.pick(SyntheticZImage.Order.allCases)
    made.isEFI = random.oneIn(4)
    made.isThumb = random.oneIn(3)
    made.tagWords = random.pick([nil, 2, 3, 4, 5, 6])
    if random.oneIn(3) { made.sizePointer = random.pick(numbers) }
    if random.oneIn(4) { made.otherTags = [[2, random.pick(numbers)], [3, 7, 8]] }
    if random.oneIn(3) { made.trailing = SampleMachine.tree.flattened() }
    var file = Builder(bytes: made.bytes())
    // A word of the header or the table, which the image itself knows nothing of.
    if random.oneIn(2) {
      let at = 4 * Int(random.between(9, 44))
      file.word(random.pick(numbers), at: at, isBigEndian: made.order == .be32)
    }
    return file.bytes
  }

  private static func writeBundles(
    _ put: (FuzzTarget, String, [UInt8]) -> Void, _ random: inout SplitMix64
  ) {
    if let bundle = try? SampleFerry.bundle() {
      put(.bundle, "sample", bundle)
      for index in 0..<20 {
        var other = bundle
        let at = 4 * Int(random.below(UInt64(0x3000 / 4)))
        other.replaceSubrange(
          at..<(at + 4), with: Builder.word(random.pick(numbers), isBigEndian: false))
        put(.bundle, "made-\(index)", other)
      }
    }
    if let file = try? RetaggedZImage.write(zImage.span, reach: 0x2_0000) {
      put(.retagged, "sample", file)
      put(.zimage, "retagged", [0] + file)
    }
  }

  private static func writeATAGs(
    _ put: (FuzzTarget, String, [UInt8]) -> Void, _ random: inout SplitMix64
  ) {
    for index in 0..<20 {
      func number() -> UInt32 { random.pick(numbers) }
      var tags: [ATAG] = [.memory(size: 0x1000_0000, start: 0x8000_0000)]
      if random.oneIn(2) { tags.append(.memory(size: number(), start: number())) }
      if random.oneIn(2) { tags.append(.initrd(start: number(), size: number())) }
      if random.oneIn(2) { tags.append(.commandLine(Array("console=ttyS0 root=/dev/sda".utf8))) }
      if random.oneIn(2) { tags.append(.ramdisk(flags: 1, kibibytes: number(), start: number())) }
      if random.oneIn(2) { tags.append(.other(number(), [number(), number()])) }
      if random.oneIn(2) { tags.append(.revision(number())) }
      let core = random.oneIn(2) ? (flags: number(), pageSize: number(), rootDevice: number()) : nil
      put(.atags, "made-\(index)", ATAGList(core: core, tags).bytes())
    }
  }

  /// Plans that the loader makes for its machine; the document goes back into `--load-plan`.
  private static func writePlans(_ put: (FuzzTarget, String, [UInt8]) -> Void) {
    let calls = [
      "-l\n/k", "-l\n/k\n--initrd=/i\n--append=quiet", "-l\n/k\n--dtb=/d\n--handover=zimage",
      "-l\n/k\n--atags\n--machine-number=1", "-l\n/k\n--mem-min=0x50000000\n--reuse-cmdline",
      "-l\n/k\n--mem-max=0x40100000", "-e", "-u", "-S", "--check", "--snapshot=/s",
      "--status\n--json",
      "-f\n/k", "--help", "--version",
      "-lt\nzImage\n/k\n--page-offset=0xc0000000\n--image-size=16M",
    ]
    for (index, call) in calls.enumerated() {
      put(.options, "call-\(index)", Array(call.utf8))
      let words = call.split(separator: "\n").map(String.init) + ["--dry-run", "--json"]
      let (kernel, _) = OptionWords.run(words, SampleMachine.kernel())
      if (try? PlanDocument.read(kernel.output)) != nil {
        put(.plan, "call-\(index)", kernel.output)
      }
    }
  }

  private static let specification = """
    title Debian 12
    version 6.1.0-50-armmp
    machine-id 6a9857a393724b7a981ebb5b8495b9ea
    sort-key debian
    linux /boot/vmlinuz-6.1
    initrd /boot/initrd.img-6.1
    options root=/dev/vda quiet
    architecture arm
    devicetree /board.dtb
    devicetree-overlay /a.dtbo /b.dtbo

    """
  private static let extlinux = """
    default linux
    timeout 30
    include other.conf
    menu title Boot
    label linux
      menu label Debian
      menu default
      kernel ../vmlinuz-6.1#conf-1
      initrd ../initrd.img-6.1,../more.img
      fdtdir ../dtbs/
      fdtoverlays ../a.dtbo
      append root=/dev/vda console=ttyAMA0
    label local
      localboot 1

    """
  private static let petitboot = """
    default=linux
    image=/boot/vmlinuz-6.1
    initrd=/boot/initrd.img-6.1
    dtb=/board.dtb
    args="root=/dev/vda"
    [linux]
    description="Debian"

    """

  private static func writeEntries(_ put: (FuzzTarget, String, [UInt8]) -> Void) {
    let names = ["debian-6.1.conf", "debian-6.1+3.conf", "debian-6.1+0-2.conf", "a~rc1^x.conf"]
    let files = names.map { Array(($0 + "\n" + specification).utf8) }
    for (name, file) in zip(names, files) { put(.bls, name, file) }
    put(.bls, "all", Array(files.joined(separator: [0])))
    put(.extlinux, "sample", Array(extlinux.utf8))
    put(.petitboot, "sample", Array(petitboot.utf8))
    let found = [
      "vmlinuz-6.1.0-50-armmp", "initrd.img-6.1.0-50-armmp", "vmlinuz-6.1.0-9-armmp", "zImage",
      "vmlinuz-6.2-rc1", "initramfs-6.2-rc1.img", "kernel-5.10.0~1", "vmlinuz-6.1.0.old", "uImage",
      "vmlinuz", "initrd.img", "uInitrd-5.10.0~1", "Image-6.6.0+deb13u1",
    ]
    put(.fileNames, "sample", Array(found.joined(separator: "\n").utf8))
    let disk: [(String, String)] = [
      ("/boot/loader/entries/debian-6.1.conf", specification),
      ("/boot/loader/entries/debian-6.1+0-2.conf", specification),
      ("/boot/extlinux/extlinux.conf", extlinux), ("/boot/extlinux/other.conf", extlinux),
      ("/boot/petitboot.conf", petitboot), ("/boot/vmlinuz-6.2-rc1", "no kernel"),
      ("/boot/loader/loader.conf", "default debian\n"), ("/etc/kexec", ""),
    ]
    let bytes = disk.map { Array(($0.0 + "\n" + $0.1).utf8) }
    for first in UInt8(0)..<7 {
      put(.entries, "all-\(first)", [first] + bytes.joined(separator: [0]))
      for (index, file) in bytes.enumerated() { put(.entries, "\(index)-\(first)", [first] + file) }
    }
  }

  /// What the loader writes for a load and a start, with the id that the reader's machine has.
  private static func writeJournal(_ put: (FuzzTarget, String, [UInt8]) -> Void) {
    let machine = SampleMachine.kernel()
    for words in [["-l", "/k", "--initrd=/i", "--log=/log"], ["-e", "--log=/log"]] {
      _ = OptionWords.run(words, machine)
    }
    guard var journal = machine.files["/log"] else { return }
    let key = Array("\"id\": \"".utf8)
    for place in journal.indices.dropLast(key.count + 16)
    where journal[place..<(place + key.count)].elementsEqual(key) {
      let start = place + key.count
      journal.replaceSubrange(start..<(start + 16), with: "0123456789abcdef".utf8)
    }
    put(.journal, "sample", journal)
  }
}
