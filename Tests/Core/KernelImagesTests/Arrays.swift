// SPDX-License-Identifier: Apache-2.0
import KernelImages

// Spans cannot pass through the macros of the testing library: these take arrays.

extension KernelImage {
  static func of(
    _ bytes: [UInt8], _ options: IdentificationOptions = IdentificationOptions()
  ) throws(KernelImageError) -> KernelImage {
    try identify(bytes.span, options: options)
  }

  func inflated(from bytes: [UInt8]) throws(KernelImageError) -> [UInt8] {
    try inflatedImage(of: bytes.span)
  }
}

extension ImageBytes {
  func bytes(of file: [UInt8]) throws(KernelImageError) -> [UInt8] { try copy(of: file.span) }
}

extension Initrd {
  static func of(_ bytes: [UInt8], verify: Bool = false) throws(KernelImageError) -> Initrd {
    try identify(bytes.span, verify: verify)
  }
}
