// SPDX-License-Identifier: Apache-2.0
import Inflation

extension KernelImageError {
  /// What to try next, as one sentence.
  public var hint: String {
    switch self {
    case .empty, .truncated: return "fetch the file again and compare its size or checksum"
    case .invalid, .checksum, .bundle: return Self.damaged
    case .noPayload:
      return
        "fetch the file again and compare its checksum; if it is right, name the inflated Image"
    case .inflation(_, _, let cause): return Self.hint(cause)
    case .tooLarge, .tooDeep, .tooMany: return Self.noKernel
    case .missing: return "kx inspect shows what the file holds"
    case .noConfiguration: return "name one of these with --fit-config"
    case .otherArchitecture: return "make it anew, and name the architecture of the kernel"
    case .notAKernel(let looksLike): return looksLike.hint
    case .unknownContent(_, _, let looksLike):
      // Without its wrapper the content may be a plain Image; with it, the wrapper is at fault.
      return looksLike.hint == UnknownContent.nothingKnown.hint
        ? "take the kernel from where the image was built; its vendor may have packed it in a way of "
          + "its own" : looksLike.hint
    case .notBuiltIn: return "take a program that was built with all package traits"
    case .wrongType: return "leave out --type and --fit-config, or name the right file"
    }
  }

  private static let damaged = "the file is damaged; fetch it again and compare its checksum"
  private static let noKernel = "this is no kernel for a 32-bit ARM machine"

  private static func hint(_ cause: InflationError) -> String {
    switch cause {
    case .corrupt, .truncated, .stopped: damaged
    case .exceedsLimit: noKernel
    case .needsTooMuchMemory, .outOfMemory:
      "inflate it on a machine with more memory, and name the inflated file"
    case .unsupported: "inflate it with the tool that made it, and name the inflated file"
    }
  }
}
