// SPDX-License-Identifier: Apache-2.0
import Bundles
import Foundation
import SeededRandom
import TestLab
import Testing

struct TreeMergeTests {
  /// Compiles a source with dtc.
  private func compile(_ source: String) async throws -> [UInt8] {
    let file = try Scratch.file("tree.dts", ("/dts-v1/; " + source).utf8)
    let out = try Scratch.folder("tree").appending(path: "tree.dtb").path
    try await Program.succeed("dtc", "-q", "-I", "dts", "-O", "dtb", "-o", out, file)
    return try Scratch.bytes(out)
  }

  /// A tree as sorted source, by dtc: an independent reader.
  private func text(_ tree: [UInt8]) async throws -> String {
    try await Program.succeed(
      "dtc", "-q", "-s", "-I", "dtb", "-O", "dts", try Scratch.file("merged.dtb", tree)
    ).text
  }

  private func merge(
    _ loader: [UInt8], _ bundled: [UInt8], room: Int = 1 << 16
  ) throws(TreeMergeError) -> [UInt8] {
    var output = [UInt8](repeating: 0xee, count: room)
    var span = output.mutableSpan
    let count = try TreeMerge.merge(loader: loader.span, bundled: bundled.span, into: &span)
    return Array(output[..<count])
  }

  private static let bundled = """
    / { model = "ours"; chosen { bootargs = "console=ttyAMA0 quiet";
      linux,initrd-start = <0x41702000>; linux,initrd-end = <0x41d92ffc>; }; };
    """

  @Test(
    "The tree is the loader's, its command line and initrd are the bundle's",
    arguments: [
      #"chosen { bootargs = "theirs"; linux,initrd-start = <1>; linux,initrd-end = <2>; X };"#,
      #"chosen { X linux,initrd-end = <0 2>; bootargs = ""; };"#, "chosen { X };",
      #"chosen@0 { bootargs = "theirs"; X };"#,
    ])
  func merged(chosen: String) async throws {
    func source(_ chosen: String) -> String {
      """
      /memreserve/ 0x1000 0x2000; /memreserve/ 0x8000 0x1000;
      / { #address-cells = <1>; #size-cells = <1>; model = "theirs"; empty;
        \(chosen)
        memory@0 { device_type = "memory"; reg = <0 0x1000>; };
        soc { bootargs = "not chosen"; chosen { bootargs = "not this one"; }; }; };
      """
    }
    let extra = #"stdout-path = "/soc"; kaslr-seed = <1 2>; sub { bootargs = "deep"; };"#
    let ours =
      #"bootargs = "console=ttyAMA0 quiet"; linux,initrd-start = <0x41702000>; "#
      + "linux,initrd-end = <0x41d92ffc>; "
    // dtc wants properties before nodes; what X stands for has a node at its end.
    let given =
      chosen.hasSuffix("X };") || !chosen.contains("X linux")
      ? chosen.replacing("X", with: extra)
      : chosen.replacing("X ", with: "").replacing("; };", with: "; " + extra + " };")
    let name = chosen.hasPrefix("chosen@0") ? "chosen@0" : "chosen"
    let loader = try await compile(source(given))
    let result = try merge(loader, try await compile(Self.bundled))
    let expected = try await compile(source("\(name) { \(ours) \(extra) };"))
    #expect(try await text(result) == (try await text(expected)))
  }

  @Test("A tree without /chosen gets one; what the bundled tree has not is removed")
  func added() async throws {
    let bundled = try await compile(Self.bundled)
    let bare = try merge(try await compile(#"/ { a { b; }; };"#), bundled)
    let expected = try await compile(
      #"/ { a { b; }; chosen { bootargs = "console=ttyAMA0 quiet"; "#
        + "linux,initrd-start = <0x41702000>; linux,initrd-end = <0x41d92ffc>; }; };")
    #expect(try await text(bare) == (try await text(expected)))
    let emptied = try merge(bundled, try await compile("/ { };"))
    #expect(
      try await text(emptied) == (try await text(compile(#"/ { model = "ours"; chosen { }; };"#))))
  }

  @Test("fdtget reads QEMU's own tree, which is padded to 1 MiB, merged and small again")
  func virt() async throws {
    let loader = try Scratch.bytes(try await VirtTree.shared.path(mebibytes: 512))
    #expect(loader.count == 1 << 20)
    let result = try merge(loader, try await compile(Self.bundled))
    #expect(result.count < 16 << 10)
    let file = try Scratch.file("merged.dtb", result)
    func get(_ words: String...) async throws -> String {
      try await Program.succeed("fdtget", words[0], words[1], file, words[2], words[3]).text
    }
    #expect(try await get("-t", "s", "/chosen", "bootargs") == "console=ttyAMA0 quiet\n")
    #expect(try await get("-t", "x", "/chosen", "linux,initrd-end") == "41d92ffc\n")
    #expect(try await get("-t", "s", "/chosen", "stdout-path") == "/pl011@9000000\n")
    #expect(
      try await get("-t", "x", "/memory@40000000", "reg") == "0 40000000 0 20000000\n")
  }

  @Test("Too little room is an error with what is needed, and nothing is written beyond it")
  func room() async throws {
    let (loader, bundled) = (try await compile("/ { a; };"), try await compile(Self.bundled))
    let needed = try merge(loader, bundled).count
    #expect(try merge(loader, bundled, room: needed).count == needed)
    for room in [0, 39, 40, needed - 1] {
      #expect(throws: TreeMergeError.noRoom(needed: needed, room: room)) {
        _ = try merge(loader, bundled, room: room)
      }
    }
  }

  @Test("Damaged trees are errors or trees, never traps")
  func hostile() async throws {
    let loader = try Scratch.bytes(try await VirtTree.shared.packed())
    let bundled = try await compile(Self.bundled)
    var random = SplitMix64(seed: 9)
    var refused = 0
    for index in 0..<4000 {
      var (one, other) = (loader, bundled)
      for _ in 0..<random.between(1, 3) {
        let value: UInt32 =
          random.pick([0, 1, 2, 3, 4, 9, 0xffff_ffff, 0x7fff_fffc, 0xffff_fff0])
        if index % 2 == 0 {
          let offset = random.oneIn(2) ? random.below(10) * 4 : random.below(UInt64(one.count - 4))
          SampleBundle.set(value.byteSwapped, at: Int(offset), in: &one)
        } else {
          let offset = random.below(UInt64(other.count - 4))
          SampleBundle.set(value.byteSwapped, at: Int(offset), in: &other)
        }
      }
      if random.oneIn(4) { one.removeLast(Int(random.below(UInt64(one.count)))) }
      do throws(TreeMergeError) { _ = try merge(one, other) } catch { refused += 1 }
    }
    #expect(refused > 1000)
    #expect(throws: TreeMergeError.noTree) { _ = try merge([], bundled) }
  }
}
