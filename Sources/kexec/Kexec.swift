// SPDX-License-Identifier: Apache-2.0
import LinuxInterface

/// The loader: decides where a new kernel goes, loads it, starts it.
@main
struct Kexec {
  static func main() {
    let program = Program(kernel: LinuxKernel())
    LinuxKernel.exit(program.run(LinuxKernel.programArguments.dropFirst()))
  }
}
