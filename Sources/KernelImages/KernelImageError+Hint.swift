// SPDX-License-Identifier: Apache-2.0

extension KernelImageError {
  /// What to try next, as one sentence.
  public var hint: String {
    switch self {
    case .empty, .truncated: return "fetch the file again and compare its size or checksum"
    case .invalid, .checksum, .inflation, .noPayload, .bundle:
      return "the file is damaged; fetch it again and compare its checksum"
    case .tooLarge, .tooDeep: return "this is no kernel for a 32-bit ARM machine"
    case .missing: return "kx inspect shows what the file holds"
    case .notAKernel(let looksLike): return looksLike.hint
    case .wrongType: return "leave out --type, or name the right file"
    }
  }
}
