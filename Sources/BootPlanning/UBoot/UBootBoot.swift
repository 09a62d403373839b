// SPDX-License-Identifier: Apache-2.0
public import KernelImages
public import PhysicalMemory

/// Simulates U-Boot's use of its environment when it starts a kernel by `bootz` or `bootm`: the
/// addresses of the files after loading, and at the jump.
///
/// First `bootm` copies or inflates the kernel of a uImage to its load address; a zImage stays
/// where it was loaded. Then U-Boot copies the initrd to the highest free place below a limit, then
/// the tree; each stays where it is when its variable is all ones. The kernel, the tree's
/// reservations, and U-Boot itself at the end of RAM are not free.
///
/// Source: U-Boot boot/bootm.c `bootm_run_states`, cmd/bootz.c `bootz_start`, boot/image-board.c
/// `boot_ramdisk_high`, `env_get_bootm_low`, `env_get_bootm_mapsize`, boot/image-fdt.c
/// `boot_relocate_fdt`, lib/lmb.c `_lmb_alloc_base` (v2026.10-rc2); the same order and limits in
/// common/cmd_bootm.c, common/image.c (v2013.01) and common/image-fdt.c (v2016.01). Up to 2024.07
/// `initrd_high` and `fdt_high` did not reach beyond bootm_low + bootm_size.
public struct UBootBoot: Sendable {
  /// The addresses that the files are loaded to.
  public private(set) var sources = GivenPlaces()
  /// The addresses at the jump.
  public private(set) var places = GivenPlaces()
  /// Diagnostics about files that U-Boot moves or loses.
  public private(set) var diagnostics: [Diagnostic] = []
  /// Whether a file is lost, or none is started, before the jump.
  public var isSpoilt: Bool { diagnostics.contains { $0.severity == .error } }
  /// Whether the kernel's own header decides its address.
  public private(set) var keepsKernel = false

  private let environment: UBootEnvironment
  private let request: PlanRequest
  private var taken: RangeSet

  /// The variables with the address of a file, by use; the first that is set counts.
  ///
  /// Source: include/config_distro_bootcmd.h and doc/develop/distro.rst (v2026.10-rc2) for the names
  /// with `_r`; include/configs/ti_armv7_common.h, mx6sabre_common.h (v2016.01) for the others.
  static let kernelNames = ["kernel_addr_r", "loadaddr"]
  static let initrdNames = ["ramdisk_addr_r", "rdaddr", "ramdiskaddr", "initrd_addr"]
  static let treeNames = ["fdt_addr_r", "fdtaddr", "fdt_addr"]

  /// The room that U-Boot adds to the tree. Source: lib/Kconfig, `SYS_FDT_PAD` (v2026.10-rc2).
  private static let treePad: UInt64 = 0x3000
  /// U-Boot's stack. Source: Kconfig, `STACK_SIZE` (v2026.10-rc2).
  private static let stackBytes: UInt64 = 16 << 20
  /// An upper bound of U-Boot's code, heap and stack where nothing states it: its stack and as much
  /// again. Boards with little memory give it less: an eighth is assumed.
  private static let ownBytes: UInt64 = 32 << 20
  private static let allOnes: UInt64 = 0xffff_ffff

  /// Simulates a boot.
  ///
  /// - Parameters:
  ///   - environment: The variables.
  ///   - request: The kernel, its companions and the machine.
  ///   - uImage: The load address in the kernel's uImage; nil for a zImage, which `bootz` starts.
  ///   - initrdOffset: The offset of the initrd in its file, which may wrap it for U-Boot.
  public init(
    _ environment: UBootEnvironment, _ request: PlanRequest, uImage: UImagePlace?,
    initrdOffset: ByteCount = .zero
  ) {
    self.environment = environment
    self.request = request
    taken = request.machine.memory.reservedRanges
    takeOwn()
    sources = GivenPlaces(
      kernel: address(Self.kernelNames, "the kernel"),
      initrd: request.initrd.flatMap { _ in
        address(Self.initrdNames, "the initrd")?.advanced(by: initrdOffset)
      },
      parameters: request.parameters.byteCount.flatMap { _ in
        address(Self.treeNames, "the device tree")
      })
    places = sources
    filesOverlap(uImage)
    moveKernel(uImage)
    if let bytes = request.initrd?.byteCount {
      moveInitrd(bytes)
    }
    if let bytes = request.parameters.byteCount {
      moveTree(bytes)
    }
  }

  private mutating func note(_ text: String) {
    diagnostics.append(Diagnostic(.movedByUBoot, .note, text))
  }

  private mutating func lose(
    _ text: String, bytes: ByteCount? = nil, _ code: DiagnosticCode = .lostInUBoot
  ) {
    diagnostics.append(
      Diagnostic(
        code, .error, text, hint: "load it elsewhere: KX190 says where to", bytes: bytes))
  }

