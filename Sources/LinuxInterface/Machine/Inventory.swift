// SPDX-License-Identifier: Apache-2.0
public import PhysicalMemory

/// The hardware that a running machine shows, to be compared with that after the next boot.
public struct Inventory: Hashable, Sendable {
  /// Devices in use of one kind, by their names.
  public struct Devices: Hashable, Sendable {
    /// The kind: `platform`, `net`.
    public let kind: String
    /// The names in order.
    public var names: [String]

    /// Lists devices.
    public init(_ kind: String, _ names: [String]) {
      self.kind = kind
      self.names = names
    }
  }

  /// The release of the kernel.
  public var release = ""
  /// The CPUs that are present; nil when they are unknown.
  public var presentCPUs: CPUSet?
  /// The CPUs that run.
  public var onlineCPUs: CPUSet?
  /// The bytes of RAM in /proc/iomem; nil without the right to see addresses there.
  public var ram: ByteCount?
  /// The memory that the kernel manages.
  public var managed: ByteCount?
  /// The devices.
  public var devices: [Devices] = []
  /// Whether some devices are missing from the lists.
  public var isCut = false

  /// An empty inventory.
  public init() {}

  /// The most devices of a kind, and the most bytes of all names: a record must stay small.
  static let nameLimit = 512
  static let byteLimit = 48 << 10

  /// The folder of each kind, and the mark of a device in use there: a driver on a bus, and
  /// hardware under an interface or a disk. Devices that the kernel makes up lack it.
  ///
  /// Source: Linux 6.1, Documentation/ABI/testing/sysfs-bus-platform and others, drivers/base/.
  static let places: [(kind: String, folder: String, mark: String)] = [
    ("reserved memory", "/proc/device-tree/reserved-memory", ""),
    ("platform", "/sys/bus/platform/devices", "/driver"),
    ("amba", "/sys/bus/amba/devices", "/driver"), ("pci", "/sys/bus/pci/devices", "/driver"),
    ("usb", "/sys/bus/usb/devices", "/driver"), ("mmc", "/sys/bus/mmc/devices", "/driver"),
    ("virtio", "/sys/bus/virtio/devices", "/driver"), ("net", "/sys/class/net", "/device"),
    ("block", "/sys/block", "/device"),
  ]

  /// Reads the inventory of the running machine. Unknown values stay nil.
  ///
  /// - Parameter kernel: The running Linux.
  public init(of kernel: some KernelInterface) {
    if let facts = try? KernelFacts.read(from: kernel) {
      release = facts.release
      presentCPUs = facts.presentCPUs
      onlineCPUs = facts.onlineCPUs
      managed = facts.memoryTotal
    }
    if let text = try? kernel.readFile("/proc/iomem", limit: 4 << 20),
      let memory = try? MemoryMap(iomem: text.span)
    {
      ram = memory.ram.count
    }
    // Without a device tree, platform devices come from the kernel itself.
    let hasTree = (try? kernel.fileStatus("/proc/device-tree")) != nil
    var room = Self.byteLimit
    for place in Self.places {
      guard let entries = try? kernel.listDirectory(place.folder, limit: 65_536) else { continue }
      var names: [String] = []
      for entry in entries {
        let path = place.folder + "/" + entry.name
        if place.mark.isEmpty {
          guard entry.kind == .directory else { continue }
        } else if (try? kernel.fileStatus(path + place.mark)) == nil
          || (place.kind == "platform" && hasTree
            && (try? kernel.fileStatus(path + "/of_node")) == nil)
        {
          continue
        }
        guard names.count < Self.nameLimit, entry.name.utf8.count <= room else {
          isCut = true
          break
        }
        room -= entry.name.utf8.count
        names.append(entry.name)
      }
      if !names.isEmpty { devices.append(Devices(place.kind, names)) }
    }
  }

  /// Whether a device that is no longer in use is still present.
  ///
  /// - Parameters:
  ///   - name: The device.
  ///   - kind: Its kind.
  ///   - kernel: The running Linux.
  /// - Returns: Whether it is present.
  public static func isThere(
    _ name: String, _ kind: String, on kernel: some KernelInterface
  ) -> Bool {
    guard let place = places.first(where: { $0.kind == kind }) else { return false }
    return (try? kernel.fileStatus(place.folder + "/" + name)) != nil
  }
}
