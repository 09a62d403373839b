// SPDX-License-Identifier: Apache-2.0
import DeviceTree
public import KernelImages

extension Boot {
  /// Gathers the facts about the processor, and notes that the kernel does not run on it, that it
  /// may not run, or that this is unknown.
  ///
  /// The tree is read only when a fact that the kernel needs is missing: for nearly every kernel
  /// those of the running kernel are enough.
  func judgeProcessor(for kernel: ARMKernel, _ diagnostics: inout [Diagnostic]) {
    processor = options.processor
    // A new kernel's own tree describes the machine, too, where the machine itself does not.
    if !processor.suffices(for: kernel) || processor.obstacle(to: kernel) != nil,
      let tree = options.runningTree ?? tree?.tree
    {
      processor.take(tree)
    }
    processorObstacle = processor.obstacle(to: kernel)
    if let processorObstacle {
      diagnostics.append(Diagnostic(processorObstacle, on: processor))
    } else if options.explains, kernel.isLPAE?.value == true, processor.hasLPAE == nil {
      diagnostics.append(
        Diagnostic(
          .lpaeUnknown, .note,
          "the kernel needs LPAE; whether "
            + (processor.name.isEmpty ? "the processor" : processor.name) + " has it is not known"))
    }
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
