// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import BootPlanning
import DeviceTree
import Handover
import KernelImages
import PhysicalMemory
import QEMULab
import Reporting

/// A plan with the bytes of its segments and the board that it is tried on.
struct Trial {
  let plan: BootPlan
  /// The new kernel's tree; nil for an ATAG list.
  let tree: DeviceTree?
  /// The tree that a loader of the board would pass; nil where QEMU makes none.
  let boardTree: [UInt8]?
  let segments: [LabSegment]
  let board: Board
  let memory: ByteCount
  /// The first difference between a saved plan and its own figures; nil when there is none.
  let changed: String?

  /// Whether it is certain that the kernel does not run on the board's processor.
  let runsElsewhere: Bool

  /// Makes a plan and prepares it.
  init(
    kernel: String, _ options: BootArguments, _ machine: BoardMachine, treeRoom: ByteCount? = nil
  ) throws(Stop) {
    let files = try BootFiles(
      kernel: kernel, options, board: machine, digests: false, treeRoom: treeRoom)
    let plan = try files.plan()
    self.plan = plan
    tree = files.boot.tree?.tree
    runsElsewhere = files.boot.processorObstacle?.isCertain == true
    boardTree = machine.tree
    segments = plan.fits ? try BootContents(files, plan).segments : []
    board = machine.board
    memory = machine.memory
    changed = nil
  }

  /// Reads a saved plan, checks that its files are unchanged, and prepares it.
  ///
  /// The saved plan is booted. It is also made anew from its files; where that gives other
  /// addresses, ``changed`` says so.
  init(
    saved file: InputFile, board named: Board?, memory asked: ByteCount?, _ given: BootArguments
  ) async throws(Stop) {
    let plan: BootPlan
    do throws(PlanDocumentError) {
      plan = try PlanDocument.read(file.bytes)
    } catch {
      throw Stop(
        what: error.description, place: file.path,
        hint: "save a plan with 'kx plan --json'", code: ExitStatus.badFile)
    }
    let ram = plan.machine.memory.ram
    guard let first = ram.ranges.first?.first, let last = ram.ranges.last?.last else {
      throw Stop(
        what: "the plan has no RAM", place: file.path, hint: "make the plan anew",
        code: ExitStatus.badFile)
    }
    guard let board = named ?? Board.all.first(where: { $0.ramBase == first }) else {
      throw Stop(
        what: "the plan's RAM begins at \(first), and that of no board does", place: file.path,
        hint: "name a board with --board", code: .validationFailure)
    }
    guard let span = last.distance(from: board.ramBase)?.adding(ByteCount(UInt64(1))),
      let memory = asked ?? span.roundedUp(to: .section)
    else {
      throw Stop(
        what: "the plan's RAM \(first)-\(last) lies below the board's",
        hint: "name a board with --board", code: .validationFailure)
    }
    self.plan = plan
    self.board = board
    self.memory = memory
    let options = try Self.options(of: plan, given)
    let machine =
      plan.files.contains { BoardMachine.isTree($0.path) }
      ? try await BoardMachine(board, memory: memory) : nil
    let files = try BootFiles(
      kernel: Self.path(of: .kernel, in: plan), options, board: machine, digests: true)
    try Self.compare(files.boot.files, with: plan.files)
    changed = Self.difference(plan, try files.plan())
    tree = files.boot.tree?.tree
    runsElsewhere = files.boot.processorObstacle?.isCertain == true
    boardTree = machine?.tree
    segments = plan.fits ? try BootContents(files, plan).segments : []
  }

  /// The start of the CPU: at the trampoline, if the plan has one, with nothing of what that sets. nil
  /// when nothing fits.
  var start: EntryState? {
    guard let entry = plan.entry, let trampoline = plan.trampoline else { return plan.entry }
    return EntryState(trampoline.range.first, entry.registers.filter { $0.isAnyValue })
  }

  /// K, the address that the kernel is inflated to (docs/footprint.md); nil when no decompressor
  /// runs.
  var inflatedKernel: PhysicalAddress? {
    guard plan.handover == .zimage else { return nil }
    return plan.footprint.first { $0.part == .kernelPageTables }?.range.end
  }

  private static func path(of role: PlannedFile.Role, in plan: BootPlan) -> String? {
    plan.files.first { $0.role == role }?.path
  }

  /// The options that made a plan, as far as the document holds them.
  private static func options(of plan: BootPlan, _ given: BootArguments) throws(Stop)
    -> BootArguments
  {
    guard path(of: .kernel, in: plan) != nil else {
      throw Stop(
        what: "the plan was made from figures alone: there is no kernel to try",
        hint: "plan with a kernel file", code: .validationFailure)
    }
    var options = given
    options.initrd = plan.files.filter { $0.role == .initrd }.map(\.path)
    options.dtb = path(of: .dtb, in: plan).flatMap { BoardMachine.isTree($0) ? nil : $0 }
    options.dtbo = plan.files.filter { $0.role == .overlay }.map(\.path)
    options.kernelOptions.vmlinux = path(of: .vmlinux, in: plan)
    options.kernelOptions.type = plan.stated.type?.name
    options.kernelOptions.fitConfiguration = plan.stated.fitConfiguration
    options.kernelOptions.imageSize = plan.stated.imageBytes
    options.treeIndex = plan.stated.treeIndex
    options.append = plan.commandLine
    options.rule = plan.rule
    options.handover = plan.handover == .image ? .image : .zimage
    if plan.rule != .exact {
      options.handover = .auto
    } else if plan.kernel.chain.first == ImageKind.bundle.name {
      options.load = plan.entry?.address
    } else {
      // The plan was made for these addresses, whoever chose them.
      options.at = plan.segments.map(PlaceChoice.init)
    }
    options.ubootEnvironment = nil
    options.ram = plan.machine.memory.ram.ranges
    options.reserve = []
    options.atags = plan.segments.contains { $0.name == .atags }
    if options.atags { options.machineNumber = plan.entry?.machineNumber }
    return options
  }

  private static func compare(_ now: [PlannedFile], with saved: [PlannedFile]) throws(Stop) {
    for file in saved {
      guard let same = now.first(where: { $0.path == file.path && $0.role == file.role }) else {
        continue
      }
      guard same.sha256 == file.sha256 else {
        throw Stop(
          what: "'\(file.path)' is not the file the plan was made from: its SHA-256 is "
            + "\(same.sha256), the plan says \(file.sha256)",
          hint: "make the plan anew", code: ExitStatus.badFile)
      }
    }
  }

  /// The first range in which a saved plan differs from one made from its figures.
  private static func difference(_ saved: BootPlan, _ again: BootPlan) -> String? {
    for (one, other) in zip(saved.footprint, again.footprint) where one != other {
      return "\(one.name) is \(one.range) and should be \(other.range) (\(other.name))"
    }
    if saved.footprint.count != again.footprint.count {
      return "its footprint has \(saved.footprint.count) ranges and should have "
        + "\(again.footprint.count)"
    }
    for one in saved.segments {
      guard let other = again.segments.first(where: { $0.name == one.name }),
        one.fileBytes != other.fileBytes
      else { continue }
      return "\(one.name.rawValue) has \(one.fileBytes) and should have \(other.fileBytes)"
    }
    return nil
  }
}
