// SPDX-License-Identifier: Apache-2.0
public import PhysicalMemory

/// An access that memory does not allow.
public struct MemoryFault: Error, Hashable, Sendable {
  /// The kind of access.
  public enum Access: Hashable, Sendable {
    /// A load.
    case read
    /// A store.
    case write
  }

  /// The cause, by the names of the ARM Architecture Reference Manual.
  public enum Cause: Hashable, Sendable {
    /// The address is no multiple of four.
    case alignment
    /// There is no memory.
    case translation
    /// The page forbids it.
    case permission
  }

  /// The access.
  public let access: Access
  /// Its address.
  public let address: PhysicalAddress
  /// The cause.
  public let cause: Cause

  /// Groups the facts about a fault.
  public init(_ access: Access, _ address: PhysicalAddress, _ cause: Cause) {
    self.access = access
    self.address = address
    self.cause = cause
  }
}
