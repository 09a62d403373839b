// SPDX-License-Identifier: Apache-2.0
import ArgumentParser

/// The workbench: identifies images, plans memory, tests boots.
@main
struct KX: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "kx",
    abstract: "Know a kernel image, plan where it goes, prove that it boots.",
    discussion: """
      EXAMPLES
        What is in a kernel, and where each figure comes from:
          kx inspect vmlinuz
        Where everything goes, and why:
          kx plan vmlinuz --initrd i.img --dtb board.dtb
        What another rule would overwrite:
          kx plan vmlinuz --initrd i.img --ram 0x40000000+512M --rule kexec-tools
        Boot a plan in QEMU:
          kx try vmlinuz --initrd i.img --append console=ttyAMA0
        Hold a saved plan against what is really written:
          kx plan vmlinuz --handover zimage --dtb board.dtb --json >plan.json
          kx try plan.json --measure
        One file that any boot loader can start, from any address:
          kx bundle vmlinuz --initrd i.img --dtb board.dtb -o board.img
        A zImage that older loaders load safely:
          kx retag vmlinuz -o vmlinuz.safe
        What a code means, why it matters, and what to do:
          kx explain KX106

      EXIT CODES
        0   done; for 'try', the kernel came up
        1   the plan has errors, or a measurement found a byte outside the prediction
        64  wrong usage
        65  a file is not what it should be
        66  a file cannot be read
        69  a program that is needed is missing, or the file cannot be inflated here
        73  nothing fits
        74  a file cannot be written
        10  try: the kernel panicked        11  try: silence until the time was over
        12  try: decompression failed       13  try: the initrd came up damaged
        14  try: QEMU ended by itself
        15  try --via ferry: a fault        16  try --via ferry: Ferry refused

      ENVIRONMENT
        NO_COLOR    when it is not empty, texts have no colours
        TERM        when it is 'dumb', likewise; nor is progress shown
        CI          when it is neither empty, 0 nor false, no progress is shown
        SWIFT_KEXEC_FERRY
                    Ferry's ELF file, for 'bundle' and 'try --via ferry'
      """,
    version: "0.1.0",
    subcommands: [
      InspectCommand.self, PlanCommand.self, TryCommand.self, BundleCommand.self,
      RetagCommand.self, ExplainCommand.self,
    ])
}
