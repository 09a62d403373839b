// SPDX-License-Identifier: Apache-2.0
import PhysicalMemory

/// A file with a kernel in it, or with something that goes with a kernel.
public struct KernelImage: Sendable, Hashable {
  /// The layers, outermost first.
  public var layers: [ImageLayer] = []
  /// What is known about the 32-bit ARM kernel inside, or nil when there is none.
  public var kernel: ARMKernel?
  /// The kernel as it stands in its wrappers: a zImage cut at its own length, or a plain Image.
  public var kernelBytes: ImageBytes?
  /// The kernel as it runs, for the handover of a plain Image. Inflated only when asked for.
  public var imageBytes: ImageBytes?
  /// Why the kernel cannot be inflated here, when that is so.
  public var whyNotInflated: KernelImageError?
  /// Initial ramdisks that came with the kernel, in the order they are to be unpacked.
  public var initrds: [Companion] = []
  /// Device trees that came with the kernel, one of which the new kernel may get. Of a FIT it is the
  /// one of the configuration.
  public var deviceTrees: [HeldTree] = []
  /// Device trees and overlays that only other configurations of a FIT use.
  public var otherTrees: [HeldTree] = []
  /// The configurations of a FIT, in their order.
  public var configurations: [FITConfiguration] = []
  /// The command line that came with the kernel.
  public var commandLine: String?
  /// The architecture, when it is not 32-bit ARM.
  public var otherArchitecture: String?
  /// Where U-Boot takes the kernel of a uImage; nil when the file is none.
  public var uImagePlace: UImagePlace?
  /// What the user should know.
  public var diagnostics: [Diagnostic] = []

  /// A file that came in the same wrapper as the kernel.
  public struct Companion: Sendable, Hashable {
    /// Where its bytes are.
    public var bytes: ImageBytes
    /// Where it was found: `Android ramdisk`.
    public var origin: String

    /// Notes a companion.
    public init(_ bytes: ImageBytes, origin: String) {
      self.bytes = bytes
      self.origin = origin
    }
  }

  /// Makes a description that says nothing yet.
  public init() {}

  /// Whether the kernel is one for 32-bit ARM.
  public var isARM: Bool { if case .some = kernel { true } else { false } }

  /// Whether the file is a bundle.
  public var isBundle: Bool { kernel?.isBundle == true }

  /// The names of the layers, outermost first: `["uImage", "zImage", "xz", "Image"]`.
  public var chain: [String] { layers.map { $0.kind.name } }

  /// Finds out what a file is, by its content.
  ///
  /// - Parameters:
  ///   - file: The whole file.
  ///   - options: What the user says about it.
  /// - Returns: The layers, and what is known about the kernel in the innermost one.
  /// - Throws: ``KernelImageError`` saying what was being read, where, and what stands there.
  @inline(never)
  public static func identify(
    _ file: Span<UInt8>, options: IdentificationOptions = IdentificationOptions()
  ) throws(KernelImageError) -> Self {
    var identification = Identification(options)
    try identification.identify(file)
    return identification.image
  }

  /// Finds out what a file is, as far as it can be read.
  ///
  /// - Parameters:
  ///   - file: The whole file.
  ///   - options: What the user says about it.
  /// - Returns: What was found, and what ended the reading; nil when nothing did.
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
  /// - Throws: ``KernelImageError`` saying what was being read, where, and what stands there.
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
