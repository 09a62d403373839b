// SPDX-License-Identifier: Apache-2.0
// Plans a boot as `kx plan KERNEL --initrd INITRD --dtb DTB` does, and prints where all of it goes.
import BootPlanning
import Foundation
import KernelImages

@main
struct PlanABoot {
  static func main() throws {
    let paths = CommandLine.arguments.dropFirst()
    guard paths.count == 3 else {
      print("usage: PlanABoot KERNEL INITRD DTB")
      exit(64)
    }
    let files = try paths.map {
      FileInMemory(Array(try Data(contentsOf: URL(fileURLWithPath: $0))), path: $0)
    }
    let image = try KernelImage.identify(files[0].span)
    var options = BootOptions()
    options.commandLine = "console=ttyAMA0"

    let boot = try Boot(
      BootInputs(kernel: files[0], initrds: [files[1]], tree: files[2]), image: image, options)
    let plan = try boot.plan(try boot.request(), by: Planner.plan)

    for segment in plan.segments { print(segment.range, segment.name) }
    if let entry = plan.entry { print("entry", entry.address) }
    for found in plan.diagnostics { print(found.severity, found.code, found.message) }
    exit(plan.hasErrors ? 1 : 0)
  }
}
