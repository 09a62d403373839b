// SPDX-License-Identifier: Apache-2.0
import DeviceTree
import KernelImages
import PhysicalMemory

extension GatheredBoot {
  /// Says what becomes of the command line that came with the kernel in its wrapper.
  mutating func tellOwnCommandLine() {
    guard let own = image.commandLine, !own.isEmpty else { return }
    let text = "'" + PrintableText.clean(own) + "'"
    guard let used = sources.commandLine ?? sources.tree?.tree.commandLine else {
      diagnostics.append(
        Diagnostic("KX027", .note, "the command line of the kernel's file is used: " + text))
      return
    }
    if used == own { return }
    let message = "the kernel's file has a command line of its own, which is not used: " + text
    if wishes.commandLine != nil {
      diagnostics.append(Diagnostic("KX027", .note, message))
    } else {
      diagnostics.append(
        Diagnostic(
          "KX027", .warning, message,
          hint: "pass it with --append, or say with --append that another is meant"))
    }
  }
}
