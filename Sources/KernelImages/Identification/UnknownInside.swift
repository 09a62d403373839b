// SPDX-License-Identifier: Apache-2.0
import Inflation
import PhysicalMemory

extension Identification {
  /// Refuses content that is no kernel for 32-bit ARM, unless its wrapper already says so.
  func refuse(_ content: UnknownContent, at offset: UInt64) throws(KernelImageError) {
    if let claim, !claim.isARM { return }
    throw unknown(content, at: offset)
  }

  /// The error for content that is no kernel. Inside a known wrapper it names the wrapper and the
  /// place: the user need not look for another format of the whole file.
  private func unknown(_ content: UnknownContent, at offset: UInt64) -> KernelImageError {
    var content = content
    var offset = offset
    var wrappers = image.layers[...]
    if case .compressed(let compression) = wrappers.last?.kind, let layer = wrappers.popLast() {
      content = UnknownContent(
        content.name + ", compressed by " + compression.rawValue, hint: content.hint)
      offset = layer.offset
    }
    guard let wrapper = wrappers.last else { return .notAKernel(looksLike: content) }
    return .unknownContent(wrapper: wrapper.kind.nounPhrase, offset: offset, looksLike: content)
  }
}

extension ImageKind {
  /// The name of the layer in a sentence.
  var nounPhrase: String {
    switch self {
    case .androidBoot: "the Android boot image"
    case .vendorBoot: "the Android vendor boot image"
    case .fit, .uImage, .bundle, .zImage: "the " + name
    case .mediaTek: VendorHeader.Maker.mediaTek.name
    case .spreadtrum: VendorHeader.Maker.spreadtrum.name
    case .compressed(let compression): "the " + compression.rawValue + " data"
    default: "the layer " + name
    }
  }
}
