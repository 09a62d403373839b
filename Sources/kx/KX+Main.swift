// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Glibc
import LinuxInterface

extension KX {
  /// Runs the command line. Errors of usage are printed like every other error.
  static func main() async {
    LinuxKernel.keepStreams()
    exit(withError: await run(Array(CommandLine.arguments.dropFirst())))
  }

  /// The exit code; every message is printed by then.
  private static func run(_ arguments: [String]) async -> ExitCode {
    if arguments.isEmpty {
      Terminal.print(FirstContact.text(style: Terminal.style(for: 1)))
      return end(.success)
    }
    if arguments.first == "help", let word = arguments.dropFirst().first,
      let stop = WrongUsage.withoutVerb(word, ["--help"])
    {
      Terminal.tell(stop)
      return .validationFailure
    }
    do {
      var command = try parseAsRoot(arguments)
      if var patient = command as? any AsyncParsableCommand {
        try await patient.run()
      } else {
        try command.run()
      }
      return end(.success)
    } catch let code as ExitCode {
      return end(code)
    } catch {
      switch exitCode(for: error) {
      case .success:
        // The parser throws help and version as errors.
        Terminal.print(fullMessage(for: error) + "\n")
        return end(.success)
      case .validationFailure:
        Terminal.tell(WrongUsage(arguments, message: message(for: error)).stop)
        return .validationFailure
      case let code:
        Terminal.say(fullMessage(for: error))
        return code
      }
    }
  }

  /// The exit code, or that of a failure: when part of the output was lost, or a file changed while
  /// it was read, readers of the output must know.
  private static func end(_ code: ExitCode) -> ExitCode {
    if let number = ProgressScreen.shared.outputFailure {
      let reason = unsafe String(cString: strerror(number))
      Terminal.tell(
        Stop(
          what: "the output cannot be written: " + reason,
          hint: "free room on the disk that it goes to, or send it elsewhere",
          code: ExitStatus.unwritable))
      return ExitStatus.unwritable
    }
    guard let stop = InputFile.changed else { return code }
    if code == .success || code == ExitStatus.failed { Terminal.tell(stop) }
    return stop.code
  }
}
