// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import BootEntries

@Suite("The flavours of kernels")
struct FlavourTests {
  @Test(
    "A release is cut into its version and the words of its flavour",
    arguments: [
      ("6.1.0-50-armmp", "6.1.0-50", ["armmp"]),
      ("6.1.0-50-rt-armmp", "6.1.0-50", ["rt", "armmp"]),
      ("6.12.41+deb13-armmp-lpae", "6.12.41.13", ["deb", "armmp", "lpae"]),
      ("6.6.31+rpt-rpi-v7l", "6.6.31", ["rpt", "rpi", "v7l"]),
      ("6.1.0-rpi7-rpi-v6", "6.1.0.7", ["rpi", "rpi", "v6"]),
      ("5.15.61-v7+", "5.15.61", ["v7"]), ("6.6.58-0-rpi2", "6.6.58-0", ["rpi2"]),
      ("6.1.0-0.deb11.17-marvell", "6.1.0-0.11.17", ["deb", "marvell"]),
      ("6.5.6-300.fc39.armv7hl+lpae", "6.5.6-300.39", ["fc", "armv7hl", "lpae"]),
      ("6.13-rc7-armmp", "6.13-rc7", ["armmp"]), ("6.13-trunk-armmp", "6.13-trunk", ["armmp"]),
      ("lts", "", ["lts"]), ("6.1.69", "6.1.69", []), ("", "", []), ("+-.", "", []),
    ])
  func parts(release: String, version: String, words: [String]) {
    let flavour = KernelFlavour(release)
    #expect(flavour.version == version && flavour.words == words)
  }

  struct Folder: Sendable {
    let running: String
    let releases: [String]
    let order: [String]
  }

  static let folders: [Folder] = [
    // Raspberry Pi OS keeps all flavours of a version side by side.
    Folder(
      running: "6.6.31+rpt-rpi-v6",
      releases: ["6.6.31+rpt-rpi-v6", "6.6.31+rpt-rpi-v7", "6.6.31+rpt-rpi-v7l"],
      order: ["6.6.31+rpt-rpi-v6", "6.6.31+rpt-rpi-v7l", "6.6.31+rpt-rpi-v7"]),
    Folder(
      running: "6.6.20+rpt-rpi-v7l",
      releases: [
        "6.6.31+rpt-rpi-v6", "6.6.31+rpt-rpi-v7", "6.6.31+rpt-rpi-v7l", "6.6.31+rpt-rpi-v8",
        "6.6.20+rpt-rpi-v7l",
      ],
      order: [
        "6.6.31+rpt-rpi-v7l", "6.6.31+rpt-rpi-v8", "6.6.31+rpt-rpi-v7", "6.6.31+rpt-rpi-v6",
        "6.6.20+rpt-rpi-v7l",
      ]),
    Folder(
      running: "6.1.0-rpi4-rpi-v6",
      releases: ["6.1.0-rpi4-rpi-v6", "6.1.0-rpi7-rpi-v7", "6.1.0-rpi7-rpi-v6"],
      order: ["6.1.0-rpi7-rpi-v6", "6.1.0-rpi7-rpi-v7", "6.1.0-rpi4-rpi-v6"]),
    // Before the first upgrade of Debian the names were shorter.
    Folder(
      running: "6.1.0-50-armmp",
      releases: ["6.12.41+deb13-armmp", "6.12.41+deb13-armmp-lpae", "6.12.41+deb13-rt-armmp"],
      order: ["6.12.41+deb13-armmp", "6.12.41+deb13-rt-armmp", "6.12.41+deb13-armmp-lpae"]),
    Folder(
      running: "6.1.0-49-armmp-lpae", releases: ["6.1.0-50-armmp", "6.1.0-50-armmp-lpae"],
      order: ["6.1.0-50-armmp-lpae", "6.1.0-50-armmp"]),
    Folder(
      running: "6.1.0-49-marvell", releases: ["6.1.0-50-armmp", "6.1.0-50-marvell"],
      order: ["6.1.0-50-marvell", "6.1.0-50-armmp"]),
    // A newer version goes before the flavour.
    Folder(
      running: "6.1.0-9-armmp", releases: ["6.1.0-9-armmp", "6.1.0-50-rt-armmp"],
      order: ["6.1.0-50-rt-armmp", "6.1.0-9-armmp"]),
    Folder(
      running: "6.6.58-0-rpi2", releases: ["lts", "rpi", "rpi2"], order: ["rpi2", "rpi", "lts"]),
    // Nobody says what runs: the highest name, as ever.
    Folder(
      running: "", releases: ["6.1.0-50-armmp", "6.1.0-50-rt-armmp", "6.1.0-50-armmp-lpae"],
      order: ["6.1.0-50-rt-armmp", "6.1.0-50-armmp-lpae", "6.1.0-50-armmp"]),
  ]

