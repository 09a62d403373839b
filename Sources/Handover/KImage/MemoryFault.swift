// SPDX-License-Identifier: Apache-2.0
public import PhysicalMemory

/// An access that memory does not allow.
public struct MemoryFault: Error, Hashable, Sendable {
  /// What was tried.
  public enum Access: Hashable, Sendable {
    /// A load.
    case read
    /// A store.
    case write
  }

  /// Why it failed, by the names of the ARM Architecture Reference Manual.
  public enum Cause: Hashable, Sendable {
    /// The address is no multiple of four.
    case alignment
    /// There is no memory.
    case translation
    /// The page does not allow it.
    case permission
  }

  /// What was tried.
  public let access: Access
  /// Where.
  public let address: PhysicalAddress
  /// Why it failed.
  public let cause: Cause

  /// Reports a fault.
  public init(_ access: Access, _ address: PhysicalAddress, _ cause: Cause) {
    self.access = access
    self.address = address
    self.cause = cause
  }
}
