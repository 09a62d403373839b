// SPDX-License-Identifier: Apache-2.0
import DeviceTree
import Foundation
import LinuxInterface
import Testing

@testable import Samples
@testable import kexec

@Suite("Finding what to boot")
struct EntryTests {
  /// A machine with files of a boot folder in place of the usual ones.
  static func loader(_ files: [String: [UInt8]], root: String = "") -> Loader {
    let loader = Loader()
    for path in Array(loader.kernel.files.keys) where path.hasPrefix("/boot/") {
      loader.kernel.files[path] = nil
    }
    for (path, bytes) in files { loader.kernel.files[root + path] = bytes }
    return loader
  }

  static let kernel = Loader.zImage.bytes()
  static let initrd = Loader().kernel.files["/boot/initrd"] ?? []
  static let pairs: [String: [UInt8]] = [
    "/boot/vmlinuz-6.1.0-9-armmp": kernel, "/boot/initrd.img-6.1.0-9-armmp": initrd,
    "/boot/vmlinuz-6.1.0-50-armmp": kernel, "/boot/initrd.img-6.1.0-50-armmp": initrd,
  ]

  static func text(_ loader: Loader, _ path: String = "/run/kexec.json") -> String {
    String(decoding: loader.kernel.files[path] ?? [], as: UTF8.self)
  }