  @Test("Of kernels of one version those of the running flavour come first", arguments: folders)
  func order(folder: Folder) {
    let found = KernelFileNames.entries(
      in: folder.releases.map { "vmlinuz-" + $0 }, of: "/boot", running: folder.running, limit: 99)
    #expect(found.entries.map(\.id) == folder.order)
  }

  @Test("The only kernel and the only ramdisk are a pair, unless both tell versions, which differ")
  func pairs() {
    func read(_ names: [String]) -> (pairs: [[String]], unpaired: [String], notes: Int) {
      let found = KernelFileNames.entries(in: names, of: "/boot", limit: 99)
      return (
        found.entries.map(\.initrds), found.unpaired, found.entries.flatMap(\.notes).count
      )
    }
    // Arch Linux ARM.
    let arch = ["dtbs", "initramfs-linux-fallback.img", "initramfs-linux.img", "zImage"]
    #expect(read(arch) == ([["/boot/initramfs-linux.img"]], [], 1))
    #expect(read(["initramfs-linux-fallback.img", "zImage"]).pairs == [[]])
    #expect(
      read(["initramfs-linux-fallback.img", "zImage"]).unpaired == ["initramfs-linux-fallback.img"])
    let two = ["initramfs-linux.img", "uImage", "zImage"]
    #expect(read(two) == ([[], []], ["initramfs-linux.img"], 0))
    let many = ["initrd.img-5.10", "initrd.img-6.1", "zImage"]
    #expect(read(many) == ([[]], ["initrd.img-5.10", "initrd.img-6.1"], 0))
    for (kernel, initrd) in [
      ("vmlinuz-6.1.0", "initrd.img-6.2.0"), ("zImage-6.1", "initramfs-6.10.img"),
      ("vmlinuz-5.10.0-30-armmp", "initrd-5.10.0-32-armmp"),
    ] {
      #expect(read([initrd, kernel]) == ([[]], [initrd], 0))
    }
    for (kernel, initrd) in [
      ("vmlinuz-6.1.0", "initrd.img"), ("zImage", "initrd.img-6.2"),
      ("vmlinuz-linux", "initrd-6.1"),
      ("vmlinuz-6.1", "initramfs-linux.img"),
    ] {
      #expect(read([initrd, kernel]) == ([["/boot/" + initrd]], [], 1))
    }
    // What belongs to a kernel by its name is no leftover, nor are copies.
    let debian = ["initrd.img-6.1", "initrd.img-5.10", "initrd.img-6.1.old", "vmlinuz-6.1"]
    #expect(read(debian) == ([["/boot/initrd.img-6.1"]], ["initrd.img-5.10"], 0))
    #expect(read(["initrd.img-6.1"]) == ([], [], 0))
    let crowd = (0..<30).map { "initrd.img-5.\($0)" } + ["vmlinuz-6.1"]
    #expect(read(crowd).unpaired.count == 8)
  }
}
