// SPDX-License-Identifier: Apache-2.0
import DeviceTree
import Foundation
import LinuxInterface
import PhysicalMemory

/// A 32-bit ARM machine in memory, as Debian's kernel shows it.
enum SampleMachine {
  static let iomem = """
    09000000-09000fff : pl011@9000000
    40000000-5fffffff : System RAM
      40300000-413fffff : Kernel code
      41500000-41766fff : Kernel data

    """

  static let tree = DeviceTree(
    root: Node(
      properties: [
        Property("#address-cells", [0, 0, 0, 2]), Property("#size-cells", [0, 0, 0, 2]),
        Property("compatible", Array("linux,dummy-virt\0".utf8)),
      ],
      children: [
        Node(
          "chosen", properties: [Property("bootargs", Array("console=ttyAMA0\0".utf8))]),
        Node(
          "cpus", properties: [Property("enable-method", Array("psci\0".utf8))],
          children: [
            Node("cpu@0", properties: [Property("device_type", Array("cpu\0".utf8))]),
            Node(
              "cpu@1",
              properties: [
                Property("device_type", Array("cpu\0".utf8)),
                Property("enable-method", Array("spin-table\0".utf8)),
              ]),
          ]),
      ]))

  static let files: [String: String] = [
    "/proc/iomem": iomem,
    "/proc/cmdline": "BOOT_IMAGE=/vmlinuz console=ttyAMA0 root=/dev/vda\n",
    "/proc/self/status": "Name:\tkexec\nCapPrm:\t0000000000000000\n"
      + "CapEff:\t000001ffffffffff\nSeccomp:\t0\n",
    "/proc/meminfo":
      "MemTotal:         506712 kB\nMemFree:          400000 kB\nMemAvailable:     450000 kB\n",
    "/proc/cpuinfo": "processor\t: 0\nFeatures\t: half thumb vfpd32 lpae evtstrm\n",
    "/proc/sys/kernel/kexec_load_disabled": "0\n",
    "/sys/kernel/kexec_loaded": "0\n",
    "/sys/kernel/kexec_crash_loaded": "0\n",
    "/sys/kernel/kexec_crash_size": "0\n",
    "/sys/kernel/security/lockdown": "[none] integrity confidentiality\n",
    "/sys/devices/system/cpu/possible": "0-1\n",
    "/sys/devices/system/cpu/present": "0-1\n",
    "/sys/devices/system/cpu/online": "0-1\n",
    "/sys/devices/system/cpu/cpu1/online": "1\n",
    "/boot/config-6.1.0-50-armmp":
      "# CONFIG_ATAGS is not set\nCONFIG_KEXEC=y\nCONFIG_KEXECX=m\nCONFIG_USB=m\n"
      + "CONFIG_CMDLINE=\"\"\nCONFIG_NR_CPUS=8\nCONFIG_OFF=n",
  ]

  /// A kernel with the files, some replaced and, when nil, removed.
  static func kernel(_ changes: [String: String?] = [:], fdt: [UInt8]? = tree.flattened())
    -> RecordingKernel
  {
    var all = files.merging(changes.compactMapValues { $0 }) { $1 }
    for (path, text) in changes where text == nil { all[path] = nil }
    let kernel = RecordingKernel(files: all.mapValues { Array($0.utf8) })
    kernel.files["/sys/firmware/fdt"] = fdt
    return kernel
  }

  /// The files Linux would show for a tree under /proc/device-tree.
  static func liveFiles(_ node: Node, _ path: String = "/proc/device-tree") -> [String: [UInt8]] {
    var files: [String: [UInt8]] = [path + "/name": Array((node.baseName + "\0").utf8)]
    for property in node.properties { files[path + "/" + property.name] = property.value }
    for child in node.children {
      files.merge(liveFiles(child, path + "/" + child.name)) { $1 }
    }
    return files
  }

  /// A call that loads a kernel, an initrd and a tree where there is room.
  static func call(
    _ flags: KexecFlags = KexecFlags(.arm), initrdBytes: Int = 8192
  ) -> KexecLoadCall {
    func segment(_ name: String, _ bytes: [UInt8], _ address: UInt64) -> KexecSegment {
      KexecSegment(
        name: name, contents: .bytes(bytes), address: PhysicalAddress(address),
        memoryBytes: ByteCount((bytes.count + 4095) & ~4095))
    }
    return KexecLoadCall(
      entry: PhysicalAddress(0x4020_8000),
      segments: [
        segment("kernel", [UInt8](repeating: 1, count: 5000), 0x4020_8000),
        segment("initrd", [UInt8](repeating: 2, count: initrdBytes), 0x4800_0000),
        segment("dtb", [0xd0, 0x0d, 0xfe, 0xed, 5], 0x5800_0000),
      ], flags: flags)
  }

  /// Runs a shell script and gives what it prints.
  static func shell(_ script: String, in folder: URL) throws -> String {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/sh")
    process.arguments = ["-ec", script]
    process.currentDirectoryURL = folder
    let pipe = Pipe()
    process.standardOutput = pipe
    try process.run()
    let bytes = try pipe.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Gives a fresh folder and removes it afterwards.
  static func inFolder<Result>(_ body: (URL) throws -> Result) throws -> Result {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("LinuxInterfaceTests-" + UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    return try body(folder)
  }
}
