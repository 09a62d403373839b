// SPDX-License-Identifier: Apache-2.0

extension KernelImageError {
  /// What to try next, as one sentence.
  public var hint: String {
    switch self {
    case .empty, .truncated: return "fetch the file again and compare its size or checksum"
    case .invalid, .checksum, .inflation, .noPayload, .bundle:
      return "the file is damaged; fetch it again and compare its checksum"
    case .tooLarge, .tooDeep, .tooMany: return "this is no kernel for a 32-bit ARM machine"
    case .missing: return "kx inspect shows what the file holds"
    case .noConfiguration: return "name one of these with --fit-config"
    case .otherArchitecture: return "make it anew, and name the architecture of the kernel"
    case .notAKernel(let looksLike): return looksLike.hint
    case .unknownContent(_, _, let looksLike):
      // Without its wrapper the content may be a plain Image; with it, the wrapper is to blame.
      return looksLike.hint == UnknownContent.nothingKnown.hint
        ? "take the kernel from where the image was built; its vendor may have packed it in a way of "
          + "its own" : looksLike.hint
    case .wrongType: return "leave out --type, or name the right file"
    }
  }
}