  private mutating func address(_ names: [String], _ what: String) -> PhysicalAddress? {
    for name in names {
      guard let text = environment.value(name) else { continue }
      if let number = environment.number(name) { return PhysicalAddress(number) }
      diagnostics.append(
        Diagnostic(
          .addressNotStated, .warning,
          "\(name) is '\(PrintableText.clean(text))', which is no number",
          hint: "U-Boot's numbers are hexadecimal; give the address with --at"))
    }
    diagnostics.append(
      Diagnostic(
        .addressNotStated, .warning,
        "the environment has no address for \(what) (\(names.joined(", ")))",
        hint: "give it with --at; without, it is placed"))
    return nil
  }

  // MARK: Memory

  private var ram: RangeSet { request.machine.memory.ram.intersection(.below4GiB) }

  /// The first address that U-Boot uses for boots.
  private var low: UInt64 {
    environment.number("bootm_low") ?? ram.ranges.first?.first.rawValue ?? 0
  }

  /// The end of the memory that U-Boot moves files into (exclusive).
  private var limit: UInt64 {
    let mapped = environment.number("bootm_mapsize") ?? environment.number("bootm_size")
    let size = mapped ?? ram.count.rawValue - min(ram.count.rawValue, low - min(low, ramStart))
    let (sum, overflow) = low.addingReportingOverflow(size)
    return overflow ? Self.allOnes : min(sum, Self.allOnes + 1)
  }

  private var ramStart: UInt64 { ram.ranges.first?.first.rawValue ?? 0 }

  private var limitText: String {
    for name in ["bootm_mapsize", "bootm_size"] where environment.number(name) != nil {
      return "bootm_low + \(name)"
    }
    return "the end of RAM"
  }

  /// Reserves U-Boot's own memory, from its stack to the end of the bank it runs in.
  private mutating func takeOwn() {
    guard let bank = ram.ranges.first(where: { $0.last.rawValue >= low }) else { return }
    var first = bank.last.rawValue - (min(max(bank.count.rawValue / 8, 1), Self.ownBytes) - 1)
    var source = "an assumption"
    if let tree = environment.number("fdtcontroladdr"), bank.contains(PhysicalAddress(tree)) {
      first = max(bank.first.rawValue, tree - min(tree, Self.stackBytes))
      source = "fdtcontroladdr, less a stack"
    }
    guard let own = PhysicalRange(first: PhysicalAddress(first), last: bank.last) else { return }
    taken.insert(own)
    if limit > first { note("U-Boot itself lies in \(own) (\(source)), and moves nothing there") }
  }

  /// Finds the highest free place below a limit (exclusive).
  private func highest(_ bytes: UInt64, below limit: UInt64) -> PhysicalRange? {
    let page = Alignment.page
    for hole in ram.subtracting(taken).ranges.reversed() {
      let end = min(hole.last.rawValue + 1, limit)
      guard bytes > 0, end >= bytes else { continue }
      let start = (end - bytes) & ~page.mask
      guard start >= hole.first.rawValue else { continue }
      return PhysicalRange(start: PhysicalAddress(start), count: ByteCount(bytes))
    }
    return nil
  }

  // MARK: Moves

  private func source(_ name: PlannedSegment.Name, _ bytes: ByteCount?) -> PhysicalRange? {
    guard let start = sources[name], let bytes else { return nil }
    return PhysicalRange(start: start, count: bytes)
  }

  private var companionSources: [(text: String, range: PhysicalRange)] {
    [
      source(.initrd, request.initrd?.byteCount).map { ("the initrd", $0) },
      source(.dtb, request.parameters.byteCount).map { ("the device tree", $0) },
    ].compactMap { $0 }
  }

  /// Reports files that overwrite others while they are loaded. The plan reports files that stay.
  private mutating func filesOverlap(_ uImage: UImagePlace?) {
    let head = uImage?.offset ?? .zero
    let bytes = head.adding(request.kernel.zImage?.byteCount ?? request.fileBytes)
    var files = companionSources
    let kernel = source(.kernel, uImage == nil ? bytes : request.fileBytes)
    if let kernel { files.insert(("the kernel", kernel), at: 0) }
    for (index, file) in files.enumerated() {
      for other in files.dropFirst(index + 1) {
        guard let shared = file.range.intersection(other.range) else { continue }
        lose(
          "\(file.text) \(file.range) and \(other.text) \(other.range) are loaded over each other: "
            + "\(shared) is lost of the one that is loaded first", bytes: shared.count)
      }
    }
  }

