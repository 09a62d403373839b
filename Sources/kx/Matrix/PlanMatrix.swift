// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import BootPlanning
import LinuxInterface
import Reporting

/// Every kernel of a list on every machine of it: each file is read and identified once, and pairs
/// are planned on all cores.
struct PlanMatrix {
  /// A machine, or a tree that describes one.
  private struct Machine: Sendable {
    let path: String
    let captured: MachineState?
    let companions: Companions
  }

  private let options: BootArguments
  private var machines: [Machine] = []
  private var kernels: [(path: String, kernel: KnownKernel)] = []
  private var useless: [(path: String, why: Stop)] = []

  /// The files that cannot be used, with the reason, in the order they were named.
  var uselessFiles: [(path: String, why: Stop)] { useless }

  /// Reads and identifies files, on all cores.
  ///
  /// - Parameters:
  ///   - paths: Machines and kernels in any order.
  ///   - options: The options of every pair.
  /// - Throws: ``Stop`` when a companion cannot be read, or when there is no pair to plan.
  init(_ paths: [String], _ options: BootArguments) async throws(Stop) {
    self.options = options
    let companions = try Companions(options, digest: false)
    var files: [MatrixFile] = []
    let progress = Progress("reading", of: paths.count)
    await OrderedWork.run(paths.count) { index in
      MatrixFile(paths[index], options)
    } take: { file in
      progress.advance()
      files.append(file)
    }
    progress.finish()
    for file in files {
      switch file {
      case .machine(let path, let captured):
        machines.append(Machine(path: path, captured: captured, companions: companions))
      case .tree(let tree):
        var own = companions
        own.tree = tree
        machines.append(Machine(path: tree.path, captured: nil, companions: own))
      case .kernel(let kernel, let path): kernels.append((path, kernel))
      case .useless(let path, let why): useless.append((path, why))
      }
    }
    guard useless.isEmpty, machines.isEmpty || kernels.isEmpty else { return }
    throw Stop(
      what: machines.isEmpty ? "there is no machine among the files" : "there is no kernel",
      hint: "name snapshots of machines, their /proc/iomem or device trees, and kernels",
      code: .validationFailure)
  }

  /// Plans every pair. The lines come machine by machine, each with all kernels, in the order in
  /// which both were named. Unusable files come first.
  ///
  /// - Parameter emit: Takes a line.
  /// - Returns: The summary for the end.
  func run(_ emit: (MatrixLine) -> Void) async -> String {
    var end = MatrixText()
    for file in useless {
      let line = MatrixLine(.file(file.path), failure: Self.text(file.why))
      end.add(line)
      emit(line)
    }
    let count = machines.count * kernels.count
    let progress = Progress("planning", of: count)
    let (machines, kernels, options) = (machines, kernels, options)
    await OrderedWork.run(count) { index in
      let machine = machines[index / kernels.count]
      let (path, kernel) = kernels[index % kernels.count]
      return Self.line(machine, path, kernel, options)
    } take: { line in
      progress.advance()
      end.add(line)
      emit(line)
    }
    progress.finish()
    return end.render(
      machines: machines.count, kernels: kernels.count, style: Terminal.style(for: 2),
      width: Terminal.width(of: 2))
  }

  private static func line(
    _ machine: Machine, _ path: String, _ kernel: KnownKernel, _ options: BootArguments
  ) -> MatrixLine {
    do throws(Stop) {
      let files = try BootFiles(kernel, machine.captured, machine.companions, options)
      return MatrixLine(machine: machine.path, kernel: path, try files.plan())
    } catch {
      return MatrixLine(.pair(machine: machine.path, kernel: path), failure: text(error))
    }
  }

  private static func text(_ stop: Stop) -> String {
    stop.what + (stop.hint.isEmpty ? "" : "; " + stop.hint)
  }
}
