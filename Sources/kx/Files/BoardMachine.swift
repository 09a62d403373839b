// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import BootPlanning
import DeviceTree
import Digests
import KernelImages
import PhysicalMemory
import QEMULab

/// A board in the lab with its memory and, where QEMU makes one, its device tree.
struct BoardMachine {
  let board: Board
  let memory: ByteCount
  /// Whether the user named the amount of memory.
  let memoryIsAsked: Bool
  /// The tree that QEMU makes for the board.
  let tree: [UInt8]?
  /// The core as QEMU names it; an argument for QEMU may replace the board's core.
  private let cpu: String

  /// The board's processor; nil when this program does not know it.
  var processor: Processor? { Processor(core: "arm," + cpu) }

  /// The name of the tree in a plan's list of files.
  var name: String { Self.prefix + board.name }

  private static let prefix = "board:"

  /// Whether a path in a plan's list of files stands for the tree that QEMU makes for a board.
  static func isTree(_ path: String) -> Bool { path.hasPrefix(prefix) }

  init(
    _ board: Board, memory: ByteCount?, qemuArguments: [String] = []
  ) async throws(Stop) {
    self.board = board
    let last = qemuArguments.dropLast().lastIndex(of: "-cpu")
    cpu = last.map { qemuArguments[$0 + 1] } ?? board.cpu
    self.memory = memory ?? .mebibytes(512)
    memoryIsAsked = memory != nil
    do throws(LabError) {
      tree = try await board.deviceTree(memory: self.memory)
    } catch {
      throw Stop(lab: error)
    }
  }

  func file(_ bytes: [UInt8]) -> PlannedFile {
    PlannedFile(
      role: .dtb, path: name, bytes: ByteCount(bytes.count),
      sha256: hexadecimalText(of: SHA256.hash(bytes.span)))
  }

  /// Sets the memory of a boot to that of the board. A tree that names other RAM would send the
  /// kernel to addresses without memory.
  func settle(_ boot: Boot<InputFile>) throws(Stop) {
    let ram: PhysicalRange
    do throws(LabError) { ram = try board.ram(memory) } catch { throw Stop(lab: error) }
    guard boot.options.memory == nil else { return }
    let named = (try? boot.tree?.tree.memory()) ?? []
    if !named.isEmpty, named.allSatisfy({ ram.contains($0) }) { return }
    boot.options.memory = MemoryMap(ram: RangeSet(ram))
    if named.isEmpty { return }
    boot.tree?.tree.root.children.removeAll {
      $0.property(named: "device_type")?.text == "memory"
    }
    boot.diagnostics.append(
      Diagnostic(
        .boardMemoryTaken, .note,
        "the tree names memory that the board does not have with \(memory.rounded); replaced by "
          + "\(ram)"))
  }
}

extension Stop {
  /// The error for something that the lab could not do.
  init(lab error: LabError) {
    var code = ExitStatus.failed
    switch error {
    case .missing: code = ExitStatus.unavailable
    case .memory, .expression: code = .validationFailure
    default: break
    }
    self.init(what: error.description, hint: error.hint, code: code)
  }
}
