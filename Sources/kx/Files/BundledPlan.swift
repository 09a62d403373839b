// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import BootPlanning
import Bundles
import Handover
import KernelImages
import PhysicalMemory
import QEMULab

/// A plan put behind Ferry.
struct BundledPlan {
  let plan: BootPlan
  let written: WrittenBundle
  /// Where a loader that must be told a place is to put it; nil when no RAM is long enough.
  let load: PhysicalAddress?
  /// What the user should know besides the plan's diagnostics.
  let notes: [Diagnostic]
  let ferry: FerryFile

  /// What a tree that the loader passes may have more than the bundled one.
  static let treeRoom = ByteCount.kibibytes(256)

  /// Plans as `kx plan` does, and writes the bundle.
  ///
  /// - Parameters:
  ///   - kernel: The path of the kernel.
  ///   - options: What the plan is made of.
  ///   - choices: What is asked of Ferry.
  ///   - board: What a lab's board adds where the user named nothing.
  /// - Throws: ``Stop`` with the file, or with what keeps the plan from being executed.
  init(
    kernel: String, _ options: BootOptions, _ choices: FerryOptions, board: BoardMachine? = nil
  ) throws(Stop) {
    ferry = try FerryFile(choices.ferry)
    let files = try BootFiles(
      kernel: kernel, options, board: board, digests: false,
      treeRoom: choices.treeFromLoader ? Self.treeRoom : nil)
    plan = try files.plan()
    let contents =
      plan.fits && !plan.hasErrors ? try BootContents(files, plan).segments.map(\.bytes) : []
    try Self.check(plan, choices)
    guard var draft = BundleDraft(plan, contents: contents) else {
      throw Stop(
        what: "the plan has an address beyond 32 bits: Ferry cannot reach it",
        code: .validationFailure)
    }
    draft.flags = choices.flags
    draft.strategy = choices.strategy?.strategy ?? .arguments
    var notes: [Diagnostic] = []
    switch choices.uart ?? .auto {
    case .port(let port): draft.uart = port
    case .auto:
      if let tree = files.prepared.tree, let port = BundleUART(consoleOf: tree) {
        draft.uart = port
      } else {
        notes.append(
          Diagnostic(
            "KX154", .note,
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
      throw Stop(what: error.description, place: ferry.path, code: ExitStatus.badFile)
    }
  }

  /// Refuses what must not be started.
  private static func check(_ plan: BootPlan, _ choices: FerryOptions) throws(Stop) {
    guard plan.fits, !plan.hasErrors else {
      for error in plan.diagnostics where error.severity == .error {
        Terminal.tell(Stop(what: error.message, hint: error.hint, code: ExitStatus.failed))
      }
      throw Stop(what: "", code: plan.fits ? ExitStatus.failed : ExitStatus.nothingFits)
    }
    guard plan.registers?.r2 != 0 else {
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
      throw Stop(what: error.description, code: ExitStatus.failed)
    }
  }
}
