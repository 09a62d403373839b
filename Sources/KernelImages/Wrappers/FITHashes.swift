// SPDX-License-Identifier: Apache-2.0
import Digests
import PhysicalMemory

extension Identification {
  /// Subtracts the bytes to hash from an allowance of eight times the file.
  private mutating func takeFromHashAllowance(
    _ range: SafeRange, _ layer: Layer
  ) throws(KernelImageError) {
    let limit = layer.byteCount.multipliedReportingOverflow(by: 8).partialValue
    let left = hashAllowance ?? limit
    // Even hashing no bytes takes time.
    let wanted = UInt64(range.count) + 64
    guard wanted <= left else {
      throw .tooLarge(what: "the hashed data of the FIT, taken together,", limit: limit)
    }
    hashAllowance = left - wanted
  }

  /// Compares the hashes of an image with its data.
  mutating func check(
    _ fit: FlattenedImageTree, _ node: Int, _ range: SafeRange, _ layer: Layer
  ) throws(KernelImageError) {
    let data = layer.bytes.extracting(range.indices)
    let name = fit.tree.nodes[node].name
    for child in fit.tree.children(of: node) {
      let label = fit.tree.nodes[child].name
      // Source: U-Boot boot/image-fit.c (v2023.01), which compares only as many letters.
      if label.begins(with: "signature") {
        note(.notVerified, "the signature of FIT image " + name + " was not checked")
        continue
      }
      guard label.begins(with: "hash") else { continue }
      let algorithm = fit.tree.strings("algo", of: child, in: layer.bytes).first ?? "nothing"
      guard let place = fit.tree.value("value", of: child),
        let stored = layer.reader.copy(place.offset, place.count)
      else {
        throw .missing(what: "the " + algorithm + " hash of FIT image " + name, name: "value")
      }
      try takeFromHashAllowance(range, layer)
      let computed: [UInt8]
      switch algorithm {
      case "crc32": computed = CRC32.hash(data)
      case "md5": computed = MD5.hash(data)
      case "sha1": computed = SHA1.hash(data)
      case "sha256": computed = SHA256.hash(data)
      case "crc16-ccitt", "sha384", "sha512":
        note(
          .notVerified,
          "the " + algorithm + " hash of FIT image " + name + " was not checked: not known here")
        continue
      default:
        throw .missing(
          what: "a hash of FIT image " + name, name: "known algorithm: it says " + algorithm)
      }
      guard stored == computed else {
        throw .checksum(
          what: "FIT image " + name, stored: algorithm + " " + hexadecimalText(of: stored),
          computed: hexadecimalText(of: computed))
      }
    }
  }
}
