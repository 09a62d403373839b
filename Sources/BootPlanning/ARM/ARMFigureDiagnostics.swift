// SPDX-License-Identifier: Apache-2.0
import KernelImages
import PhysicalMemory

extension ARMPlanner {
  /// The longest command line an ARM kernel keeps, its final zero included.
  ///
  /// Source: arch/arm/include/uapi/asm/setup.h `COMMAND_LINE_SIZE` (v6.1).
  static let commandLineLimit = 1024

  /// Warns of uncertain figures and of their consequences.
  static func figureDiagnostics(_ request: PlanRequest) -> [Diagnostic] {
    let kernel = request.kernel
    var result: [Diagnostic] = []
    func estimated(
      _ code: DiagnosticCode, _ severity: Severity, _ name: String,
      _ source: FigureSource,
      _ consequence: @autoclosure () -> String
    ) {
      guard source == .estimate else { return }
      result.append(
        Diagnostic(
          code, severity, "the kernel's \(name) is not known\(consequence())",
          hint:
            "give --vmlinux FILE; kx plan also takes the figure itself with --assume, and kexec "
            + "loads its plan with --load-plan"))
    }
    estimated(
      .inflatedSizeUnknown, .warning, "inflated size", kernel.inflatedBytes.source,
      "; planning with \(kernel.inflatedBytes.value)")
    estimated(
      .bssSizeUnknown, .warning, "BSS size", kernel.bssBytes.source,
      "; planning with \(kernel.bssBytes.value)")
    // A kernel that is entered at another address than it was linked for hangs silently.
    estimated(
      .textOffsetUnknown, .error, "text offset", kernel.textOffset.source,
      ", and with it where it runs; \(hexadecimal(kernel.textOffset.value.rawValue)) is a guess "
        + "(\(kernel.textOffset.detail))")
    if sizeWordLies(request), let word = kernel.sizeWord {
      let trusted = request.handover == .zimage || request.rule != .exact
      result.append(
        Diagnostic(
          .sizeWordWrong, trusted ? .error : .warning,
          "the size word behind the payload says \(word), but the payload inflates to "
            + "\(kernel.inflatedBytes.value); the decompressor trusts the word",
          hint: trusted
            ? "use --handover image, or get an intact kernel"
            : "get an intact kernel before another loader hands over by zimage"))
    }
    if request.commandLine.utf8.count >= commandLineLimit {
      result.append(
        Diagnostic(
          .commandLineTooLong, .error,
          "the command line has \(request.commandLine.utf8.count) bytes; an ARM kernel keeps "
            + "\(commandLineLimit - 1)",
          hint: "shorten it: the kernel would cut it silently"))
    }
    if case .none = request.parameters {
      result.append(
        Diagnostic(
          .noParameters, .warning,
          "there is neither a DTB nor an ATAG list: the plan shows the memory, but a kernel "
            + "entered with r2 = 0 does not boot",
          hint: "give --dtb FILE or --atags"))
    }
    return result
  }
}
