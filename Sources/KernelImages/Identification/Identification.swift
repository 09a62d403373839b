// SPDX-License-Identifier: Apache-2.0
import Inflation
import PhysicalMemory

/// Removes the wrappers of a file, one after the other. Each format has its own extension.
struct Identification {
  let options: IdentificationOptions
  var image = KernelImage()
  /// The bytes that inflating may still yield.
  var allowance: UInt64
  /// The bytes that may still be held in memory at the same time.
  var room: UInt64
  /// The claim of the innermost wrapper that names an architecture.
  private(set) var claim: Claim?
  /// The bytes that may still be hashed; a hostile file could ask for the same ones repeatedly.
  var hashAllowance: UInt64?

  /// The most wrappers that may be nested.
  static let depthLimit = 8

  init(_ options: IdentificationOptions) {
    self.options = options
    room = options.inflationLimit / 4 * 3
    // A payload may have to be scanned twice. Only a kernel of more than half the limit is refused
    // inside a wrapper that has to be scanned, too.
    allowance = saturatingSum(options.inflationLimit, options.inflationLimit)
  }

  /// Identifies a file and compares it with the user's statements.
  mutating func identify(_ file: Span<UInt8>) throws(KernelImageError) {
    guard file.count > 0 else { throw .empty }
    try peel(file, .file, at: 0, depth: 0)
    try checkType()
    try checkClaim()
  }

  /// Identifies bytes and then their content.
  ///
  /// `bytes` is the bytes, to the end of the layer around them.
  /// `origin` is the place of the bytes.
  /// `offset` is their offset in the layer around them.
  /// `depth` is the number of wrappers removed so far.
  mutating func peel(
    _ bytes: Span<UInt8>, _ origin: ByteOrigin, at offset: UInt64, depth: Int
  ) throws(KernelImageError) {
    guard depth < Self.depthLimit else { throw .tooDeep(limit: Self.depthLimit) }
    let layer = Layer(bytes: bytes, origin: origin, offset: offset, depth: depth)
    let kind = ImageKind.detect(bytes)
    switch kind {
    case .zImage, .bundle, .retagged, .vmlinux, .image, nil: try peelARM(layer, kind)
    case .uImage: try peelUImage(layer)
    case .androidBoot: try peelAndroid(layer)
    case .vendorBoot: try peelVendorBoot(layer)
    case .fit: try peelFIT(layer)
    case .mediaTek: try peelVendor(layer, .mediaTek)
    case .spreadtrum: try peelVendor(layer, .spreadtrum)
    case .treeTable: try peelTreeTable(layer)
    case .compressed(let compression): try peelCompressed(layer, compression)
    case .deviceTree: try noteDeviceTree(layer)
    case .cpio: noteInitrd(layer)
    case .zboot: try peelZBoot(layer)
    case .unifiedKernelImage, .portableExecutable, .arm64Image, .riscvImage, .bzImage, .foreignELF:
      try noteForeign(layer)
    }
  }

  /// Identifies bytes that can only be a kernel for 32-bit ARM, or unknown.
  private mutating func peelARM(_ layer: Layer, _ kind: ImageKind?) throws(KernelImageError) {
    #if PlanARM
      switch kind {
      case .zImage: try peelZImage(layer)
      case .bundle: try peelBundle(layer)
      case .retagged: try peelRetagged(layer)
      case .vmlinux: try peelVmlinux(layer)
      default: try peelRawImage(layer)
      }
    #else
      guard kind == nil else { throw .notBuiltIn(architecture: "arm") }
      throw .notAKernel(looksLike: UnknownContent(of: layer.bytes))
    #endif
  }

  /// Compares the kind that was found with the kind that the user states.
  func checkType() throws(KernelImageError) {
    try check(options.type)
    // Only a FIT has configurations.
    if options.fitConfiguration != nil { try check(.fit) }
  }

  private func check(_ stated: ImageKind?) throws(KernelImageError) {
    guard let stated else { return }
    for layer in image.layers where layer.kind == stated { return }
    var found = ""
    for name in image.chain { found += (found.isEmpty ? "" : " → ") + name }
    throw .wrongType(expected: stated.name, found: found)
  }

  mutating func warn(_ code: DiagnosticCode, _ message: String, hint: String) {
    image.diagnostics.append(Diagnostic(code, .warning, message, hint: hint))
  }

  mutating func note(_ code: DiagnosticCode, _ message: String) {
    image.diagnostics.append(Diagnostic(code, .note, message))
  }

  /// Notes the other architecture of a file.
  mutating func noteArchitecture(_ name: String) {
    guard image.otherArchitecture == nil else { return }
    image.otherArchitecture = name
    note(.otherArchitecture, "the kernel is for " + name + "; only 32-bit ARM is planned for")
  }

  /// A wrapper's claim about the kernel in it.
  struct Claim {
    let wrapper: String
    let architecture: String
    let isARM: Bool
  }

  /// Notes the architecture that a wrapper claims for its kernel.
  mutating func claim(_ wrapper: String, architecture: String, isARM: Bool) {
    claim = Claim(wrapper: wrapper, architecture: architecture, isARM: isARM)
    if !isARM { noteArchitecture(architecture) }
  }

  /// Compares a wrapper's claim about the architecture with the kernel that was found.
  func checkClaim() throws(KernelImageError) {
    guard let claim else { return }
    let found = image.isARM ? "arm" : image.otherArchitecture
    guard let found, claim.isARM != image.isARM else { return }
    throw .otherArchitecture(
      wrapper: claim.wrapper, claimed: claim.architecture, found: found)
  }

  /// Inflates everything and subtracts it from the allowance.
  mutating func inflateWithin(
    _ input: Span<UInt8>, _ compression: Compression, at offset: UInt64, expected: UInt64? = nil
  ) throws(KernelImageError) -> WholeInflation {
    let whole = try inflateAll(
      input, compression, at: offset, limit: min(allowance, room), expected: expected)
    allowance -= min(allowance, UInt64(whole.bytes.count))
    room -= min(room, UInt64(whole.bytes.count))
    return whole
  }

  /// Scans everything as a stream and subtracts it from the allowance.
  mutating func scanWithin(
    _ input: Span<UInt8>, _ compression: Compression, into scan: inout InflatedImageScan,
    at offset: UInt64
  ) throws(KernelImageError) -> Int {
    let limit = min(allowance, options.inflationLimit)
    // A scan that found nothing took as long.
    defer { allowance -= min(allowance, scan.count) }
    return try inflate(input, compression, into: &scan, at: offset, limit: limit)
  }
}

/// The layer that is being read.
struct Layer: ~Escapable, Copyable {
  let bytes: Span<UInt8>
  let origin: ByteOrigin
  let offset: UInt64
  let depth: Int

  @_lifetime(copy bytes)
  init(bytes: Span<UInt8>, origin: ByteOrigin, offset: UInt64, depth: Int) {
    self.bytes = bytes
    self.origin = origin
    self.offset = offset
    self.depth = depth
  }

  /// The bytes, for reading numbers.
  var reader: ByteReader {
    @_lifetime(copy self) get { ByteReader(bytes) }
  }

  /// The length in bytes.
  var byteCount: UInt64 { UInt64(bytes.count) }

  /// Gives a part that a header states, or throws that the file is too short for it.
  func part(
    _ what: String, _ offset: UInt64, _ count: UInt64
  ) throws(KernelImageError) -> SafeRange {
    guard let range = SafeRange(offset, count, within: bytes.count) else {
      throw .truncated(what: what, needed: saturatingSum(offset, count), present: byteCount)
    }
    return range
  }
}
