// SPDX-License-Identifier: Apache-2.0
public import PhysicalMemory

/// The reason why a reboot code buffer cannot be prepared.
public enum RebootCodeError: Error, Hashable, Sendable {
  /// The size of the code is no multiple of eight bytes, or too small for its parts.
  case codeSize(UInt32)
  /// Code and parameters take more bytes than the page has left.
  case doesNotFit(bytes: UInt32, room: UInt32)
  /// The code would not begin at a multiple of eight.
  case unaligned(PhysicalAddress)
  /// The page does not lie below 4 GiB.
  case beyondAddresses(PhysicalAddress)
  /// The kernel's entry is no multiple of four.
  case startAddress(UInt32)
  /// The list does not begin with a page.
  case indirectionPage(UInt32)
  /// Parameters were set before.
  case parametersTwice
  /// Parameters would be stored into the text after the code was copied from there.
  case parametersAfterCopy
  /// The caches would be flushed without parameters.
  case parametersMissing
  /// The caches would be flushed without the code.
  case codeMissing
  /// A word of the text to copy differs from the assembled one.
  case codeDiffers(offset: UInt32)
}

extension RebootCodeError {
  /// The reason, without the values, for programs that have no strings.
  public var reason: StaticString {
    switch self {
    case .codeSize: "the relocation code is no multiple of eight bytes"
    case .doesNotFit: "relocation code and parameters do not fit the page"
    case .unaligned: "the reboot code buffer is at no multiple of eight"
    case .beyondAddresses: "the reboot code buffer is not below 4 GiB"
    case .startAddress: "the kernel's entry is no multiple of four"
    case .indirectionPage: "the kimage list does not begin with a page"
    case .parametersTwice: "parameters are given twice"
    case .parametersAfterCopy: "parameters go into the text after the code was copied from there"
    case .parametersMissing: "caches are flushed before there are parameters"
    case .codeMissing: "caches are flushed before the relocation code is there"
    case .codeDiffers: "the relocation code differs from the assembled one"
    }
  }
}
