// SPDX-License-Identifier: Apache-2.0
import SeededRandom
import Testing

@testable import BootEntries

@Suite("Configurations of boot loaders")
struct FormatTests {
  @Test("An entry of the specification: lists grow, options are joined, comments are left out")
  func specification() throws {
    let entry = try SpecificationFile.entry(
      Array(
        """
        # made by kernel-install
        title Debian GNU/Linux 12 (bookworm)
        version 6.1.0-50-armmp
        machine-id   6a9857a393724b7a981ebb5b8495b9ea
        sort-key\tdebian
        options root=UUID=1 ro
        options quiet  splash
        linux /6a98/6.1.0-50-armmp/linux
        initrd /6a98/microcode
        initrd /6a98/6.1.0-50-armmp/initrd\r
        devicetree /6a98/board.dtb
        devicetree-overlay /a.dtbo  /b.dtbo
        architecture ARM
        grub_class debian
        """.utf8), name: "6a98-6.1.0-50-armmp.conf")
    #expect(entry.id == "6a98-6.1.0-50-armmp" && entry.title == "Debian GNU/Linux 12 (bookworm)")
    #expect(entry.version == "6.1.0-50-armmp" && entry.sortKey == "debian")
    #expect(entry.machineID == "6a9857a393724b7a981ebb5b8495b9ea" && entry.architecture == "ARM")
    #expect(entry.options == "root=UUID=1 ro quiet  splash")
    #expect(entry.kernel == "/6a98/6.1.0-50-armmp/linux")
    #expect(entry.initrds == ["/6a98/microcode", "/6a98/6.1.0-50-armmp/initrd"])
    #expect(entry.deviceTree == "/6a98/board.dtb" && entry.overlays == ["/a.dtbo", "/b.dtbo"])
    #expect(try SpecificationFile.entry(Array("uki /a.efi".utf8), name: "u.conf").foreign == "uki")
    #expect(try SpecificationFile.entry([], name: "empty.conf").options == "")
  }

  static let extlinux = """
    ## u-boot-menu
    default l0
    menu title U-Boot menu
    prompt 0
    timeout 50

    label l0
    \tmenu label Debian GNU/Linux 12 6.1.0-50-armmp
    \tLINUX /boot/vmlinuz-6.1.0-50-armmp
    \tinitrd /boot/initrd.img-6.1.0-50-armmp
    \tfdtdir /usr/lib/linux-image-6.1.0-50-armmp/
    \tappend root=/dev/mmcblk0p1 ro quiet # not a comment

    include more.conf
    label l0r
      kernel fit.itb#conf-1
      initrd fit.itb
      fdt fit.itb
      devicetree-overlay a.dtbo b.dtbo
      shrug at this
      append single
    label disk
      localboot 1
    label old
      kernel zImage
      append root=/dev/ram initrd=one.img,two.img
    """

  @Test("Labels of extlinux.conf, as U-Boot reads them")
  func labels() throws {
    let file = try ExtlinuxFile(Array(Self.extlinux.utf8))
    #expect(file.defaultLabel == "l0" && file.unknown == ["line 20: shrug"])
    guard case .label(let first) = file.items[0], case .include("more.conf", 14) = file.items[1],
      case .label(let second) = file.items[2], case .label(let disk) = file.items[3],
      case .label(let old) = file.items[4]
    else {
      Issue.record("\(file.items)")
      return
    }
    #expect(first.title == "Debian GNU/Linux 12 6.1.0-50-armmp")
    #expect(first.kernel == "/boot/vmlinuz-6.1.0-50-armmp")
    #expect(first.initrds == ["/boot/initrd.img-6.1.0-50-armmp"])
    #expect(first.deviceTreeFolder == "/usr/lib/linux-image-6.1.0-50-armmp/")
    #expect(first.options == "root=/dev/mmcblk0p1 ro quiet # not a comment")
    #expect(second.kernel == "fit.itb" && second.fitConfiguration == "conf-1")
    #expect(second.initrds == [] && second.deviceTree == nil && second.options == "single")
    #expect(second.overlays == ["a.dtbo", "b.dtbo"])
    #expect(disk.foreign == "localboot" && disk.kernel.isEmpty)
    #expect(old.initrds == ["one.img", "two.img"])
  }

