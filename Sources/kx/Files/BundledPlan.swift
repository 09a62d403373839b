// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import BootPlanning
import Bundles
import DeviceTree
import Handover
import KernelImages
import PhysicalMemory
import QEMULab

/// A plan put behind Ferry.
struct BundledPlan {
  let plan: BootPlan
  let written: WrittenBundle
  /// The address for a loader that must be given one; nil when no RAM is long enough.
  let load: PhysicalAddress?
  /// Notes for the user besides the plan's diagnostics.
  let notes: [Diagnostic]
  let ferry: FerryFile

  /// Plans as `kx plan` does, and writes the bundle.
  ///
  /// - Parameters:
  ///   - kernel: The path of the kernel.
  ///   - options: The options of the plan.
  ///   - choices: The options of Ferry.
  /// - Throws: ``Stop`` with the file, or with the reason why the plan cannot be executed.
  init(kernel: String, _ options: BootArguments, _ choices: FerryOptions) throws(Stop) {
    let files = try BootFiles(
      kernel: kernel, options, jumper: .itself, digests: false, treeRoom: choices.treeRoom)
    let plan = try files.plan()
    let contents = plan.fits && !plan.hasErrors ? try BootContents(files, plan).segments : []
    try self.init(plan, contents, tree: files.boot.tree?.tree, choices)
  }

  /// Writes the bundle of a plan.
  ///
  /// - Parameters:
  ///   - plan: The plan.
  ///   - contents: Its segments, with their bytes.
  ///   - tree: The new kernel's tree, which names the serial port.
  ///   - choices: The options of Ferry.
  /// - Throws: ``Stop`` with the file, or with the reason why the plan cannot be executed.
  init(
    _ plan: BootPlan, _ contents: [LabSegment], tree: DeviceTree?, _ choices: FerryOptions
  ) throws(Stop) {
    self.plan = plan
    try Self.check(plan, choices)
    ferry = try FerryFile(choices.ferry)
    guard var draft = BundleDraft(plan, contents: contents.map(\.bytes)) else {
      throw Stop(
        what: "the plan has an address beyond 32 bits: Ferry cannot reach it",
        hint: "plan for RAM below 4 GiB, with --ram or --machine",
        code: .validationFailure)
    }
    draft.flags = choices.flags
    draft.strategy = choices.strategy?.strategy ?? .arguments
    var notes: [Diagnostic] = []
    switch choices.uart ?? .auto {
    case .port(let port): draft.uart = port
    case .auto:
      if let tree, let port = BundleUART(consoleOf: tree) {
        draft.uart = port
      } else {
        notes.append(
          Diagnostic(
            .ferryIsSilent, .note,
            "the tree names no serial port that Ferry knows (a PL011 or a 16550): it will be "
              + "silent", hint: "name the port with --uart"))
      }
    }
    self.notes = notes
    written = try Self.write(draft, ferry)
    load = draft.loadAddress(bundle: ByteCount(written.bytes.count))
  }

  private static func write(
    _ draft: BundleDraft, _ ferry: FerryFile
  ) throws(Stop) -> WrittenBundle {
    do throws(BundleError) {
      return try draft.write(behind: ferry.image.span)
    } catch {
      throw Stop(
        what: error.description, place: ferry.path, hint: error.hint, code: ExitStatus.badFile)
    }
  }

  /// Refuses a plan that must not be started.
  private static func check(_ plan: BootPlan, _ choices: FerryOptions) throws(Stop) {
    guard plan.fits, !plan.hasErrors else {
      for error in plan.diagnostics where error.severity == .error {
        Terminal.tell(Stop(what: error.message, hint: error.hint, code: ExitStatus.failed))
      }
      throw .silently(plan.fits ? ExitStatus.failed : ExitStatus.nothingFits)
    }
    guard plan.parameters != nil else {
      throw Stop(
        what: "the plan has neither a DTB nor an ATAG list: no kernel boots without",
        hint: "give --dtb FILE or --atags", code: .validationFailure)
    }
    if choices.treeFromLoader, !plan.segments.contains(where: { $0.name == .dtb }) {
      throw Stop(
        what: "--dtb-from-boot needs a tree that is used when the loader passes none",
        hint: "give --dtb FILE", code: .validationFailure)
    }
  }

  /// The bundle as any reader sees it.
  func read() throws(Stop) -> BundledBoot {
    do throws(KernelImageError) {
      let image = try KernelImage.identify(written.bytes.span)
      if let bundle = image.kernel?.bundle { return bundle }
      throw .missing(what: "the file", name: "bundle")
    } catch {
      throw Stop(what: error.description, hint: error.hint, code: ExitStatus.failed)
    }
  }
}
