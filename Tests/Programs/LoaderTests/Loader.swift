// SPDX-License-Identifier: Apache-2.0
import DeviceTree
import LinuxInterface
import PhysicalMemory

@testable import Samples
@testable import kexec

/// The loader on a 32-bit ARM machine that is not there, with files to boot.
struct Loader {
  let kernel: RecordingKernel

  /// The module Testing has another type of this name.
  typealias Exit = ExitStatus

  /// A machine with some files other than usual and, when nil, without them.
  init(_ changes: [String: String?] = [:], tree: DeviceTree? = Self.tree) {
    kernel = SampleMachine.kernel(changes, fdt: tree?.flattened())
    let state = try? MachineState.read(from: SampleMachine.kernel())
    let files = [
      "/boot/zImage": Self.zImage.bytes(), "/boot/Image": Self.zImage.image.bytes(),
      "/boot/initrd": state.map { MachineSnapshot.bytes(of: $0) } ?? [],
      "/boot/board.dtb": Self.tree.flattened(),
    ]
    kernel.files.merge(files) { old, _ in old }
    let node = "/sys/class/tty/ttyAMA0/device/of_node/"
    for property in Self.uart.properties where changes[node + property.name] == nil {
      kernel.files[node + property.name] = property.value
    }
    let psci = "/proc/device-tree/psci/method"
    if tree != nil, changes[psci] == nil { kernel.files[psci] = Array("hvc\0".utf8) }
    kernel.files["/proc/sys/kernel/random/boot_id"] = Array("f00d\n".utf8)
    kernel.directories = ["/run", "/run/systemd/system", "/var/log"]
    kernel.programs = ["systemctl": .exited(0), "shutdown": .exited(0)]
    kernel.interfaces = [
      NetworkInterface(name: "lo", flags: 0x49), NetworkInterface(name: "eth0", flags: 0x1043),
      NetworkInterface(name: "eth1", flags: 0x1043),
    ]
  }

  static let zImage = SyntheticZImage(
    image: SyntheticImage(
      byteCount: 0x9100, texts: ["linux,dummy-virt", "arm,pl011", "arm,psci"]))

  static let uart = Node(
    "pl011@9000000",
    properties: [
      Property("compatible", Array("arm,pl011\0arm,primecell\0".utf8)),
      Property("reg", [0, 0, 0, 0, 9, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10, 0]),
    ])

  /// RAM of 512 MiB at 0x40000000, a console, two CPUs, seeds.
  static let tree = tree(ram: [0x4000_0000: 0x2000_0000])

  static func tree(ram: [UInt32: UInt32], method: String = "psci") -> DeviceTree {
    func cpu(_ number: Int) -> Node {
      Node("cpu@\(number)", properties: [Property("device_type", Array("cpu\0".utf8))])
    }
    func cells(_ value: UInt32) -> [UInt8] {
      [0, 0, 0, 0] + Builder.word(value, isBigEndian: true)
    }
    let banks = ram.sorted { $0.key < $1.key }
    return DeviceTree(
      root: Node(
        properties: [
          Property("#address-cells", [0, 0, 0, 2]), Property("#size-cells", [0, 0, 0, 2]),
          Property("compatible", Array("linux,dummy-virt\0".utf8)),
        ],
        children: [
          Node(
            "chosen",
            properties: [
              Property("bootargs", Array("console=ttyAMA0 root=/dev/vda\0".utf8)),
              Property("stdout-path", Array("/pl011@9000000\0".utf8)),
              Property("rng-seed", [UInt8](repeating: 7, count: 32)),
            ]),
          Node(
            "memory@\(String(banks.first?.key ?? 0, radix: 16))",
            properties: [
              Property("device_type", Array("memory\0".utf8)),
              Property("reg", banks.flatMap { cells($0.key) + cells($0.value) }),
            ]),
          Node(
            "cpus", properties: [Property("enable-method", Array((method + "\0").utf8))],
            children: [cpu(0), cpu(1)]),
          uart,
        ]))
  }

  /// Notes that a kernel was loaded before.
  func loaded() -> Self {
    kernel.files["/sys/kernel/kexec_loaded"] = Array("1\n".utf8)
    kernel.files["/run/kexec.json"] = Array(
      #"{"schemaVersion": 1, "loadedAt": "then", "bootID": "f00d", "handover": "image"}"#.utf8)
    return self
  }

  /// What a run came to.
  struct Outcome: Equatable {
    let status: Int32
    let output: String
    let complaints: String

    /// The messages with single spaces, however their lines are broken.
    var told: String { complaints.split { $0 == " " || $0 == "\n" }.joined(separator: " ") }

    /// The exit code by its name.
    var exit: ExitStatus? { ExitStatus(rawValue: status) }
  }

  /// Runs the loader.
  func run(_ arguments: [String]) -> Outcome {
    let status = Program(kernel: kernel).run(arguments)
    return Outcome(
      status: status, output: String(decoding: kernel.output, as: UTF8.self),
      complaints: String(decoding: kernel.complaints, as: UTF8.self))
  }

  /// Runs the loader with words that spaces divide.
  func run(_ line: String) -> Outcome {
    run(line.split(separator: " ").map(String.init))
  }

  /// The calls that change something, in order and without their arguments.
  var deeds: [String] {
    kernel.calls.compactMap { recorded in
      let failed = recorded.failure == nil ? "" : " failed"
      switch recorded.call {
      case .writeFile(let path, _, _): return "write " + path + failed
      case .kexecLoad(let load): return (load.segments.isEmpty ? "unload" : "load") + failed
      case .rebootIntoLoadedKernel: return "reboot" + failed
      case .sync: return "sync"
      case .setFlags(let flags, let name):
        return name + (flags & 1 == 1 ? " up" : " down") + failed
      case .run(let arguments): return arguments.joined(separator: " ") + failed
      default: return nil
      }
    }
  }
}
