// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestLab

/// A tiny kernel in every kind of file that is loaded.
struct KernelFiles {
  let zImage: String
  let image: String
  let imageGzip: String
  let uImageOfZImage: String
  let uImageOfImage: String
  let vmlinux: String
  let zImageWithTree: String
  let android: String
  let fit: String

  /// Makes the files that are not in the cache.
  init() async throws {
    let kernel = LabKernel("tiny-gzip")
    let folder = try Scratch.folder("formats")
    func new(_ name: String) -> String { folder.appending(path: name).path }
    zImage = try kernel.path
    image = kernel.folder + "/Image"
    vmlinux = kernel.folder + "/vmlinux"
    let tree = try await VirtTree.shared.packed()

    imageGzip = new("Image.gz")
    let packed = try await Program.succeed("gzip", "-nc", image)
    try Data(packed.output).write(to: URL(filePath: imageGzip))

    // The addresses are those of another board: they are not to be believed.
    func wrap(_ file: String, _ name: String) async throws -> String {
      try await Program.succeed(
        "mkimage", "-A", "arm", "-O", "linux", "-T", "kernel", "-C", "none", "-a", "0x80008000",
        "-e", "0x80008000", "-n", "lab", "-d", file, new(name))
      return new(name)
    }
    uImageOfZImage = try await wrap(zImage, "uImage.zImage")
    uImageOfImage = try await wrap(image, "uImage.Image")

    zImageWithTree = new("zImage.dtb")
    try Data(try Scratch.bytes(zImage) + (try Scratch.bytes(tree)))
      .write(to: URL(filePath: zImageWithTree))

    android = new("boot.img")
    try Data(Self.androidImage(try Scratch.bytes(zImage))).write(to: URL(filePath: android))

    fit = new("fit.itb")
    let source = new("fit.its")
    try Self.fitSource(zImage, tree).write(toFile: source, atomically: true, encoding: .utf8)
    try await Program.succeed("mkimage", "-f", source, fit)
  }

  /// An Android boot image of version 0 with nothing but a kernel.
  ///
  /// Source: AOSP, system/tools/mkbootimg, include/bootimg/bootimg.h.
  private static func androidImage(_ kernel: [UInt8]) -> [UInt8] {
    let page = 2048
    func word(_ value: Int) -> [UInt8] {
      (0..<4).map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) }
    }
    func padded(_ bytes: [UInt8]) -> [UInt8] {
      bytes + [UInt8](repeating: 0, count: (page - bytes.count % page) % page)
    }
    let sizes = [
      kernel.count, 0x8000_8000, 0, 0x8100_0000, 0, 0x80f0_0000, 0x8000_0100, page, 0, 0,
    ]
    return padded(Array("ANDROID!".utf8) + sizes.flatMap(word)) + padded(kernel)
  }

  private static func fitSource(_ kernel: String, _ tree: String) -> String {
    """
    /dts-v1/;
    / {
      description = "lab";
      images {
        kernel {
          data = /incbin/("\(kernel)");
          type = "kernel";
          arch = "arm";
          os = "linux";
          compression = "none";
          load = <0x80008000>;
          entry = <0x80008000>;
          hash { algo = "sha256"; };
        };
        fdt {
          data = /incbin/("\(tree)");
          type = "flat_dt";
          arch = "arm";
          compression = "none";
          hash { algo = "sha256"; };
        };
      };
      configurations {
        default = "lab";
        lab { kernel = "kernel"; fdt = "fdt"; };
      };
    };
    """
  }
}
