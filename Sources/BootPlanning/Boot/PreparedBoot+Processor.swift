// SPDX-License-Identifier: Apache-2.0
import DeviceTree
public import KernelImages

extension PreparedBoot {
  /// Gathers the facts about the processor. The tree is read only when a fact that the kernel needs
  /// is missing: for nearly every kernel those of the running kernel are enough.
  static func processor(
    _ sources: BootSources, _ tree: DeviceTree?, for kernel: ARMKernel
  ) -> Processor {
    var processor = sources.processor
    // A new kernel's own tree describes the machine, too, where the machine itself does not.
    if !processor.suffices(for: kernel) || processor.obstacle(to: kernel) != nil,
      let tree = sources.runningTree ?? tree
    {
      processor.take(tree)
    }
    return processor
  }

  /// The diagnostic about the kernel on the processor: that it does not run, that it may not run,
  /// or that this is unknown.
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
  /// The diagnostic for a kernel that does not run on a processor.
  ///
  /// - Parameters:
  ///   - obstacle: The reason.
  ///   - processor: The processor.
  public init(_ obstacle: ProcessorObstacle, on processor: Processor) {
    self.init(
      obstacle.isCertain ? .processorCannotRun : .processorPerhapsCannotRun,
      obstacle.isCertain ? .error : .warning,
      obstacle.description(processor),
      hint: "take another flavour of the kernel, one that is built for this processor")
  }
}
