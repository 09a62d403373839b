// SPDX-License-Identifier: Apache-2.0
import DeviceTree
import KernelImages
import PhysicalMemory

/// The parts of the document about companions of a kernel in the same file.
extension InspectDocument {
  static func parts(_ image: KernelImage, _ file: Span<UInt8>, _ writer: inout JSONWriter) {
    writer.string("commandLine", image.commandLine)
    writer.array("configurations") { writer in
      for configuration in image.configurations {
        writer.object { writer in write(configuration, &writer) }
      }
    }
    let trees = InspectedTree.all(image, in: file)
    writer.array("trees") { writer in
      for tree in trees { writer.object { writer in write(tree, &writer) } }
    }
  }

  private static func write(_ configuration: FITConfiguration, _ writer: inout JSONWriter) {
    writer.string("name", configuration.name)
    writer.string("description", configuration.description)
    writer.array("compatible") { writer in
      for name in configuration.compatible { writer.string(nil, name) }
    }
    writer.array("images") { writer in
      for image in configuration.images {
        writer.object { writer in
          writer.string("role", image.role)
          writer.string("name", image.name)
        }
      }
    }
    writer.bool("default", configuration.isDefault)
    writer.bool("taken", configuration.isTaken)
  }

  private static func write(_ tree: InspectedTree, _ writer: inout JSONWriter) {
    writer.number("index", tree.index.map { UInt64($0) })
    writer.string("origin", tree.held.origin)
    writer.number("offset", tree.held.offset)
    writer.number("bytes", tree.held.bytes.count)
    writer.bool("overlay", tree.isOverlay)
    identity(tree.identity.model, tree.identity.compatible, &writer)
    ranges("memory", tree.memory, &writer)
    writer.array("reservations") { writer in
      for reservation in tree.reservations {
        writer.object { writer in
          writer.address("first", reservation.range.first)
          writer.address("last", reservation.range.last)
          writer.string("why", reservation.why)
        }
      }
    }
    writer.string("commandLine", tree.commandLine)
    writer.array("table") { writer in
      for column in tree.held.entry?.columns ?? [] {
        writer.object { writer in
          writer.string("name", column.name)
          writer.string("value", hexadecimal(UInt64(column.value)))
        }
      }
    }
    writer.string("problem", tree.problem)
  }

  static func machine(_ machine: InspectedMachine?, _ writer: inout JSONWriter) {
    guard let machine else { return writer.string("machine", nil) }
    writer.object("machine") { writer in
      writer.string("release", machine.release)
      writer.string("machine", machine.machine)
      writer.byteCount("pageBytes", machine.pageBytes)
      identity(machine.tree?.model, machine.tree?.compatible ?? [], &writer)
      ranges("memory", machine.memory.ram.ranges, &writer)
      writer.string("commandLine", machine.commandLine)
      writer.array("files") { writer in
        for name in machine.files { writer.string(nil, name) }
      }
    }
  }

  private static func identity(
    _ model: String?, _ compatible: [String], _ writer: inout JSONWriter
  ) {
    writer.string("model", model)
    writer.array("compatible") { writer in
      for name in compatible { writer.string(nil, name) }
    }
  }

  private static func ranges(
    _ key: String, _ ranges: [PhysicalRange], _ writer: inout JSONWriter
  ) {
    writer.array(key) { writer in
      for range in ranges {
        writer.object { writer in
          writer.address("first", range.first)
          writer.address("last", range.last)
        }
      }
    }
  }
}
