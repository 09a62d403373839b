// SPDX-License-Identifier: Apache-2.0
import LinuxInterface
import PhysicalMemory
import Reporting

extension Inventory {
  /// Writes the members of a document.
  func write(to writer: inout JSONWriter) {
    writer.string("release", release)
    writer.string("presentCPUs", presentCPUs?.description)
    writer.string("onlineCPUs", onlineCPUs?.description)
    writer.byteCount("ramBytes", ram)
    writer.byteCount("managedBytes", managed)
    for kind in devices {
      writer.array(kind.kind) { writer in
        for name in kind.names { writer.string(nil, name) }
      }
    }
    writer.bool("isCut", isCut)
  }

  /// Reads the members of a document; a member that is missing or has another type stays nil.
  init(_ members: [JSONMember]) {
    self.init()
    release = members.text("release") ?? ""
    presentCPUs = members.text("presentCPUs").flatMap { CPUSet(parsing: $0) }
    onlineCPUs = members.text("onlineCPUs").flatMap { CPUSet(parsing: $0) }
    ram = members.number("ramBytes").map { ByteCount($0) }
    managed = members.number("managedBytes").map { ByteCount($0) }
    for member in members {
      if let names = members.texts(member.key) { devices.append(Devices(member.key, names)) }
    }
    if case .bool(true) = members.value("isCut") { isCut = true }
  }
}
