// SPDX-License-Identifier: Apache-2.0

import Glibc

/// A connected stream socket of this machine; reading never blocks.
final class LocalSocket {
  /// The result of reading.
  enum Reading {
    /// Bytes that came, at least one.
    case bytes([UInt8])
    /// Nothing yet.
    case nothing
    /// The other end is closed.
    case closed
  }

  private let descriptor: CInt

  /// Connects; the result is nil while nobody listens at the path.
  ///
  /// - Parameter path: At most 107 bytes long.
  /// - Throws: ``LabError/system(call:errno:)``
  init?(connectingTo path: String) throws(LabError) {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let fits = unsafe withUnsafeMutableBytes(of: &address.sun_path) { field in
      guard path.utf8.count < field.count else { return false }
      unsafe field.copyBytes(from: path.utf8)
      return true
    }
    guard fits else { throw LabError.system(call: "connect(\(path))", errno: ENAMETOOLONG) }
    let kind = CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
    descriptor = socket(AF_UNIX, kind, 0)
    guard descriptor >= 0 else { throw LabError.system(call: "socket", errno: errno) }
    let size = socklen_t(MemoryLayout<sockaddr_un>.size)
    let result = unsafe withUnsafePointer(to: address) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        unsafe connect(descriptor, $0, size)
      }
    }
    guard result == 0 else {
      // QEMU first makes the socket, then listens: until both are done, connecting fails.
      guard [ENOENT, ECONNREFUSED, EAGAIN].contains(errno) else {
        throw LabError.system(call: "connect(\(path))", errno: errno)
      }
      return nil
    }
  }

  deinit { close(descriptor) }

  /// Takes the received bytes, without waiting.
  func read() throws(LabError) -> Reading {
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    let count = unsafe buffer.withUnsafeMutableBytes {
      unsafe recv(descriptor, $0.baseAddress, $0.count, 0)
    }
    if count > 0 { return .bytes(Array(buffer.prefix(count))) }
    if count == 0 || errno == ECONNRESET { return .closed }
    if errno == EAGAIN || errno == EINTR { return .nothing }
    throw LabError.system(call: "recv", errno: errno)
  }

  /// Waits a moment for bytes to come.
  ///
  /// - Parameter milliseconds: The longest wait, which should be short: it blocks the thread.
  func wait(milliseconds: CInt) {
    var request = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    _ = unsafe poll(&request, 1, milliseconds)
  }

  /// Sends a few bytes, waiting at most a second for room.
  func write(_ bytes: [UInt8]) throws(LabError) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = unsafe rest.withUnsafeBytes {
        unsafe send(descriptor, $0.baseAddress, $0.count, CInt(MSG_NOSIGNAL))
      }
      if count > 0 {
        rest = rest.dropFirst(count)
      } else if errno == EAGAIN {
        var request = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        guard unsafe poll(&request, 1, 1000) > 0 else {
          throw LabError.system(call: "send", errno: ETIMEDOUT)
        }
      } else if errno != EINTR {
        throw LabError.system(call: "send", errno: errno)
      }
    }
  }
}
