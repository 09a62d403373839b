// SPDX-License-Identifier: Apache-2.0

import Glibc
import PhysicalMemory

/// The RAM of a guest, shared with QEMU: both see the other's writes.
///
/// It is memory without a name in any file system, which QEMU opens through /proc: no file is left
/// over, however the run ends.
@safe final class GuestMemory {
  /// The guest's addresses of it.
  let range: PhysicalRange
  private let descriptor: CInt
  private let bytes: UnsafeMutableRawBufferPointer

  /// Makes RAM full of zeros; the host allocates pages at their first write.
  ///
  /// - Throws: ``LabError/system(call:errno:)``
  init(_ range: PhysicalRange) throws(LabError) {
    self.range = range
    guard let count = Int(exactly: range.count.rawValue) else {
      throw LabError.system(call: "ftruncate(\(range.count))", errno: EFBIG)
    }
    descriptor = try Self.makeDescriptor()
    guard ftruncate(descriptor, off_t(count)) == 0 else {
      let number = errno
      close(descriptor)
      throw LabError.system(call: "ftruncate(\(range.count))", errno: number)
    }
    let mapped = unsafe mmap(nil, count, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0)
    guard let mapped = unsafe mapped, unsafe mapped != MAP_FAILED else {
      let number = errno
      close(descriptor)
      throw LabError.system(call: "mmap(\(range.count))", errno: number)
    }
    unsafe bytes = UnsafeMutableRawBufferPointer(start: mapped, count: count)
  }

  deinit {
    unsafe munmap(bytes.baseAddress, bytes.count)
    close(descriptor)
  }

  /// The path by which another process of this user opens it.
  var path: String { "/proc/\(getpid())/fd/\(descriptor)" }

  func fill(_ byte: UInt8) throws(LabError) {
    // Giving the pages back fills them with zeros.
    if byte == 0 {
      guard unsafe madvise(bytes.baseAddress, bytes.count, MADV_REMOVE) == 0 else {
        throw LabError.system(call: "madvise(MADV_REMOVE)", errno: errno)
      }
    } else if let start = unsafe bytes.baseAddress {
      unsafe memset(start, CInt(byte), bytes.count)
    }
  }

  /// Writes bytes, and zeros behind them.
  ///
  /// - Parameters:
  ///   - source: At most as many bytes as the place has.
  ///   - place: A range inside ``range``.
  func write(_ source: [UInt8], to place: PhysicalRange) {
    guard let target = unsafe part(place), source.count <= target.count else { return }
    unsafe target.copyBytes(from: source)
    if let start = target.baseAddress {
      unsafe memset(start + source.count, 0, target.count - source.count)
    }
  }

  /// Adds every byte that differs from the expected one to a list of ranges.
  ///
  /// - Parameters:
  ///   - place: A range inside ``range``.
  ///   - expected: As many bytes as the place has, or a block that repeats.
  ///   - ranges: Takes the differences; a range that touches the last one extends it.
  func addDifferences(
    in place: PhysicalRange, from expected: ArraySlice<UInt8>,
    to ranges: inout DifferenceList
  ) {
    guard let seen = unsafe part(place), !expected.isEmpty else { return }
    unsafe expected.withUnsafeBytes { pattern in
      var offset = 0
      while offset < seen.count {
        let start = offset % pattern.count
        let count = min(4096, pattern.count - start, seen.count - offset)
        let left = unsafe UnsafeRawBufferPointer(rebasing: seen[offset..<(offset + count)])
        let right = unsafe UnsafeRawBufferPointer(rebasing: pattern[start..<(start + count)])
        unsafe ranges.compare(
          left, with: right, at: place.first.rawValue &+ UInt64(offset))
        offset += count
      }
    }
  }

  /// Calls memfd_create(2), which the module map of Swift 6.3's Glibc leaves out.
  private static func makeDescriptor() throws(LabError) -> CInt {
    typealias Function = @convention(c) (UnsafePointer<CChar>, CUnsignedInt) -> CInt
    guard let symbol = unsafe dlsym(nil, "memfd_create") else {
      throw LabError.system(call: "memfd_create", errno: ENOSYS)
    }
    let function = unsafe unsafeBitCast(symbol, to: Function.self)
    // 1 is MFD_CLOEXEC: QEMU opens it by its path and does not inherit it.
    let descriptor = unsafe function("swift-kexec guest", 1)
    guard descriptor >= 0 else { throw LabError.system(call: "memfd_create", errno: errno) }
    return descriptor
  }

  private func part(_ place: PhysicalRange) -> UnsafeMutableRawBufferPointer? {
    guard range.contains(place), let distance = place.first.distance(from: range.first),
      let start = Int(exactly: distance.rawValue), let count = Int(exactly: place.count.rawValue)
    else { return nil }
    return unsafe UnsafeMutableRawBufferPointer(rebasing: bytes[start..<(start + count)])
  }
}
