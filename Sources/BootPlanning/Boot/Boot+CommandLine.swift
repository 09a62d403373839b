// SPDX-License-Identifier: Apache-2.0
import DeviceTree
import KernelImages
import PhysicalMemory

extension Boot {
  /// The source of the command line.
  private enum CommandLineOrigin {
    case user, running
    case tree(String)
    case image

    var isUser: Bool { if case .user = self { true } else { false } }
  }

  /// Takes the first command line there is: the user's or an entry's, that of the tree which the
  /// user names, the running one, that of any other tree, the one that came with the kernel.
  ///
  /// Words with addresses of one boot are kept only if the user states them; the plan then judges
  /// them.
  func chooseCommandLine() {
    let stated = statedCommandLine()
    // A bundle always uses its own.
    if image.isBundle {
      options.commandLine = stated?.0
      return
    }
    let own = image.commandLine.flatMap { $0.isEmpty ? nil : $0 }
    guard let (line, origin) = stated else {
      if let own { take(own, .image) }
      return
    }
    take(line, origin)
    guard let own, own != line else { return }
    let text =
      "the kernel's file has a command line of its own, which is not used: '"
      + PrintableText.clean(own) + "'"
    if origin.isUser {
      note(.ownCommandLine, text)
    } else {
      diagnostics.append(
        Diagnostic(
          .ownCommandLine, .warning, text,
          hint: "pass it with --append, or say with --append that another is meant"))
    }
  }

  private func statedCommandLine() -> (String, CommandLineOrigin)? {
    if let line = options.commandLine { return (line, .user) }
    if inputs.tree != nil, let tree, let line = tree.tree.commandLine {
      return (line, .tree(tree.origin))
    }
    if let running = options.runningCommandLine { return (running, .running) }
    guard let tree, let line = tree.tree.commandLine else { return nil }
    return (line, treeOrigin == .running ? .running : .tree(tree.origin))
  }

  private func take(_ line: String, _ origin: CommandLineOrigin) {
    let words = CommandLineWords(line)
    var stale: [CommandLineWords.Found] = []
    if !origin.isUser { stale = words.found.filter { $0.word.isOfOneBoot } }
    var kept = line
    if !stale.isEmpty || words.hasLineBreak {
      kept = CommandLineWords.line(line, without: stale.map { $0.place })
    }
    let name =
      switch origin {
      case .user: "the command line"
      case .running: "the running command line"
      case .tree(let path): "the command line of " + path
      case .image: "the command line of the kernel's file"
      }
    for entry in stale {
      let text =
        name + " loses "
        + PrintableText.clean(String(decoding: Array(line.utf8)[entry.place], as: UTF8.self))
        + ": it holds an address of another boot"
      if case .running = origin {
        note(.wordLeftOut, text)
      } else {
        diagnostics.append(
          Diagnostic(
            .wordLeftOut, .warning, text,
            hint: "nothing need be done: the plan says where the initrd lies"))
      }
    }
    if case .image = origin {
      note(.ownCommandLine, name + " is used: '" + PrintableText.clean(kept) + "'")
    }
    options.commandLine = kept
  }

  private func note(_ code: DiagnosticCode, _ text: @autoclosure () -> String) {
    if options.explains { diagnostics.append(Diagnostic(code, .note, text())) }
  }
}