  @Test("--newest loads the newest kernel of /boot with its initrd, and says so")
  func newest() {
    let loader = Self.loader(Self.pairs)
    let found = loader.run("-l --newest --append=console=ttyAMA0")
    #expect(found.exit == .done && loader.deeds == ["load", "write /run/kexec.json"])
    #expect(
      found.complaints.hasPrefix(
        "entry: boot 6.1.0-50-armmp: /boot/vmlinuz-6.1.0-50-armmp "
          + "--initrd=/boot/initrd.img-6.1.0-50-armmp\n"))
    #expect(Self.text(loader).contains("\"commandLine\": \"console=ttyAMA0\""))
    let dry = Self.loader(Self.pairs).run("-l --newest --dry-run")
    #expect(dry.complaints.contains("  the newest in /boot by the version in its name"))
  }

  @Test("A kernel without an initrd is not wholly installed when others have one")
  func halfInstalled() {
    var files = Self.pairs
    files["/boot/vmlinuz-6.9.0"] = Self.kernel
    let found = Self.loader(files).run("-l --newest")
    #expect(found.exit == .done && found.complaints.contains("entry: boot 6.1.0-50-armmp"))
    #expect(found.complaints.contains("warning: boot 6.9.0 is not taken: it has no initrd"))
    let bare = Self.loader(["/boot/zImage": Self.kernel, "/boot/zImage-5.10": Self.kernel])
    #expect(bare.run("-l --newest").complaints.hasPrefix("entry: boot 5.10: /boot/zImage-5.10\n"))
  }

  @Test("Of a folder full of kernels the newest are shown, and how many are not")
  func crowded() {
    var files: [String: [UInt8]] = [:]
    for number in 0..<300 { files["/boot/vmlinuz-6.\(number)"] = Self.kernel }
    let loader = Self.loader(files, root: "/mnt")
    let found = loader.run("--list-entries --root=/mnt --entry-from=boot")
    #expect(found.exit == .done && found.output.contains("6.299"))
    #expect(found.output.contains("6.44") && !found.output.contains("6.43:"))
    #expect((found.output + found.complaints).contains("more than 256 kernels: the 44 oldest"))
    let listings = loader.kernel.calls.filter { $0.call == .listDirectory("/mnt/boot") }
    #expect(listings.count == 2, "once for names, once for links")
  }

  @Test("Kernels of other architectures are passed over, and said to be")
  func foreign() {
    var files = Self.pairs
    var x86 = [UInt8](repeating: 0, count: 0x400)
    x86.replaceSubrange(0x1fe..<0x206, with: [0x55, 0xaa, 0, 0, 0x48, 0x64, 0x72, 0x53])
    files["/boot/vmlinuz-7.0-amd64"] = x86
    files["/boot/initrd.img-7.0-amd64"] = Self.initrd
    let found = Self.loader(files).run("-l --newest")
    #expect(found.exit == .done && found.complaints.contains("entry: boot 6.1.0-50-armmp"))
    #expect(
      found.complaints.contains("7.0-amd64 is not taken: its kernel is no ARM kernel, but bz"))
  }

  @Test("Nothing to boot is an error that says where to look on")
  func nothing() {
    for line in [
      "-l --newest", "-l --entry-from=bls", "-l --entry-id=none", "-l --entry-from=extlinux",
    ] {
      let loader = Self.loader([:])
      let found = loader.run(line)
      #expect(found.exit == .unreadable && loader.deeds == [])
      #expect(found.complaints.contains("error: nothing is found that can be booted"))
      #expect(found.complaints.contains("hint: kexec --list-entries"))
    }
  }

  static let specification: [String: [UInt8]] = [
    "/boot/loader/entries/a-6.1.conf": Array(
      "title A\nversion 6.1\nlinux /a/linux\ninitrd /a/one\ninitrd /a/two\noptions root=/dev/a".utf8
    ),
    "/boot/loader/entries/a-6.9+0-3.conf": Array("version 6.9\nlinux /a/linux\noptions bad".utf8),
    "/boot/loader/entries/b-7.0.conf": Array(
      "version 7.0\narchitecture aa64\nlinux /a/linux".utf8),
    "/boot/loader/entries/c-8.0.conf": Array("linux /boot/gone".utf8),
    "/boot/loader/entries/d-9.0.conf": Array("linux /a/linux\noptions $kernelopts".utf8),
    "/boot/loader/entries/e.conf": Array("linux".utf8),
    "/boot/a/linux": kernel, "/boot/a/one": initrd, "/boot/a/two": initrd,
  ]

  @Test(
    "Entries of the specification go before pairs; bad ones and those that cannot be are passed")
  func blsEntries() {
    let loader = Self.loader(Self.pairs.merging(Self.specification) { old, _ in old })
    let found = loader.run("-l --newest")
    #expect(found.exit == .done)
    for words in [
      "e.conf', line 1: 'linux' needs a value", "b-7.0 is not taken: it is for the architecture",
      "c-8.0 is not taken: its kernel '/boot/boot/gone' is missing",
      "d-9.0 is not taken: '$kernelopts' is a variable",
      "entry: bls a-6.1: /boot/a/linux --initrd=/boot/a/one --initrd=/boot/a/two\n",
    ] { #expect(found.complaints.contains(words), "\(found.complaints)") }
    #expect(Self.text(loader).contains("\"commandLine\": \"root=/dev/a\""))
    let pair = Self.loader(Self.pairs.merging(Self.specification) { old, _ in old })
    #expect(pair.run("-l --newest --entry-from=boot").complaints.contains("entry: boot 6.1.0-50"))
  }

  @Test("The command line: what is named goes before what the entry has")
  func commandLines() {
    for (option, line) in [
      ("", "root=/dev/a"), ("--append=x=1", "x=1"),
      ("--reuse-cmdline --append=x=1", "console=ttyAMA0 root=/dev/vda x=1"),
    ] {
      let loader = Self.loader(Self.specification)
      let words = "-l --entry-id=a-6.1 " + option
      #expect(loader.run(words).exit == .done)
      #expect(Self.text(loader).contains("\"commandLine\": \"\(line)\""), "\(option)")
    }
    let other = Self.loader(Self.specification.merging(["/other": Self.initrd]) { old, _ in old })
    #expect(other.run("-l --entry-from=bls --initrd=/other").exit == .done)
    #expect(Self.text(other).contains("\"/other\"") && !Self.text(other).contains("/boot/a/one"))
  }

  static let extlinux: [String: [UInt8]] = [
    "/boot/extlinux/extlinux.conf": Array(
      "default two\nlabel one\nkernel zImage\nappend first\ninclude /extlinux/more.conf\n".utf8),
    "/boot/extlinux/more.conf": Array(
      "label two\nlinux /vmlinuz\ninitrd ../img\nfdtdir /dtbs\nappend second".utf8),
    "/boot/extlinux/zImage": kernel, "/boot/vmlinuz": kernel, "/boot/img": initrd,
    "/boot/extlinux/../img": initrd,
  ]

  @Test("extlinux.conf: its default, files it includes, paths from its folder and its file system")
  func extlinuxLabels() {
    let loader = Self.loader(Self.extlinux)
    let found = loader.run("-l --entry-from=extlinux")
    #expect(found.exit == .done)
    #expect(
      found.complaints.hasPrefix(
        "entry: extlinux two: /boot/vmlinuz --initrd=/boot/extlinux/../img\n"), "\(found)")
    #expect(found.complaints.contains("the running kernel's tree is kept: none in /dtbs"))
    #expect(Self.text(loader).contains("\"commandLine\": \"second\""))
    let one = Self.loader(Self.extlinux)
    #expect(one.run("-l --entry-id=one").complaints.contains("one: /boot/extlinux/zImage\n"))
  }

  @Test("A tree of the folder is taken when it alone is for exactly this machine")
  func trees() {
    var files = Self.extlinux
    files["/boot/dtbs/vendor/board.dtb"] = Loader.tree.flattened()
    files["/boot/dtbs/broken.dtb"] = [1, 2, 3]
    // What the root says is enough to know that a tree is another's, whatever follows.
    files["/boot/dtbs/other.dtb"] = DeviceTree(
      root: Node(properties: [Property("compatible", Array("other\0".utf8))])
    ).flattened()
    func loader() -> Loader {
      let loader = Self.loader(files)
      loader.kernel.files["/proc/device-tree/compatible"] = Array("linux,dummy-virt\0".utf8)
      return loader
    }
    let found = loader().run("-l --entry-from=extlinux")
    #expect(found.complaints.contains(" --dtb=/boot/dtbs/vendor/board.dtb\n"))
    #expect(found.complaints.contains("note: the tree /boot/dtbs/vendor/board.dtb is for exactly"))
    files["/boot/dtbs/same.dtb"] = Loader.tree.flattened()
    let two = loader().run("-l --entry-from=extlinux")
    #expect(
      two.complaints.contains("kept: more than one in /dtbs") && !two.complaints.contains("--dtb="))
  }

  @Test("Files that include one another without end are an error")
  func endless() {
    let loader = Self.loader([
      "/boot/extlinux/extlinux.conf": Array("include extlinux.conf\nlabel a\nkernel z".utf8)
    ])
    let found = loader.run("-l --entry-from=extlinux")
    #expect(found.exit == .badFile && found.complaints.contains("more than 16 deep"))
  }

  @Test("Files that each include the next one many times are an error, not work for years")
  func wide() {
    var files: [String: [UInt8]] = [:]
    for level in 0..<15 {
      let name = level == 0 ? "extlinux.conf" : "\(level).conf"
      let line = "include \(level + 1).conf\n"
      files["/boot/extlinux/" + name] = Array(String(repeating: line, count: 200).utf8)
    }
    let found = Self.loader(files).run("-l --entry-from=extlinux")
    #expect(found.exit == .badFile && found.complaints.contains("more than 64 files are included"))
  }

  @Test("With another root a configuration behind a link is not read")
  func linkedConfiguration() {
    for link in ["/mnt/boot/extlinux", "/mnt/boot/extlinux/extlinux.conf"] {
      let loader = Self.loader(Self.extlinux, root: "/mnt")
      loader.kernel.links = [link]
      let found = loader.run("-l --root=/mnt --entry-from=extlinux")
      #expect(found.exit == .unreadable, "\(found)")
      #expect(found.complaints.contains("'" + link + "' is a link, which may lead out of '/mnt'"))
    }
  }

  @Test("petitboot.conf: its default, with all that it names")
  func petitboot() {
    let loader = Self.loader([
      "/boot/petitboot.conf": Array(
        "default b\nname a\nimage /k\nname b\nimage /boot/k\nargs quiet\ndtb /board.dtb".utf8),
      "/boot/k": Self.kernel, "/boot/board.dtb": Loader.tree.flattened(),
    ])
    let found = loader.run("-l --entry-from=petitboot")
    #expect(found.exit == .done, "\(found)")
    #expect(found.complaints.hasPrefix("entry: petitboot b: /boot/k --dtb=/boot/board.dtb\n"))
  }

  @Test("With another root nothing of the running system is taken, not by .. and not by links")
  func roots() {
    let other = Self.loader(Self.pairs, root: "/mnt")
    let found = other.run("-l --newest --root=/mnt/")
    #expect(found.complaints.contains("/mnt/boot/vmlinuz-6.1.0-50-armmp --initrd=/mnt/boot/"))
    let inside = Self.loader(Self.specification, root: "/mnt")
    #expect(inside.run("-l --root=/mnt --entry-from=bls").complaints.contains("/mnt/boot/a/linux"))
    #expect(Self.loader(Self.pairs).run("-l --newest --root=/mnt").exit == .unreadable)
    let above = Self.loader(Self.extlinux, root: "/mnt").run("-l --root=/mnt --entry-id=two")
    #expect(above.complaints.contains("--initrd=/mnt/boot/extlinux/../img"), "\(above)")
    var files = Self.extlinux
    files["/boot/extlinux/more.conf"] = Array("label two\nlinux ../../../vmlinuz".utf8)
    let escape = Self.loader(files, root: "/mnt").run("-l --root=/mnt --entry-id=two")
    #expect(escape.complaints.contains("/extlinux/../../../vmlinuz' leads out of '/mnt'"))
    let linked = Self.loader(Self.pairs, root: "/mnt")
    linked.kernel.links = ["/mnt/boot"]
    #expect(
      linked.run("-l --newest --root=/mnt").complaints.contains(
        "'/mnt/boot' is a link, which may lead out of '/mnt'"))
  }

  @Test("--list-entries shows all, the one that would be taken, and what is in the way of others")
  func list() throws {
    let all = Self.pairs.merging(Self.specification) { old, _ in old }
      .merging(Self.extlinux) { old, _ in old }
    let text = Self.loader(all).run("--list-entries")
    #expect(text.exit == .done)
    #expect(text.output.contains("* bls a-6.1  (A)\n      kernel /boot/a/linux\n"))
    for words in [
      "  bls b-7.0\n", "not taken: it is for the architecture 'aa64'", "  extlinux two\n",
      "  boot 6.1.0-9-armmp\n      kernel /boot/vmlinuz-6.1.0-9-armmp\n",
      "note: its tries are used up",
    ] { #expect(text.output.contains(words), "\(text.output)") }
    #expect(Self.loader(all).run("--list-entries --json").output.contains("\"triesLeft\": 0,"))
    let document = Self.loader(all).run("--list-entries --json --entry-id=two").output
    #expect(document.components(separatedBy: "\"taken\": true").count == 2)
    #expect(document.contains("\"id\": \"two\",\n      \"title\": null"))
    #expect(
      Self.loader([:]).run("--list-entries").output == "nothing is found that could be booted\n")
  }

  @Test("The only kernel has the only ramdisk; what belongs to no kernel is told")
  func leftovers() {
    let arch = ["/boot/zImage": Self.kernel, "/boot/initramfs-linux.img": Self.initrd]
    let found = Self.loader(arch).run("-l --newest")
    #expect(found.exit == .done)
    #expect(
      found.complaints.hasPrefix(
        "entry: boot zImage: /boot/zImage --initrd=/boot/initramfs-linux.img\n"))
    #expect(found.complaints.contains("note: initramfs-linux.img is taken for its initrd"))
    let two = Self.loader(arch.merging(["/boot/uImage": Self.kernel]) { $1 })
    #expect(
      two.run("-l --newest").complaints.contains(
        "warning: '/boot/initramfs-linux.img' belongs to no kernel that was found\n"))
    let tree = Self.loader(
      Self.pairs.merging(["/boot/dtb-6.1.0-50-armmp": Loader.tree.flattened()]) { $1 })
    #expect(
      tree.run("-l --newest").complaints.contains(
        "note: the running kernel's tree is kept, not dtb-6.1.0-50-armmp beside it"))
  }

  @Test("NixOS: the files of an entry lie in another folder than its configuration")
  func nixOS() {
    let loader = Self.loader(
      [
        "/boot/extlinux/extlinux.conf": Array(
          """
          DEFAULT nixos-default
          LABEL nixos-default
            LINUX ../nixos/abc-linux-6.1.69-zImage
            INITRD ../nixos/def-initrd-linux-6.1.69-initrd
            APPEND init=/nix/store/ghi/init loglevel=4
            FDTDIR ../nixos/abc-linux-6.1.69-dtbs
          """.utf8),
        "/boot/nixos/abc-linux-6.1.69-zImage": Self.kernel,
        "/boot/nixos/def-initrd-linux-6.1.69-initrd": Self.initrd,
      ], root: "/mnt")
    for path in Array(loader.kernel.files.keys) where path.hasPrefix("/mnt/boot/nixos/") {
      // The fake knows no `..`.
      let other = path.replacingOccurrences(of: "/boot/nixos", with: "/boot/extlinux/../nixos")
      loader.kernel.files[other] = loader.kernel.files[path]
    }
    let found = loader.run("-l --entry-from=extlinux --root=/mnt")
    #expect(found.exit == .done && found.complaints.contains("abc-linux-6.1.69-zImage"), "\(found)")
  }

  @Test(
    "What a search finds is a regular file; devices, pipes and sockets are not opened, and told",
    arguments: [
      (
        "/boot/vmlinuz-6.9-armmp",
        "6.9-armmp is not taken: its kernel '/boot/vmlinuz-6.9-armmp' is a pipe"
      ),
      ("/boot/initrd.img-6.9-armmp", "6.9-armmp is not taken: its initrd '/boot/initrd.img-6.9-a"),
      ("/boot/loader/entries/pipe.conf", "'/boot/loader/entries/pipe.conf' is a pipe, and"),
      ("/boot/extlinux/extlinux.conf", "'/boot/extlinux/extlinux.conf' is a pipe, and"),
      ("/petitboot.conf", "'/petitboot.conf' is a pipe, and"),
    ])
  func special(path: String, words: String) {
    for line in ["--list-entries", "-l --entry-from=boot"] {
      let loader = Self.loader(Self.pairs)
      loader.kernel.files["/boot/vmlinuz-6.9-armmp"] = Self.kernel
      loader.kernel.files["/boot/initrd.img-6.9-armmp"] = Self.initrd
      loader.kernel.files[path] = nil
      loader.kernel.special = [path: .pipe]
      let found = loader.run(line)
      #expect(found.exit == .done)
      if line == "--list-entries" || path.contains("6.9") {
        let told = (found.output + found.complaints).replacingOccurrences(
          of: "\n      not taken: ", with: " is not taken: ")
        #expect(
          told.contains(words)
            || told.contains(words.replacingOccurrences(of: "6.9-armmp is ", with: "")),
          "\(told)")
      }
      for call in loader.kernel.calls {
        #expect(call.call != .readFile(path) && call.call != .mapFile(path))
      }
    }
  }

  @Test("A place to look in that is not there is an error, not an empty list")
  func nowhere() {
    for line in [
      "--list-entries --root=/nope", "-l --newest --root=/nope", "--list-entries --root=/boot/img",
      "--list-entries --entry-from=boot=/nope", "-l --entry-from=extlinux=/nope.conf",
      "--check --newest --root=/nope",
    ] {
      let loader = Self.loader(["/boot/img": Self.initrd])
      let found = loader.run(line)
      #expect(found.exit == .unreadable && found.output.isEmpty, "\(line): \(found)")
      #expect(found.complaints.contains("cannot be read: "), "\(found)")
    }
  }

  @Test(
    "A configuration that yields nothing is told with its first line that was not understood",
    arguments: [
      (
        "/boot/extlinux/extlinux.conf", "'/boot/extlinux/extlinux.conf', line 2: menuentry: unknown"
      ),
      (
        "/boot/extlinux/extlinux.conf",
        "'/boot/extlinux/extlinux.conf' names nothing that could be booted"
      ),
      (
        "/boot/petitboot.conf",
        "'/boot/petitboot.conf' names nothing that could be booted; not understood: line 2: menuentry"
      ),
      (
        "/boot/loader/entries/a.conf",
        "not taken: it names no kernel; not understood: line 2: menuentry"
      ),
    ])
  func notUnderstood(path: String, words: String) {
    let grub = "# GRUB's\nmenuentry 'Linux' {\n  linuxefi /vmlinuz\n}\n"
    let found = Self.loader([path: Array(grub.utf8)]).run("--list-entries")
    #expect((found.output + found.complaints).contains(words), "\(found)")
  }

  static let refused: [(line: String, words: String)] = [
    ("-l --newest /boot/zImage", "find another"), ("-e --newest", "goes with a kernel to load"),
    ("-l --entry-from=grub", "names no place that is known here"),
    ("-l --entry-from=boot=", "names no place"),
    ("-l --newest --entry-from=extlinux", "by version"),
    ("-l --newest --entry-id=a", "by version"), ("-l /boot/zImage --root=/mnt", "--root is where"),
    ("--list-entries --dry-run", "--dry-run goes with"),
  ]

  @Test("What contradicts itself is refused", arguments: refused)
  func refuses(line: String, words: String) {
    let loader = Self.loader(Self.pairs)
    let found = loader.run(line)
    #expect(found.exit == .usage && found.complaints.contains(words), "\(found)")
    #expect(loader.deeds == [])
  }
}
