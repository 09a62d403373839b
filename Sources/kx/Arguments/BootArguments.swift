// SPDX-License-Identifier: Apache-2.0
public import ArgumentParser
public import BootPlanning
import PhysicalMemory
public import Reporting

extension HandoverKind: ExpressibleByArgument {}
extension PlacementRule: ExpressibleByArgument {}
extension SVGTheme: ExpressibleByArgument {}

/// The companions of a kernel and the places of all: the options of every verb that makes a plan.
struct BootArguments: ParsableArguments {
  @Option(
    parsing: .singleValue,
    help: ArgumentHelp(
      "An initial ramdisk; several are put one behind the other.",
      valueName: "file"), completion: .file())
  var initrd: [String] = []

  @Option(help: ArgumentHelp("The device tree.", valueName: "file"), completion: .file())
  var dtb: String?

  @Option(
    parsing: .singleValue,
    help: ArgumentHelp("An overlay to apply to the tree.", valueName: "file"), completion: .file())
  var dtbo: [String] = []

  @Option(
    name: .customLong("dtb-index"),
    help: ArgumentHelp(
      "Which of several trees in the kernel's file is taken, from 0 on; without it, the one for the "
        + "machine.", valueName: "number"))
  var treeIndex: Int?

  @Option(
    name: [.customLong("append"), .customLong("command-line")],
    help: ArgumentHelp(
      "The command line of the new kernel; without it, that of the tree is kept.",
      valueName: "text"))
  var append: String?

  @Option(
    help: ArgumentHelp(
      """
      What 'kexec --snapshot' took, a captured /proc/iomem, or a folder that holds iomem, fdt and \
      cmdline.
      """, valueName: "file"),
    completion: .file())
  var machine: String?

  @Option(
    parsing: .singleValue,
    help: ArgumentHelp(
      "A bank of RAM: 0x40000000-0x5fffffff or 0x40000000+512M.", valueName: "range"))
  var ram: [PhysicalRange] = []

  @Option(
    parsing: .singleValue,
    help: ArgumentHelp("Memory that must not be touched.", valueName: "range"))
  var reserve: [PhysicalRange] = []

  @Option(help: "How the kernel is handed over: auto, image or zimage.")
  var handover: HandoverChoice = .auto

  @Option(
    help: ArgumentHelp(
      "Where the zImage is loaded, or with the image handover the kernel.", valueName: "address"))
  var load: PhysicalAddress?

  @Option(
    parsing: .singleValue,
    help: ArgumentHelp(
      """
      Where something lies when the kernel is entered, for a layout that somebody else chose: \
      kernel (the zImage or Image), initrd, dtb or atags. The rest is placed.
      """, valueName: "name=address"))
  var at: [PlaceChoice] = []

  @Option(
    name: .customLong("u-boot-env"),
    help: ArgumentHelp(
      """
      U-Boot's variables, as 'printenv' prints or 'saveenv' saves them: kernel_addr_r, \
      ramdisk_addr_r, fdt_addr_r, initrd_high, fdt_high, bootm_size and others say where bootz \
      or bootm takes everything.
      """, valueName: "file"), completion: .file())
  var ubootEnvironment: String?

  @Option(help: "The rule that places: exact, kexec-tools, ratio4 or ratio5.")
  var rule: PlacementRule = .exact

  @Option(
    parsing: .singleValue,
    help: ArgumentHelp(
      "Figures in place of a file or of what it says: KEY=N, or several with commas between. The "
        + "keys are " + Assumptions.keys.joined(separator: ", ")
        + "; lpae and dtb-check take 0 or 1.", valueName: "figures"))
  var assume: [Assumptions] = []

  @Flag(help: "Pass an ATAG list in place of a device tree.")
  var atags = false

  @Option(
    name: .customLong("machine-number"),
    help: ArgumentHelp("r1 for an ATAG list: the machine number of the board.", valueName: "number")
  )
  var machineNumber: UInt32?

  @OptionGroup(title: "What the kernel's file is")
  var kernelOptions: KernelOptions

  /// Every file that the options name, and the files in the folder of a machine.
  var inputs: [String] {
    let machines = machine.map { [$0, $0 + "/iomem", $0 + "/fdt", $0 + "/cmdline"] } ?? []
    return initrd + dtbo + machines + [dtb, kernelOptions.vmlinux].compactMap { $0 }
  }

  /// The given options that a saved plan already decides.
  var answeredByPlan: [String] {
    kernelOptions.given
      + [
        ("--initrd", !initrd.isEmpty), ("--dtb", dtb != nil), ("--dtbo", !dtbo.isEmpty),
        ("--dtb-index", treeIndex != nil), ("--append", append != nil), ("--ram", !ram.isEmpty),
        ("--reserve", !reserve.isEmpty), ("--handover", handover != .auto),
        ("--load", load != nil), ("--at", !at.isEmpty), ("--u-boot-env", ubootEnvironment != nil),
        ("--rule", rule != .exact), ("--atags", atags), ("--machine-number", machineNumber != nil),
      ].filter(\.1).map(\.0)
  }

  /// The handover as it is written on the command line.
  enum HandoverChoice: String, ExpressibleByArgument, CaseIterable {
    case auto, image, zimage

    var kind: HandoverKind? {
      switch self {
      case .auto: nil
      case .image: .image
      case .zimage: .zimage
      }
    }
  }

  func validate() throws {
    if machine != nil, !ram.isEmpty {
      throw ValidationError("--machine and --ram both name the memory; give one of them.")
    }
    if atags, dtb != nil || !dtbo.isEmpty || treeIndex != nil {
      throw ValidationError(
        "--atags passes no device tree; leave out --dtb, --dtbo and --dtb-index.")
    }
    if rule != .exact, handover == .image {
      throw ValidationError(
        "--rule \(rule.rawValue) hands over by zimage; it cannot be combined with "
          + "--handover image.")
    }
    if load != nil, !at.isEmpty || ubootEnvironment != nil {
      throw ValidationError("--load and --at both say where the kernel lies; give one of them.")
    }
    if atags, at.contains(where: { $0.name == .dtb }) {
      throw ValidationError("--atags passes no device tree; say --at atags=ADDRESS.")
    }
    if !atags, at.contains(where: { $0.name == .atags }) {
      throw ValidationError("--at atags=ADDRESS takes --atags.")
    }
    for name in PlaceChoice.names where at.filter({ $0.name == name }).count > 1 {
      throw ValidationError("--at names \(name.rawValue) more than once.")
    }
    if rule != .exact, load != nil {
      throw ValidationError("--rule \(rule.rawValue) chooses its own load address.")
    }
  }
}