  private mutating func moveKernel(_ uImage: UImagePlace?) {
    guard let start = sources.kernel else { return }
    guard let uImage else {
      guard let bytes = request.kernel.zImage?.byteCount else {
        lose(
          "U-Boot starts no plain Image of 32-bit ARM: bootz takes a zImage, bootm a uImage",
          .uBootStartsNoImage)
        return
      }
      if let range = PhysicalRange(start: start, count: bytes) { taken.insert(range) }
      return
    }
    let inside = start.advanced(by: uImage.offset) ?? start
    let load = uImage.load ?? inside
    places.kernel = load
    if load != inside || uImage.isCompressed { keepsKernel = uImage.load != nil }
    let bytes = request.kernel.zImage?.byteCount ?? request.kernel.inflatedBytes.value
    guard let range = PhysicalRange(start: load, count: bytes) else { return }
    taken.insert(range)
    guard load != inside || uImage.isCompressed else {
      return note("bootm runs the kernel in place: the load address is that of the content")
    }
    note(
      "bootm \(uImage.isCompressed ? "inflates" : "copies") the kernel from \(inside) to \(load), "
        + "the load address in its header")
    for file in companionSources {
      guard let shared = range.intersection(file.range) else { continue }
      lose(
        "bootm takes the kernel to \(range), over \(file.text) \(file.range): \(shared) is lost",
        bytes: shared.count)
    }
  }

  private mutating func moveInitrd(_ bytes: ByteCount) {
    var limit = limit
    var limitText = limitText
    if environment.value("initrd_high") != nil {
      // Text that is no number acts as 0, which allows any place.
      let high = environment.number("initrd_high") ?? 0
      if high == Self.allOnes {
        if let range = source(.initrd, bytes) { taken.insert(range) }
        return note("U-Boot leaves the initrd where it was loaded: initrd_high is all ones")
      }
      limit = high == 0 ? Self.allOnes + 1 : high
      limitText = "initrd_high"
    }
    guard let range = highest(bytes.rawValue, below: limit) else {
      places.initrd = nil
      return lose(
        "U-Boot finds no room for the initrd of \(bytes) below \(hex(limit)) (\(limitText))",
        .uBootHasNoRoom)
    }
    note(
      "U-Boot copies the initrd to \(range.first), the highest free place below \(hex(limit)) "
        + "(\(limitText))")
    places.initrd = range.first
    taken.insert(range)
    if let tree = source(.dtb, request.parameters.byteCount),
      let shared = range.intersection(tree)
    {
      lose(
        "U-Boot copies the initrd to \(range), over the device tree \(tree), before it moves that: "
          + "\(shared) is lost", bytes: shared.count)
    }
  }

  private mutating func moveTree(_ bytes: ByteCount) {
    let whole = bytes.rawValue + Self.treePad
    var range: PhysicalRange?
    var why = limitText
    if environment.value("fdt_high") != nil {
      let high = environment.number("fdt_high") ?? 0
      if high == Self.allOnes {
        return note("U-Boot leaves the device tree where it was loaded: fdt_high is all ones")
      }
      why = "fdt_high"
      range = highest(whole, below: high == 0 ? Self.allOnes + 1 : high)
    } else {
      // Banks are searched from the lowest on.
      for bank in ram.ranges where range == nil && bank.last.rawValue >= low {
        range = highest(whole, below: min(bank.last.rawValue + 1, limit))
      }
    }
    guard let range else {
      places.parameters = nil
      return lose("U-Boot finds no room for the device tree below \(why)", .uBootHasNoRoom)
    }
    note("U-Boot moves the device tree to \(range.first), the highest free place below \(why)")
    places.parameters = range.first
  }

  private func hex(_ address: UInt64) -> String { PhysicalAddress(address).description }
}

extension UBootBoot {
  /// The commands that make U-Boot load the files to other addresses, and leave them there.
  ///
  /// - Parameters:
  ///   - places: The addresses.
  ///   - environment: The variables that are set already; nil when they are unknown.
  /// - Returns: A line each, with `setenv`.
  public static func commands(_ places: GivenPlaces, beyond environment: UBootEnvironment?)
    -> [String]
  {
    func name(_ names: [String]) -> String {
      names.first { environment?.value($0) != nil } ?? names.first ?? ""
    }
    var wanted: [(name: String, value: UInt64)] = []
    if let kernel = places.kernel { wanted.append((name(kernelNames), kernel.rawValue)) }
    if let initrd = places.initrd {
      wanted.append((name(initrdNames), initrd.rawValue))
      wanted.append(("initrd_high", allOnes))
    }
    if let tree = places.parameters {
      wanted.append((name(treeNames), tree.rawValue))
      wanted.append(("fdt_high", allOnes))
    }
    return wanted.filter { environment?.number($0.name) != $0.value }.map {
      "setenv \($0.name) \(hexadecimal($0.value, digits: 8))"
    }
  }
}
