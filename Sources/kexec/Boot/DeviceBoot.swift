// SPDX-License-Identifier: Apache-2.0
import BootPlanning
import DeviceTree
import KernelImages
import LinuxInterface
import PhysicalMemory
import Reporting

/// A boot of the machine this program runs on, or of one from a snapshot: it is read, put together
/// and planned.
///
/// It is an object because it is large and is passed on often.
final class DeviceBoot {
  let machine: MachineState
  let files: Boot<MappedFile>
  let plan: BootPlan
  /// The changes made to the running command line, when it is reused.
  let reuse: CommandLineReuse?
  /// The id of the boot's record; nil when no record is wanted, or the boot has no place for an id.
  let id: String?

  /// Reads everything and plans.
  ///
  /// - Parameters:
  ///   - settings: What the command line asks for.
  ///   - kernel: The running Linux.
  ///   - digests: Whether the SHA-256 of the files are wanted.
  ///   - load: Where the kernel must be loaded; nil leaves that to the plan.
  /// - Throws: ``Stop`` with the file.
  init(
    _ settings: Settings, on kernel: some KernelInterface, digests: Bool,
    load: PhysicalAddress? = nil
  ) throws(Stop) {
    try Self.refuseLogAmongInputs(settings, kernel)
    machine = try Self.machine(settings, kernel)
    func map(_ path: String) throws(Stop) -> MappedFile {
      try MappedFile(path, from: kernel, digest: digests)
    }
    guard let path = settings.kernel else { throw .usage("there is no kernel to load") }
    var inputs = BootInputs<MappedFile>(kernel: try map(path))
    for path in settings.initrds { inputs.initrds.append(try map(path)) }
    if let path = settings.dtb { inputs.tree = try map(path) }
    for path in settings.overlays { inputs.overlays.append(try map(path)) }
    if let path = settings.vmlinux { inputs.vmlinux = try map(path) }
    let image = try Self.identify(inputs, settings, path, machine)

    var options = BootOptions()
    options.take(machine)
    // Only for a kernel with long descriptors do the processor's features decide.
    if settings.machine == nil, image.kernel?.isLPAE?.value == true {
      if let tree = options.runningTree { options.processor.take(tree) }
      if options.processor.hasLPAE == nil,
        let text = try? kernel.readFile("/proc/cpuinfo", limit: 4 << 20)
      {
        options.processor.take(cpuinfo: text, release: machine.facts.release)
      }
    }
    options.reserved = Self.limits(settings) + settings.reservations
    options.stated = StatedReading(
      type: settings.type, fitConfiguration: settings.fitConfiguration,
      treeIndex: settings.treeIndex, imageBytes: settings.imageBytes,
      pageOffset: settings.pageOffset)
    options.wantsATAGs = settings.wantsATAGs
    options.machineNumber = settings.machineNumber
    options.handover = settings.handover
    options.imageBytes = settings.imageBytes
    options.load = load
    options.explains = settings.showsNotes
    if settings.dropsOldRoot {
      options.runningCommandLine = machine.commandLine.map { Self.withoutRoot($0) }
    }
    reuse =
      settings.reusesCommandLine
      ? CommandLineReuse(
        running: options.runningCommandLine ?? "", appending: settings.commandLine ?? "") : nil
    options.commandLine = reuse?.commandLine ?? settings.commandLine

    let request: PlanRequest
    do throws(BootError) {
      files = try Boot(inputs, image: image, options)
      if files.seedBytes > 0 {
        // Without randomness the old seeds are removed: the next kernel must not use them again.
        files.options.random = (try? kernel.randomBytes(files.seedBytes)) ?? []
      }
      id = Self.placeID(settings, on: files, kernel)
      request = try files.request()
    } catch {
      throw Stop(error)
    }
    do throws(BootPlanError) {
      plan = try files.plan(request, by: Planner.exactPlan)
    } catch {
      throw Stop(
        what: error.description, hint: error.hint, status: error.isLimit ? .unavailable : .usage)
    }
  }

  /// Refuses a log file that is also an input, under any name: appending to it would change it.
  private static func refuseLogAmongInputs(
    _ settings: Settings, _ kernel: some KernelInterface
  ) throws(Stop) {
    guard let log = settings.log, let output = try? kernel.fileStatus(log),
      output.kind == .regular
    else { return }
    let named = [settings.kernel, settings.dtb, settings.vmlinux].compactMap { $0 }
    for path in named + settings.initrds + settings.overlays + [settings.verbFile]
    where !path.isEmpty && (try? kernel.fileStatus(path))?.stamp?.identity == output.stamp?.identity
    {
      throw .usage(
        "'" + log + "' is appended to, and '" + path + "' is the same file and is read",
        hint: "name another file with --log")
    }
  }

