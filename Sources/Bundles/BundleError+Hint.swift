// SPDX-License-Identifier: Apache-2.0

extension BundleError {
  /// What to try next.
  public var hint: String {
    switch self {
    case .truncated, .manifestDigest, .ferryDigest, .segmentDigest:
      "the file is damaged; fetch it again, or make it anew with kx bundle"
    case .field, .noTag: "make it anew with kx bundle of this version"
    case .tooLarge: "use a smaller kernel or initrd, or the Ferry of this version"
    }
  }
}
