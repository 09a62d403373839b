// SPDX-License-Identifier: Apache-2.0
import BootPlanning
import LinuxInterface
import PhysicalMemory
import Reporting

@testable import Samples

/// The document of a plan, as `kx try plan.json` and `kexec --load-plan` read it.
enum PlanFile {
  static func read(_ bytes: [UInt8]) {
    guard let plan = try? PlanDocument.read(bytes) else { return }
    let written = PlanDocument.json(plan)
    guard let again = try? PlanDocument.read(Array(written.utf8)) else {
      return hold(false, "what was written can be read")
    }
    hold(again == plan, "what was written reads the same")
    hold(PlanDocument.json(again) == written, "and is written the same")
    // Whatever a document says, it can be shown.
    _ = PlanText.render(plan)
    _ = PlanSVG.draw(plan)
    let kernel = SampleMachine.kernel()
    kernel.files["/p"] = bytes
    let outcome = OptionWords.run(["--load-plan", "/p"], kernel)
    OptionWords.check(outcome)
    // The machine is small: a plan that says otherwise is not its plan.
    let isHere = plan.machine.memory.ram.ranges.allSatisfy { $0.first.rawValue >= 0x4000_0000 }
    hold(outcome.0.loads.isEmpty || isHere, "only this machine's plan is loaded")
  }
}
