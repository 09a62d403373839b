// SPDX-License-Identifier: Apache-2.0
import BootPlanning
import DeviceTree
import KernelImages
import LinuxInterface
import PhysicalMemory
import Reporting
import Testing

@testable import Samples
@testable import kexec

@Suite("What cannot be read from the image or the machine")
struct SavedFigureTests {
  /// A machine with a kernel that does not tell its BSS.
  private func loader() -> Loader {
    let loader = Loader()
    loader.kernel.files["/boot/mute"] =
      SyntheticZImage(tagWords: nil, image: SyntheticImage(hasPair: false, hasEndAddress: false))
      .bytes()
    return loader
  }

  @Test("A saved plan with figures that the user stated is loaded with these figures")
  func stated() throws {
    let loader = loader()
    let guessed = loader.run("-l /boot/mute --initrd=/boot/initrd --dry-run")
    #expect(guessed.told.contains("KX141") || guessed.output.contains("KX141"))

    // As kx plan --assume bss=64K makes it.
    var settings = try Settings(["-l", "/boot/mute", "--initrd=/boot/initrd"])
    let plain = try DeviceBoot(settings, on: loader.kernel, digests: true).plan
    #expect(plain.kernel.bssBytes.source == .estimate)
    var figures = plain.kernel
    figures.bssBytes = Figure(.kibibytes(64), .option, "stated")
    settings.figures = figures
    let plan = try DeviceBoot(settings, on: loader.kernel, digests: true).plan
    #expect(plan.kernel.bssBytes.value == .kibibytes(64))
    #expect(!plan.diagnostics.contains { $0.code == .bssSizeUnknown })
    #expect(plan.footprint != plain.footprint)

    loader.kernel.files["/tmp/plan.json"] = Array(PlanDocument.json(plan).utf8)
    let loaded = loader.run("--load-plan=/tmp/plan.json")
    #expect(loaded.exit == .done, "\(loaded.complaints)")
    #expect(loader.deeds.contains("load"))
  }

  @Test("An estimate in a saved plan is no statement of the user's")
  func estimated() {
    let json = loader().run("-l /boot/mute --initrd=/boot/initrd --dry-run --json").output
    let forged = json.replacing(/"bssBytes": [0-9]+/, with: "\"bssBytes\": 4096")
    #expect(forged != json)
    let other = self.loader()
    other.kernel.files["/tmp/plan.json"] = Array(forged.utf8)
    let loaded = other.run("--load-plan=/tmp/plan.json --json")
    #expect(loaded.exit == .done, "\(loaded.complaints)")
    #expect(loaded.output.contains("bssBytes") && !loaded.output.contains("\"bssBytes\": 4096"))
  }

  @Test("A plain Image of which T is a guess is not loaded")
  func guessed() {
    let loader = loader()
    loader.kernel.files["/boot/Image"] = SyntheticImage(hasEndAddress: false).bytes()
    let refused = loader.run("-l /boot/Image --initrd=/boot/initrd")
    #expect(refused.exit != .done)
    #expect(refused.complaints.contains("KX142") && refused.complaints.contains("--vmlinux"))
    #expect(!loader.deeds.contains("load"))
  }

  @Test("That /proc/device-tree stood in for /sys/firmware/fdt is noted")
  func liveTree() {
    let line = "-l /boot/zImage --initrd=/boot/initrd --dry-run --json"
    #expect(!Loader().run(line).output.contains("KX118"))
    let live = Loader(tree: nil)
    live.kernel.files.merge(SampleMachine.liveFiles(Loader.tree.root)) { $1 }
    let outcome = live.run(line)
    #expect(outcome.exit == .done, "\(outcome.complaints)")
    #expect(outcome.output.contains("KX118"))
    #expect(outcome.output.contains("/proc/device-tree"))
  }
}
