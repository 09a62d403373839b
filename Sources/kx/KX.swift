// SPDX-License-Identifier: Apache-2.0
import ArgumentParser

/// The workbench: knows images, plans memory, proves boots.
@main
struct KX: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "kx",
    abstract: "Know a kernel image, plan where it goes, prove that it boots.",
    discussion: """
      EXAMPLES
        kx inspect vmlinuz                       what is in it, and where each figure comes from
        kx plan vmlinuz --initrd i.img --dtb b.dtb
                                                 where everything goes, and why
        kx plan vmlinuz --initrd i.img --ram 0x40000000-0x5fffffff --rule kexec-tools
                                                 what another rule would overwrite
        kx try vmlinuz --initrd i.img --append console=ttyAMA0
                                                 boot that plan in QEMU
        kx try plan.json --measure               hold a saved plan against what is really written

      EXIT CODES
        0   done; for 'try', the kernel came up
        1   the plan has errors, or a measurement found a byte outside the prediction
        64  wrong usage
        65  a file is not what it should be
        66  a file cannot be read
        69  a program that is needed is missing
        73  nothing fits
        74  a file cannot be written
        10  try: the kernel panicked        11  try: silence until the time was over
        12  try: decompression failed       13  try: the initrd came up damaged
        14  try: QEMU ended by itself
      """,
    version: "0.1.0",
    subcommands: [InspectCommand.self, PlanCommand.self, TryCommand.self])
}
