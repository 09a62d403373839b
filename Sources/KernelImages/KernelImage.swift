// SPDX-License-Identifier: Apache-2.0
import PhysicalMemory

/// A file with a kernel in it, or with a companion of a kernel.
public struct KernelImage: Sendable, Hashable {
  /// The layers, outermost first.
  public var layers: [ImageLayer] = []
  /// The facts about the 32-bit ARM kernel inside, or nil when there is none.
  public var kernel: ARMKernel?
  /// The kernel as its wrappers hold it: a zImage cut at its own length, or a plain Image.
  public var kernelBytes: ImageBytes?
  /// The kernel as it runs, for the handover of a plain Image. It is inflated only on demand.
  public var imageBytes: ImageBytes?
  /// The reason why the kernel cannot be inflated here; nil when it can.
  public var whyNotInflated: KernelImageError?
  /// Initial ramdisks that came with the kernel, in the order in which they are unpacked.
  public var initrds: [Companion] = []
  /// Device trees that came with the kernel, one of which the new kernel may get. For a FIT it is
  /// the tree of the configuration.
  public var deviceTrees: [HeldTree] = []
  /// Device trees and overlays that only other configurations of a FIT use.
  public var otherTrees: [HeldTree] = []
  /// The configurations of a FIT, in their order.
  public var configurations: [FITConfiguration] = []
  /// The command line that came with the kernel.
  public var commandLine: String?
  /// The architecture, when it is not 32-bit ARM.
  public var otherArchitecture: String?
  /// The place that U-Boot loads the kernel of a uImage to; nil when the file is no uImage.
  public var uImagePlace: UImagePlace?
  /// The diagnostics for the user.
  public var diagnostics: [Diagnostic] = []

  /// A file that came in the same wrapper as the kernel.
  public struct Companion: Sendable, Hashable {
    /// The place of its bytes.
    public var bytes: ImageBytes
    /// The place where it was found: `Android ramdisk`.
    public var origin: String

    /// Groups the facts about a companion.
    public init(_ bytes: ImageBytes, origin: String) {
      self.bytes = bytes
      self.origin = origin
    }
  }

  /// Makes an empty description.
  public init() {}

  /// Whether the kernel is one for 32-bit ARM.
  public var isARM: Bool { if case .some = kernel { true } else { false } }

  /// Whether the file is a bundle.
  public var isBundle: Bool { kernel?.isBundle == true }

  /// The names of the layers, outermost first: `["uImage", "zImage", "xz", "Image"]`.
  public var chain: [String] { layers.map { $0.kind.name } }

  /// Identifies a file by its content.
  ///
  /// - Parameters:
  ///   - file: The whole file.
  ///   - options: The user's statements about it.
  /// - Returns: The layers, and the facts about the kernel in the innermost one.
  /// - Throws: ``KernelImageError`` with the part that was read, the place, and the bytes there.
  @inline(never)
  public static func identify(
    _ file: Span<UInt8>, options: IdentificationOptions = IdentificationOptions()
  ) throws(KernelImageError) -> Self {
    var identification = Identification(options)
    try identification.identify(file)
    return identification.image
  }

  /// Identifies a file, as far as it can be read.
  ///
  /// - Parameters:
  ///   - file: The whole file.
  ///   - options: The user's statements about it.
  /// - Returns: The findings, and the error that ended the reading; nil without an error.
  public static func read(
    _ file: Span<UInt8>, options: IdentificationOptions = IdentificationOptions()
  ) -> (image: Self, end: KernelImageError?) {
    var identification = Identification(options)
    do throws(KernelImageError) {
      try identification.identify(file)
      return (identification.image, nil)
    } catch {
      return (identification.image, error)
    }
  }

  /// Produces the kernel as it runs.
  ///
  /// - Parameters:
  ///   - file: The file that was identified.
  ///   - limit: The most bytes that inflating may yield.
  /// - Returns: Exactly as many bytes as ``ARMKernel/inflatedBytes`` says; anything else is an error.
  /// - Throws: ``KernelImageError`` with the part that was read, the place, and the bytes there.
  public func inflatedImage(
    of file: Span<UInt8>, limit: UInt64 = IdentificationOptions.defaultInflationLimit
  ) throws(KernelImageError) -> [UInt8] {
    guard let imageBytes else {
      throw whyNotInflated ?? .missing(what: "the file", name: "32-bit ARM kernel")
    }
    let bytes = try imageBytes.copy(of: file, limit: limit)
    guard let kernel, UInt64(bytes.count) != kernel.inflatedBytes.value.rawValue else {
      return bytes
    }
    throw .checksum(
      what: "the size of the inflated kernel", stored: kernel.inflatedBytes.value.description,
      computed: ByteCount(bytes.count).description)
  }
}
