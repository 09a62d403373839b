// SPDX-License-Identifier: Apache-2.0
import CLinux

/// The bytes of a file, mapped into memory where that is possible: the kernel can load them without
/// a copy.
///
/// If another process shortens a mapped file while it is in use, reading behind the new end ends
/// the program with exit status 66 and a message. ``KernelInterface/changedFile()`` reports changes
/// that give no fault.
@safe public final class FileContents: @unchecked Sendable {
  // Nothing changes after init, so that any thread may read.
  private let base: UnsafePointer<UInt8>?
  private let isMapped: Bool
  /// The number of bytes.
  public let count: Int
  /// The stamp of the mapped file; nil when the bytes were read, not mapped.
  public let stamp: FileStamp?

  /// Takes over mapped memory.
  init(unsafeMapped base: UnsafePointer<UInt8>, count: Int, stamp: FileStamp?) {
    unsafe self.base = unsafe base
    self.count = count
    self.stamp = stamp
    isMapped = true
  }

  /// Takes over memory from `clinux_resize`.
  init(unsafeAllocated base: UnsafePointer<UInt8>?, count: Int, stamp: FileStamp? = nil) {
    unsafe self.base = unsafe base
    self.count = unsafe base == nil ? 0 : count
    self.stamp = stamp
    isMapped = false
  }

  /// Keeps a copy of bytes.
  ///
  /// - Parameters:
  ///   - bytes: The bytes; the result is nil when there is no memory for them.
  ///   - stamp: The stamp of the file that they come from.
  public convenience init?(copying bytes: [UInt8], stamp: FileStamp? = nil) {
    guard let copy = unsafe clinux_resize(nil, bytes.count) else { return nil }
    unsafe bytes.withUnsafeBufferPointer { source in
      if let start = source.baseAddress {
        unsafe copy.initialize(from: start, count: source.count)
      }
    }
    unsafe self.init(unsafeAllocated: copy, count: bytes.count, stamp: stamp)
  }

  deinit {
    if isMapped {
      unsafe clinux_unmap(base, count)
    } else {
      unsafe clinux_free(UnsafeMutablePointer(mutating: base))
    }
  }

  /// The bytes.
  public var span: Span<UInt8> {
    @_lifetime(borrow self)
    get {
      let buffer = unsafe UnsafeBufferPointer(start: base, count: count)
      return unsafe _overrideLifetime(Span(_unsafeElements: buffer), borrowing: self)
    }
  }

  /// The size of the parts in ``forEachPart(_:)``, a multiple of every page size.
  private static let partBytes = 4 << 20

  /// Goes through all bytes in order. The pages of a mapped file are released behind each part, so
  /// that a file of any size takes little memory.
  ///
  /// - Parameter body: Takes a part.
  public func forEachPart(_ body: (Span<UInt8>) -> Void) {
    var offset = 0
    while offset < count {
      let part = min(Self.partBytes, count - offset)
      body(span.extracting(offset..<(offset + part)))
      if isMapped, let base = unsafe base { unsafe clinux_forget(base + offset, part) }
      offset += part
    }
  }

  /// The bytes for a C call, valid while the object lives.
  var unsafePointer: UnsafePointer<UInt8>? { unsafe base }
}
