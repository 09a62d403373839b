// SPDX-License-Identifier: Apache-2.0
import BootPlanning
import Handover
import LinuxInterface
import PhysicalMemory
import Reporting

extension Program {
  /// `--load-plan FILE`: loads exactly a saved plan, after comparing the machine and every file
  /// with it.
  func loadPlan(_ settings: Settings) throws(Stop) -> Int32 {
    let file = try MappedFile(settings.verbFile, from: kernel, digest: false)
    let saved: BootPlan
    do throws(PlanDocumentError) {
      saved = try PlanDocument.read(ByteReader(file.span).copy(0, file.span.count) ?? [])
    } catch {
      throw Stop(
        what: error.description, place: file.path,
        hint: "save a plan with kexec --dry-run --json or kx plan --json", status: .badFile)
    }
    guard saved.fits, !saved.hasErrors else {
      throw Stop(
        what: "the saved plan has errors", place: file.path,
        hint: "make the plan anew, and do what its hints say", status: .badFile)
    }
    var wanted = settings
    wanted.kernel = saved.files.first { $0.role == .kernel }?.path
    wanted.initrds = saved.files.filter { $0.role == .initrd }.map { $0.path }
    wanted.dtb = saved.files.first { $0.role == .dtb }?.path
    wanted.overlays = saved.files.filter { $0.role == .overlay }.map { $0.path }
    wanted.vmlinux = saved.files.first { $0.role == .vmlinux }?.path
    wanted.wantsATAGs = saved.segments.contains { $0.name == .atags }
    wanted.commandLine = saved.commandLine
    wanted.handover = saved.handover
    wanted.figures = saved.kernel
    wanted.reservations = saved.machine.memory.reserved
    wanted.type = saved.stated.type
    wanted.fitConfiguration = saved.stated.fitConfiguration
    wanted.treeIndex = saved.stated.treeIndex
    wanted.imageBytes = saved.stated.imageBytes
    wanted.pageOffset = saved.stated.pageOffset
    if wanted.wantsATAGs { wanted.machineNumber = saved.entry?.machineNumber }
    guard wanted.kernel != nil, saved.rule == .exact else {
      throw Stop(
        what: "the saved plan was made from figures alone, or by another rule than exact",
        place: file.path, hint: "plan with a kernel file and --rule exact", status: .badFile)
    }
    var boot = try DeviceBoot(wanted, on: kernel, digests: true)
    // The document does not say whether the load address was stated. A stated address reserves
    // other memory than one that the plan finds.
    if Self.difference(saved, boot.plan) != nil {
      boot = try DeviceBoot(wanted, on: kernel, digests: true, load: saved.entry?.address)
    }
    if let difference = Self.difference(saved, boot.plan) {
      throw Stop(
        what: "the saved plan does not hold here: " + difference, place: file.path,
        hint: "make the plan anew", status: .badFile)
    }
    return try finish(boot, wanted)
  }

  /// The first difference between a saved plan and the plan that this machine and these files give.
  private static func difference(_ saved: BootPlan, _ now: BootPlan) -> String? {
    for file in saved.files {
      guard let same = now.files.first(where: { $0.role == file.role && $0.path == file.path })
      else { return "'" + file.path + "' has no part in it now" }
      if same.sha256 != file.sha256 {
        return "'" + file.path + "' is another file: its SHA-256 is " + same.sha256
          + ", the plan says " + file.sha256
      }
    }
    if let difference = difference(saved.machine, now.machine) { return difference }
    if saved.entry?.address != now.entry?.address {
      return "the kernel would be entered at " + text(now.entry?.address) + ", the plan says "
        + text(saved.entry?.address)
    }
    for (was, would) in zip(saved.entry?.registers ?? [], now.entry?.registers ?? [])
    where was != would {
      return would.name.rawValue + " would be " + hexadecimal(would.value) + ", the plan says "
        + hexadecimal(was.value)
    }
    for one in saved.segments {
      guard let other = now.segments.first(where: { $0.name == one.name }) else {
        return "there would be no " + one.name.rawValue
      }
      if one.range != other.range {
        return one.name.rawValue + " at " + one.range.description + " would go to "
          + other.range.description
      }
      if one != other {
        return "the " + one.name.rawValue + " would have " + other.fileBytes.description
          + ", the plan says " + one.fileBytes.description
      }
    }
    // A plan for a machine of which only memory is known says nothing about its running kernel.
    for other in now.segments
    where other.name != .trampoline && !saved.segments.contains(where: { $0.name == other.name }) {
      return "there would be one more segment, the " + other.name.rawValue
    }
    if saved.footprint != now.footprint { return "other memory is written by the kernel" }
    if saved.commandLine != now.commandLine { return "the command line would be another" }
    return nil
  }

  private static func difference(_ saved: PlannedMachine, _ now: PlannedMachine) -> String? {
    if saved.memory.ram != now.memory.ram {
      let more = now.memory.ram.subtracting(saved.memory.ram).ranges.first
      let less = saved.memory.ram.subtracting(now.memory.ram).ranges.first
      return "RAM " + (more ?? less ?? .everything).description
        + (more == nil ? " of the plan is not here" : " is not in the plan")
    }
    for entry in now.memory.reserved where !saved.memory.reserved.contains(entry) {
      return entry.range.description + " is taken here (" + entry.why + "), and not in the plan"
    }
    return saved == now ? nil : "the machine has pages of " + now.pageBytes.description
  }

  private static func text(_ address: PhysicalAddress?) -> String {
    address?.description ?? "no place"
  }
}