  @Test("A label may say itself that it is the default; a line of the file goes before it")
  func menuDefault() throws {
    let label = "label a\nkernel k\nlabel b\nmenu default\nkernel k\n"
    #expect(try ExtlinuxFile(Array(label.utf8)).defaultLabel == "b")
    #expect(try ExtlinuxFile(Array((label + "default a").utf8)).defaultLabel == "a")
    #expect(try ExtlinuxFile(Array(("default a\n" + label).utf8)).defaultLabel == "a")
  }

  @Test("Options of petitboot.conf begin with their names; the first default counts")
  func petitboot() throws {
    let file = try PetitbootFile(
      Array(
        """
        default A longer name
        default other
        name            linux
        image           /boot/linux
        args            console=tty0 root=LABEL=root ro
        args            quiet

        name A longer name
        image /some/kernel
        initrd /some/other/initrd
        dtb /a/dtb
        description Contains a number of words
        """.utf8))
    let entries = file.entries
    #expect(file.unknown == nil)
    #expect(entries.map(\.id) == ["linux", "A longer name"])
    #expect(entries.map(\.isDefault) == [false, true])
    #expect(entries[0].options == "console=tty0 root=LABEL=root ro quiet")
    #expect(entries[1].kernel == "/some/kernel" && entries[1].initrds == ["/some/other/initrd"])
    #expect(entries[1].deviceTree == "/a/dtb" && entries[1].options == "")
  }

  static let broken: [(text: String, words: String)] = [
    ("title t\nlinux", "line 2: 'linux' needs a value"),
    ("linux /a\0b", "line 1: a zero byte stands in it"),
    (String(repeating: "initrd /a\n", count: 257), "line 257: more than 256 initrds"),
    (String(repeating: "#\n", count: 8192), "line 8193: more than 8192 lines"),
    (String(repeating: "#", count: (256 << 10) + 1), "line 1: more than 262144 bytes"),
    ("options " + String(repeating: "a", count: 70_000) + "\noptions b", "more than 256 options"),
  ]

  @Test("What breaks a form is an error with its line", arguments: broken)
  func errors(text: String, words: String) {
    #expect {
      _ = try SpecificationFile.entry(Array(text.utf8), name: "a.conf")
    } throws: { error in
      (error as? BootEntryError).map { $0.description.contains(words) } ?? false
    }
  }

  @Test("No bytes trap a reader, and what it reads is bounded by what it is given")
  func hostile() {
    var random = SplitMix64(seed: 5)
    let words = [
      "label ", "linux ", "initrd ", "menu ", "include ", "default ", "name ", "image ", "append ",
      "fdt ", "+", "#", "\n", "\n", "\t", " ", ",", "\0", "a", "/", "\u{e9}", "options ", "\r",
      "devicetree-overlay ", "version ", "args ", "kernel", "fdtoverlays ",
    ]
    for _ in 0..<3000 {
      var bytes = (0..<random.below(60)).flatMap { _ in Array(random.pick(words).utf8) }
      if random.oneIn(4), !bytes.isEmpty {
        bytes[Int(random.below(UInt64(bytes.count)))] = UInt8(truncatingIfNeeded: random.next())
      }
      let name = String(decoding: bytes.prefix(12), as: UTF8.self)
      for read in [
        { try SpecificationFile.entry(bytes, name: name).initrds.count },
        { try PetitbootFile(bytes).entries.count }, { try ExtlinuxFile(bytes).items.count },
      ] as [() throws -> Int] {
        do {
          #expect(try read() <= bytes.count)
        } catch let error as BootEntryError {
          #expect(error.line >= 1 && error.line <= bytes.count { $0 == 0x0a } + 1)
        } catch {
          Issue.record("\(error)")
        }
      }
    }
  }
}
