// SPDX-License-Identifier: Apache-2.0
import DeviceTree
public import KernelImages

extension PreparedBoot {
  /// Gathers what is known of the processor. The tree is looked into only when something is open that
  /// the kernel needs: nearly every kernel needs no more than the running one tells.
  static func processor(
    _ sources: BootSources, _ tree: DeviceTree?, for kernel: ARMKernel
  ) -> Processor {
    var processor = sources.processor
    // A new kernel's own tree tells of the machine, too, where the machine does not.
    if !processor.suffices(for: kernel) || processor.obstacle(to: kernel) != nil,
      let tree = sources.runningTree ?? tree
    {
      processor.take(tree)
    }
    return processor
  }

  /// Says what is known of the kernel on the processor: that it does not run, that it perhaps does
  /// not, or that nobody knows.
  static func diagnostic(
    _ processor: Processor, _ obstacle: ProcessorObstacle?, _ kernel: ARMKernel,
    _ sources: BootSources
  ) -> Diagnostic? {
    if let obstacle { return Diagnostic(obstacle, on: processor) }
    guard sources.explains, kernel.isLPAE?.value == true, processor.hasLPAE == nil else {
      return nil
    }
    return Diagnostic(
      .lpaeUnknown, .note,
      "the kernel needs LPAE; whether "
        + (processor.name.isEmpty ? "the processor" : processor.name) + " has it is not known")
  }
}

extension Diagnostic {
  /// Tells what keeps a kernel from running on a processor.
  ///
  /// - Parameters:
  ///   - obstacle: What is in the way.
  ///   - processor: The processor.
  public init(_ obstacle: ProcessorObstacle, on processor: Processor) {
    self.init(
      obstacle.isCertain ? .processorCannotRun : .processorPerhapsCannotRun,
      obstacle.isCertain ? .error : .warning,
      obstacle.description(processor),
      hint: "take another flavour of the kernel, one that is built for this processor")
  }
}
