// SPDX-License-Identifier: Apache-2.0
import PhysicalMemory
import Testing

@testable import LinuxInterface
@testable import Samples

@Suite("What a machine has")
struct InventoryTests {
  @Test("Devices are those that something drives; what the kernel made up is none")
  func devices() {
    let kernel = SampleMachine.kernel()
    for path in [
      "/proc/device-tree/name", "/proc/device-tree/reserved-memory/cma@8/name",
      "/sys/bus/platform/devices/9000000.uart/driver/x",
      "/sys/bus/platform/devices/9000000.uart/of_node/x",
      "/sys/bus/platform/devices/idle/of_node/x",
      "/sys/bus/platform/devices/reg-dummy/driver/x", "/sys/bus/virtio/devices/virtio0/driver/x",
      "/sys/class/net/lo/x", "/sys/class/net/eth0/device/x", "/sys/block/loop0/x",
      "/sys/block/vda/device/x",
    ] { kernel.files[path] = [] }
    let found = Inventory(of: kernel)
    #expect(
      found.devices == [
        Inventory.Devices("reserved memory", ["cma@8"]),
        Inventory.Devices("platform", ["9000000.uart"]), Inventory.Devices("virtio", ["virtio0"]),
        Inventory.Devices("net", ["eth0"]), Inventory.Devices("block", ["vda"]),
      ])
    #expect(found.release == "6.1.0-50-armmp" && found.presentCPUs == CPUSet(parsing: "0-1"))
    #expect(found.managed == ByteCount(UInt64(506_712 * 1024)) && !found.isCut)
    #expect((found.ram ?? .zero).rawValue > 0)
    #expect(Inventory.isThere("idle", "platform", on: kernel))
    #expect(!Inventory.isThere("gone", "platform", on: kernel))
  }

  @Test("However many devices there are, what is kept of them is bounded, and that is told")
  func bounded() {
    let kernel = SampleMachine.kernel()
    for number in 0..<700 { kernel.files["/sys/block/sd\(number)/device/x"] = [] }
    let found = Inventory(of: kernel)
    #expect(found.isCut && found.devices.map(\.names.count) == [512])
    let long = SampleMachine.kernel()
    for number in 0..<400 {
      long.files["/sys/block/\(number)" + String(repeating: "a", count: 200) + "/device/x"] = []
    }
    let cut = Inventory(of: long)
    let bytes = cut.devices.flatMap(\.names).reduce(0) { $0 + $1.utf8.count }
    #expect(cut.isCut && bytes <= 48 << 10 && bytes > 40 << 10)
  }

  @Test("What may not be read stays open, and nothing else does")
  func silence() {
    let kernel = SampleMachine.kernel(["/sys/devices/system/cpu/online": nil])
    kernel.failures[.path("/proc/iomem")] = .accessDenied
    let found = Inventory(of: kernel)
    #expect(found.ram == nil && found.onlineCPUs == nil && found.presentCPUs?.count == 2)
  }
}