  /// Reads the running machine, or the file or folder that stands for another.
  static func machine(
    _ settings: Settings, _ kernel: some KernelInterface
  ) throws(Stop) -> MachineState {
    guard let path = settings.machine else {
      let state: MachineState
      do throws(LinuxInterfaceError) {
        // A load that fails reads later the facts that explain the failure.
        state = try MachineState.read(from: kernel, forPlan: settings.verb != .check)
      } catch {
        throw Stop(error)
      }
      if let architecture = state.facts.architecture, architecture != .arm {
        throw Stop(
          what: "this machine is " + architecture.plainName + "; kernels are loaded on 32-bit ARM",
          hint: "plan for another machine with --dry-run --machine=FILE", status: .unavailable)
      }
      return state
    }
    let isFolder = (try? kernel.fileStatus(path))?.kind == .directory
    let file = isFolder ? nil : try MappedFile(path, from: kernel, digest: false)
    do throws(LinuxInterfaceError) {
      guard let file else { return try MachineState(folder: path, from: kernel) }
      return try MachineState(captured: file.span)
    } catch {
      throw Stop(
        what: error.description, place: path, hint: error.captureHint,
        status: error.isUnreadable ? .unreadable : .badFile)
    }
  }

  /// Puts the record's id on the command line. The id of the running boot is removed, unless the
  /// user states it.
  private static func placeID(
    _ settings: Settings, on files: Boot<MappedFile>, _ kernel: some KernelInterface
  ) -> String? {
    // A bundle has its own command line.
    if files.image.isBundle { return nil }
    let stated = settings.commandLine.flatMap { BootID.id(in: $0) }
    let id = stated ?? (settings.log == nil ? nil : BootID.make(on: kernel))
    if stated == nil {
      let line = files.options.commandLine ?? files.tree?.tree.commandLine
      if id != nil {
        files.options.commandLine = BootID.place(id, on: line ?? "")
      } else if let line, BootID.id(in: line) != nil {
        files.options.commandLine = BootID.place(nil, on: line)
      }
    }
    return id
  }

  private static func identify(
    _ inputs: BootInputs<MappedFile>, _ settings: Settings, _ path: String,
    _ machine: MachineState
  ) throws(Stop) -> KernelImage {
    var options = IdentificationOptions()
    options.type = settings.type
    options.fitConfiguration = settings.fitConfiguration
    options.machineRoot = machine.parameters.tree?.root
    options.imageSize = settings.imageBytes
    options.pageOffset = settings.pageOffset
    func stated(_ figure: Figure<ByteCount>?) -> ByteCount? {
      figure.flatMap { $0.source == .option ? $0.value : nil }
    }
    options.inflatedBytes = stated(settings.figures?.inflatedBytes)
    options.bssBytes = stated(settings.figures?.bssBytes)
    options.textOffset = stated(settings.figures?.textOffset)
    if let file = inputs.vmlinux {
      options.vmlinux = ByteReader(file.span).copy(0, file.span.count)
    }
    guard let file = inputs.kernel else { throw .usage("there is no kernel to load") }
    do throws(KernelImageError) {
      return try KernelImage.identify(file.span, options: options)
    } catch {
      throw Stop(error, in: path)
    }
  }

  /// The memory that `--mem-min` and `--mem-max` (inclusive) exclude.
  private static func limits(_ settings: Settings) -> [ReservedRange] {
    var all: [ReservedRange] = []
    if let floor = settings.memoryFloor,
      let range = PhysicalRange(start: PhysicalAddress(0), end: floor)
    {
      all.append(ReservedRange(range, why: "--mem-min", isWished: true))
    }
    if let ceiling = settings.memoryCeiling,
      let start = ceiling.advanced(by: ByteCount(UInt64(1))),
      let range = PhysicalRange(first: start, last: PhysicalRange.everything.last)
    {
      all.append(ReservedRange(range, why: "--mem-max", isWished: true))
    }
    return all
  }

  private static func withoutRoot(_ line: String) -> String {
    line.words.filter { !$0.begins(with: "root=") }.joined(separator: " ")
  }
}
