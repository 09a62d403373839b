// SPDX-License-Identifier: Apache-2.0
import LinuxInterface

/// The loader: decides where a new kernel goes, loads it, starts it.
///
/// This is C's `main`, under the name by which SwiftPM links it. `@main` cannot be used: Embedded
/// Swift has no `CommandLine`, and the arguments would be lost.
///
/// - Returns: The exit status.
@c(kexec_main)
public func kexecMain(
  _ count: Int32, _ list: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?
) -> Int32 {
  LinuxKernel.keepStreams()
  let arguments = unsafe LinuxKernel.arguments(count, list)
  return Program(kernel: LinuxKernel()).run(arguments.dropFirst())
}
