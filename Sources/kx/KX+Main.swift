// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Glibc

extension KX {
  /// Runs what the command line says. What is wrong with it is told like every other error.
  static func main() async {
    let arguments = Array(CommandLine.arguments.dropFirst())
    if arguments.isEmpty {
      Terminal.print(FirstContact.text(style: Terminal.style(for: 1)))
      return endIfOutputIsLost()
    }
    if arguments.first == "help", let word = arguments.dropFirst().first,
      let stop = WrongUsage.withoutVerb(word, ["--help"])
    {
      Terminal.tell(stop)
      exit(withError: ExitCode.validationFailure)
    }
    do {
      var command = try parseAsRoot(arguments)
      if var patient = command as? any AsyncParsableCommand {
        try await patient.run()
      } else {
        try command.run()
      }
      endIfOutputIsLost()
    } catch let code as ExitCode {
      endIfOutputIsLost()
      exit(withError: code)
    } catch {
      guard exitCode(for: error) == .validationFailure else { exit(withError: error) }
      Terminal.tell(WrongUsage(arguments, message: message(for: error)).stop)
      exit(withError: ExitCode.validationFailure)
    }
  }
  /// Whoever reads the output must not take a part of it for all.
  private static func endIfOutputIsLost() {
    guard let number = ProgressScreen.shared.outputFailure else { return }
    let reason = unsafe String(cString: strerror(number))
    Terminal.tell(
      Stop(
        what: "the output cannot be written: " + reason,
        hint: "free room on the disk that it goes to, or send it elsewhere",
        code: ExitStatus.unwritable))
    exit(withError: ExitStatus.unwritable)
  }
}
