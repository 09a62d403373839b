// SPDX-License-Identifier: Apache-2.0
import DeviceTree
import Foundation

/// The device tree compiler and its companions, as independent readers and writers.
struct DTC {
  struct Failure: Error, CustomStringConvertible {
    let description: String
  }

  /// A folder of its own, removed by ``remove()``.
  let folder: URL

  init() throws {
    folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("DeviceTreeTests-" + UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  }

  func remove() {
    try? FileManager.default.removeItem(at: folder)
  }

  /// Gives a fresh folder to `body` and removes it afterwards.
  static func inFolder<Result>(_ body: (DTC) throws -> Result) throws -> Result {
    let dtc = try DTC()
    defer { dtc.remove() }
    return try body(dtc)
  }

  func write(_ name: String, _ bytes: [UInt8]) throws {
    try Data(bytes).write(to: folder.appendingPathComponent(name))
  }

  func read(_ name: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: folder.appendingPathComponent(name)))
  }

  /// Runs a shell script in the folder and gives what it prints.
  @discardableResult
  func shell(_ script: String) throws -> String {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/sh")
    process.arguments = ["-ec", script]
    process.currentDirectoryURL = folder
    let output = folder.appendingPathComponent("output-" + UUID().uuidString)
    try Data().write(to: output)
    process.standardOutput = try FileHandle(forWritingTo: output)
    let errors = folder.appendingPathComponent("errors-" + UUID().uuidString)
    try Data().write(to: errors)
    process.standardError = try FileHandle(forWritingTo: errors)
    try process.run()
    process.waitUntilExit()
    let text = String(decoding: try Data(contentsOf: output), as: UTF8.self)
    guard process.terminationStatus == 0 else {
      let complaint = String(decoding: try Data(contentsOf: errors), as: UTF8.self)
      throw Failure(
        description: "\(script): status \(process.terminationStatus)\n\(text)\(complaint)")
    }
    return text
  }

  /// Compiles a source.
  static func compile(_ source: String, options: String = "") throws -> [UInt8] {
    try inFolder { dtc in
      try dtc.write("in.dts", Array(source.utf8))
      try dtc.shell("dtc -q -q \(options) -I dts -O dtb -o out.dtb in.dts")
      return try dtc.read("out.dtb")
    }
  }

  /// Reads a flattened tree and writes it again.
  static func rewrite(_ file: [UInt8]) throws -> [UInt8] {
    try inFolder { dtc in
      try dtc.write("in.dtb", file)
      try dtc.shell("dtc -f -q -q -I dtb -O dtb -o out.dtb in.dtb")
      return try dtc.read("out.dtb")
    }
  }

  /// Gives the source of a flattened tree, nodes and properties sorted by name.
  static func sortedSource(_ file: [UInt8]) throws -> String {
    try inFolder { dtc in
      try dtc.write("in.dtb", file)
      return try dtc.shell("dtc -f -q -q -s -I dtb -O dts in.dtb")
    }
  }

  /// Asks fdtget for a property.
  static func get(_ file: [UInt8], _ options: String, _ path: String, _ name: String) throws
    -> String
  {
    try inFolder { dtc in
      try dtc.write("in.dtb", file)
      return try dtc.shell("fdtget \(options) in.dtb \(path) \(name)")
        .trimmingCharacters(in: .newlines)
    }
  }
}

extension DeviceTree {
  init(_ file: [UInt8]) throws(DeviceTreeError) {
    try self.init(flattened: file.span)
  }

  /// Compiles a source with dtc and reads the result.
  init(source: String, options: String = "") throws {
    try self.init(try DTC.compile(source, options: options))
  }
}

/// Files that tests share.
enum Samples {
  /// Where kernels and their device trees are kept.
  static let cache: URL =
    ProcessInfo.processInfo.environment["SWIFT_KEXEC_CACHE"].map { URL(fileURLWithPath: $0) }
    ?? (ProcessInfo.processInfo.environment["XDG_CACHE_HOME"].map { URL(fileURLWithPath: $0) }
    ?? FileManager.default.homeDirectoryForCurrentUser.appendingPathComponent(".cache"))
    .appendingPathComponent("swift-kexec")

  /// The device trees of Debian's armmp kernel, as far as they have been fetched.
  static let boards: [URL] =
    ((try? FileManager.default.contentsOfDirectory(
      at: cache.appendingPathComponent("dtbs"), includingPropertiesForKeys: nil)) ?? [])
    .filter { $0.pathExtension == "dtb" }
    .sorted { $0.path < $1.path }

  /// The tree that QEMU makes for its virt board: 1 MiB, most of it space to grow.
  static let virt = Result {
    try DTC.inFolder { dtc in
      try dtc.shell("qemu-system-arm -M virt,dumpdtb=virt.dtb -m 512M -nic none -display none")
      return try dtc.read("virt.dtb")
    }
  }

  /// A tree with what a boot loader leaves behind.
  static let board = """
    /dts-v1/;
    /memreserve/ 0x48000000 0x2000;
    /memreserve/ 0x49000000 0x123456;
    /memreserve/ 0x4fff0000 0x10000;
    / {
      #address-cells = <1>; #size-cells = <1>;
      model = "Test Board"; compatible = "test,board", "test,family";
      chosen {
        bootargs = "console=ttyAMA0 root=/dev/old";
        stdout-path = "/soc/serial@9000000:115200";
        linux,initrd-start = <0x49000000>; linux,initrd-end = <0x49123456>;
        linux,elfcorehdr = <0x4e000000 0x1000>;
        linux,usable-memory-range = <0x44000000 0x4000000>;
        rng-seed = [01 02 03 04 05 06 07]; kaslr-seed = <0 0>;
      };
      memory@40000000 {
        device_type = "memory"; reg = <0x40000000 0x10000000>, <0x60000000 0>;
        linux,usable-memory = <0x41000000 0x1000000>;
      };
      memory@80000000 { device_type = "memory"; reg = <0x80000000 0x10000000 0x1>; };
      memory@90000000 { device_type = "memory"; reg = <0x90000000 0x1000>; status = "disabled"; };
      not-memory@a0000000 { reg = <0xa0000000 0x1000>; };
      reserved-memory {
        #address-cells = <1>; #size-cells = <1>; ranges;
        secure@4f000000 { reg = <0x4f000000 0x100000>, <0x4f200000 0x1000>; no-map; };
        frame@4e800000 { reg = <0x4e800000 0x100000>; status = "okay"; };
        off@4e700000 { reg = <0x4e700000 0x100000>; status = "disabled"; };
        odd@4e600000 { reg = <0x4e600000>; };
        pool { size = <0x4000000>; alignment = <0x400000>; reusable;
          compatible = "shared-dma-pool"; alloc-ranges = <0x40000000 0x10000000>; };
      };
      soc { #address-cells = <1>; #size-cells = <1>; ranges;
        serial@9000000 { compatible = "arm,pl011"; reg = <0x9000000 0x1000>; };
        timer@a000000 { reg = <0xa000000 0x1000>; }; timer@b000000 { reg = <0xb000000 0x1000>; };
        memory@c000000 { device_type = "memory"; reg = <0xc000000 0x1000>; };
      };
      aliases { serial0 = "/soc/serial@9000000"; };
    };
    """
}
