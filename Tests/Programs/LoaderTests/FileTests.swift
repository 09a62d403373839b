// SPDX-License-Identifier: Apache-2.0
import LinuxInterface
import Testing

@testable import kexec

@Suite("Files that the loader reads and writes")
struct FileTests {
  static let files = "/boot/zImage --initrd=/boot/initrd --append=console=ttyAMA0"

  @Test("A file that changed while it was loaded is told, and what was loaded is taken away")
  func changed() {
    for line in ["-l ", "-f ", "", "-l --json "] {
      let loader = Loader()
      loader.kernel.changed = ("/boot/initrd", onlyOnceLoaded: true)
      let found = loader.run(line + Self.files)
      #expect(found.exit == .unreadable)
      #expect(loader.deeds == ["load", "unload"], "\(line)")
      #expect(found.complaints.contains("error: '/boot/initrd' changed while it was read"))
    }
    let busy = Loader()
    busy.kernel.changed = ("/boot/initrd", onlyOnceLoaded: true)
    let count = Loader()
    _ = count.run("-l " + Self.files)
    let place = count.kernel.calls.firstIndex {
      if case .kexecLoad = $0.call { true } else { false }
    }
    busy.kernel.failures[.call((place ?? 0) + 1)] = .busy
    let found = busy.run("-l " + Self.files)
    #expect(found.exit == .unreadable && busy.deeds == ["load", "unload failed"])
    #expect(found.complaints.contains("warning: what was loaded of it was not taken away (EBUSY"))
  }

  @Test("Nothing is shown that was made of a file that changed, and no error is the file's")
  func shown() {
    for line in [
      "-l --dry-run " + Self.files, "-l --dry-run --json " + Self.files, "--check " + Self.files,
      "-l /boot/nothing", "-l /boot/initrd",
    ] {
      let loader = Loader()
      loader.kernel.changed = ("/boot/zImage", onlyOnceLoaded: false)
      let found = loader.run(line)
      #expect(found.exit == .unreadable && found.output.isEmpty, "\(line)")
      #expect(found.complaints.contains("'/boot/zImage' changed while it was read"), "\(line)")
    }
  }

  @Test("What is no file is refused by its kind, in every place")
  func special() {
    for (kind, words) in [(FileKind.device, "no file, but a device"), (.socket, "a socket")] {
      for line in [
        "-l /x", "-l /boot/zImage --initrd=/x", "-l /boot/zImage --dtb=/x",
        "-l /boot/zImage --dtbo=/x", "-l /boot/zImage --vmlinux=/x",
        "-l --dry-run --machine=/x /boot/zImage", "--load-plan=/x",
      ] {
        let loader = Loader()
        loader.kernel.special["/x"] = kind
        let found = loader.run(line)
        #expect(found.exit == .unreadable, "\(line)")
        #expect(found.complaints.contains("error: '/x' is") && found.complaints.contains(words))
      }
    }
    #expect(Loader().run("-l /boot").complaints.contains("'/boot' is no file, but a folder"))
  }

  @Test("A log that is one of the files to load is refused, and stays as it was")
  func log() {
    for line in [
      "-l --log=/boot/zImage ", "-f --log=/boot/zImage ", "--log=/boot/initrd ",
    ] {
      let loader = Loader()
      let before = loader.kernel.files
      let found = loader.run(line + Self.files)
      #expect(found.exit == .usage && loader.deeds.isEmpty, "\(line)")
      #expect(found.complaints.contains("is the same file and is read"))
      #expect(loader.kernel.files == before)
    }
  }
}
