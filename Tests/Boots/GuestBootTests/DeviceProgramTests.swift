// SPDX-License-Identifier: Apache-2.0
import TestLab
import Testing

/// The loader as built for each architecture, run: a miscompiled one links as well as any other.
@Suite(.enabled(if: Lab.isWanted, "needs the lab's kernels"))
struct DeviceProgramTests {
  @Test(
    "The loader of every architecture tells its version and the same help",
    arguments: DeviceProgram.wanted)
  func help(program: DeviceProgram) async throws {
    let version = try await program.run(["--version"])
    #expect(version.code == 0)
    #expect(version.text.wholeMatch(of: /kexec \(swift-kexec\) \d+\.\d+\.\d+\n/) != nil)
    let help = try await program.run(["--help"])
    #expect(help.code == 0)
    let first = try await DeviceProgram.wanted[0].run(["--help"])
    #expect(help.text == first.text)
    #expect(help.text.utf8.count > 1000)
    let wrong = try await program.run(["--no-such-option"])
    #expect(wrong.code == 64)
    #expect(wrong.errors.contains("no-such-option"))
  }

  @Test(
    "A dry run of the loader prints the plan of kx byte for byte, and makes the segments of it",
    arguments: DeviceProgram.wanted, DeviceFiles.cases)
  func dryRun(program: DeviceProgram, file: DeviceFiles.Case) async throws {
    let wanted = try await DeviceFiles.shared.plan(file)
    #expect(wanted.code == 0, "\(wanted.errors)")
    let options = try await DeviceFiles.shared.options(file)
    let outcome = try await program.run(["-l", "--dry-run", "--json", "-d"] + options)
    #expect(outcome.code == 0, "\(outcome.errors)")
    #expect(outcome.output == wanted.output)
    let plan = try PlanFile(wanted)
    #expect(plan.handover == file.handover)
    let kernel = try plan.segment("kernel")
    let bytes = try #require(kernel.fileBytes)
    #expect(
      outcome.errors.contains("{buf=<kernel>, bufsz=\(bytes), mem=\(kernel.first)"),
      "\(outcome.errors)")
  }

  @Test(
    "A kernel that states a dictionary of 4 GiB is inflated in 64 MiB of address space",
    .enabled(if: DeviceProgram.wanted.contains { $0.architecture == "native" }))
  func addressSpace() async throws {
    let file = DeviceFiles.Case(name: "largest dictionary", handover: "image")
    let options = try await DeviceFiles.shared.options(file)
    let native = DeviceProgram(architecture: "native")
    let arguments = ["-l", "--dry-run", "-d"] + options
    let outcome = try await native.run(arguments, addressSpace: 64 << 20)
    #expect(outcome.code == 0, "\(outcome.errors)")
    // With hardly any it is the memory that is named, and not the file.
    let short = try await native.run(arguments, addressSpace: 12 << 20)
    #expect(short.code == 69, "\(short.errors)")
    #expect(short.errors.contains("memory") && !short.errors.contains("damaged"))
  }
}
