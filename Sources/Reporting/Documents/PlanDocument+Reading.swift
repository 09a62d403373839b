// SPDX-License-Identifier: Apache-2.0
public import BootPlanning
import Handover
import Inflation
import KernelImages
import PhysicalMemory

extension PlanDocument {
  /// The most segments; the kernel takes 16.
  ///
  /// Source: include/uapi/linux/kexec.h (v6.1), KEXEC_SEGMENT_MAX.
  private static let segmentLimit = 16

  /// Reads the document of a plan back.
  ///
  /// Unknown keys are ignored, so that a later program may add some. A key that is missing, stands
  /// twice or has a wrong value is an error.
  ///
  /// - Parameter bytes: The whole document in UTF-8.
  /// - Returns: The plan; writing it gives the same document. It lacks what only a planner knows: RAM
  ///   that the new kernel never learns of, and the smallest RAM that would be enough.
  /// - Throws: ``PlanDocumentError`` with the place in the document.
  public static func read(_ bytes: [UInt8]) throws(PlanDocumentError) -> BootPlan {
    let value: JSONValue
    do { value = try JSONReader.read(bytes) } catch { throw .json(error) }
    let root = DocumentNode(value: value, path: "$")
    let version = try root["schemaVersion"]
    guard version.value.unsignedInteger == schemaVersion else {
      if case .number(let digits) = version.value { throw .schemaVersion(found: digits) }
      throw .schemaVersion(found: version.value.kind)
    }
    let entry = try root["entry"]
    let registers = try root["registers"]
    guard entry.isNull == registers.isNull else {
      throw .badValue(
        path: registers.path, found: registers.value.kind,
        expected: "null exactly when $.entry is null")
    }
    let kernel = try readKernel(try root["kernel"])
    return BootPlan(
      kernel: kernel,
      rule: try root["rule"].word(PlacementRule.allCases),
      handover: try root["handover"].word(HandoverKind.allCases),
      machine: try readMachine(try root["machine"]),
      files: try readFiles(try root["files"]),
      stated: try readStated(root),
      commandLine: try root["commandLine"].string(),
      entry: entry.isNull
        ? nil : EntryState(try entry.address(), try readRegisters(registers, kernel.architecture)),
      segments: try readSegments(try root["segments"]),
      footprint: try readFootprint(try root["footprint"]),
      diagnostics: try readDiagnostics(try root["diagnostics"]))
  }

  private static func readKernel(_ node: DocumentNode) throws(PlanDocumentError) -> PlannedKernel {
    let architecture = try node["architecture"]
    guard try architecture.string() == "arm" else {
      throw .badValue(
        path: architecture.path, found: try architecture.string(), expected: "arm")
    }
    var chain: [String] = []
    for layer in try node["chain"].list(limit: 64) { chain.append(try layer.string()) }
    let zImageBytes = try node["zImageBytes"]
    let compression = try node["compression"]
    let inside: [FigureSource] = [.sizeTable, .inflatedImage, .vmlinux, .option, .estimate]
    let inflatedFrom = try node["inflatedBytesFrom"].word([
      FigureSource.sizeTable, .payload, .file, .vmlinux, .option, .estimate,
    ])
    let bssFrom = try node["bssBytesFrom"].word(inside)
    let textOffsetFrom = try node["textOffsetFrom"].word(inside)
    return PlannedKernel(
      chain: chain, architecture: .arm, fileBytes: try node["fileBytes"].byteCount(),
      zImageBytes: zImageBytes.isNull ? nil : try zImageBytes.byteCount(),
      compression: compression.isNull ? nil : try compression.word(Compression.allCases),
      inflatedBytes: Figure(
        try node["inflatedBytes"].byteCount(), inflatedFrom, inflatedFrom.words),
      bssBytes: Figure(try node["bssBytes"].byteCount(), bssFrom, bssFrom.words),
      textOffset: Figure(
        ByteCount(try node["textOffset"].hexadecimalNumber()), textOffsetFrom,
        textOffsetFrom.words))
  }

  private static func readStated(
    _ root: DocumentNode
  ) throws(PlanDocumentError) -> StatedReading {
    guard let node = try root.optional("stated") else { return StatedReading() }
    var stated = StatedReading()
    let type = try node["type"]
    if !type.isNull {
      let name = try type.string()
      guard let kind = ImageKind(named: name) else {
        throw .badValue(path: type.path, found: name, expected: "a kind of image")
      }
      stated.type = kind
    }
    let configuration = try node["fitConfiguration"]
    if !configuration.isNull { stated.fitConfiguration = try configuration.string() }
    let index = try node["treeIndex"]
    if !index.isNull { stated.treeIndex = Int(clamping: try index.byteCount().rawValue) }
    let bytes = try node["imageBytes"]
    if !bytes.isNull { stated.imageBytes = try bytes.byteCount() }
    let offset = try node["pageOffset"]
    if !offset.isNull { stated.pageOffset = try offset.hexadecimalNumber() }
    return stated
  }

  private static func readMachine(
    _ node: DocumentNode
  ) throws(PlanDocumentError) -> PlannedMachine {
    let page = try node["pageBytes"]
    let pageBytes = try page.byteCount()
    guard Alignment(bytes: pageBytes.rawValue) != nil else {
      throw .badValue(
        path: page.path, found: String(pageBytes.rawValue), expected: "a power of two")
    }
    var ram = RangeSet()
    for bank in try node["ram"].list(limit: 1024) { ram.insert(try bank.range()) }
    var reserved: [ReservedRange] = []
    for entry in try node["reserved"].list(limit: 1024) {
      reserved.append(ReservedRange(try entry.range(), why: try entry["why"].string()))
    }
    return PlannedMachine(
      pageBytes: pageBytes, memory: MemoryMap(ram: ram, reserved: reserved))
  }

  private static func readFiles(_ node: DocumentNode) throws(PlanDocumentError) -> [PlannedFile] {
    let roles: [PlannedFile.Role] = [.kernel, .initrd, .dtb, .overlay, .vmlinux]
    var files: [PlannedFile] = []
    for entry in try node.list(limit: 64) {
      let digest = try entry["sha256"]
      let sha256 = try digest.string()
      guard isDigest(sha256) else {
        throw .badValue(
          path: digest.path, found: sha256, expected: "64 lower-case hexadecimal digits")
      }
      files.append(
        PlannedFile(
          role: try entry["role"].word(roles), path: try entry["path"].string(),
          bytes: try entry["bytes"].byteCount(), sha256: sha256))
    }
    return files
  }

  private static func isDigest(_ text: String) -> Bool {
    text.utf8.count == 64
      && text.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
  }

  private static func readRegisters(
    _ node: DocumentNode, _ architecture: Architecture
  ) throws(PlanDocumentError) -> [EntryRegister] {
    var registers: [EntryRegister] = []
    for name in architecture.registers {
      registers.append(
        EntryRegister(
          name, try node[name.rawValue].hexadecimalNumber(limit: name.largestValue)))
    }
    return registers
  }

  private static func readSegments(
    _ node: DocumentNode
  ) throws(PlanDocumentError) -> [PlannedSegment] {
    let names: [PlannedSegment.Name] = [.kernel, .initrd, .dtb, .atags, .trampoline]
    var segments: [PlannedSegment] = []
    for entry in try node.list(limit: segmentLimit) {
      let range = try entry.range()
      let memory = try entry["memoryBytes"]
      guard try memory.byteCount() == range.count else {
        throw .badValue(
          path: memory.path, found: String(try memory.byteCount().rawValue),
          expected: String(range.count.rawValue) + " as first and last say")
      }
      let fileBytes = try entry["fileBytes"]
      guard try fileBytes.byteCount() <= range.count else {
        throw .badValue(
          path: fileBytes.path, found: String(try fileBytes.byteCount().rawValue),
          expected: "at most the memory of the segment")
      }
      segments.append(
        PlannedSegment(
          name: try entry["name"].word(names), range: range,
          fileBytes: try fileBytes.byteCount()))
    }
    return segments
  }

  private static func readFootprint(
    _ node: DocumentNode
  ) throws(PlanDocumentError) -> [FootprintRange] {
    let phases: [FootprintRange.Phase] = [.decompress, .kernel]
    var footprint: [FootprintRange] = []
    for entry in try node.list(limit: 256) {
      footprint.append(
        FootprintRange(
          FootprintPart(try entry["name"].string()), phase: try entry["phase"].word(phases),
          range: try entry.range()))
    }
    return footprint
  }

  private static func readDiagnostics(
    _ node: DocumentNode
  ) throws(PlanDocumentError) -> [Diagnostic] {
    let severities: [Severity] = [.error, .warning, .note]
    var diagnostics: [Diagnostic] = []
    for entry in try node.list(limit: 1024) {
      let code = try entry["code"]
      let severity = try entry["severity"].word(severities)
      let message = try entry["message"].string()
      let hint = try entry["hint"].string()
      let bytes = try entry.optional("bytes")?.byteCount()
      if let known = DiagnosticCode(try code.string()) {
        diagnostics.append(Diagnostic(known, severity, message, hint: hint, bytes: bytes))
      } else if severity != .note {
        // A note of a later version needs no action, and is left out.
        throw .badValue(path: code.path, found: try code.string(), expected: "a known code")
      }
    }
    return diagnostics
  }
}

extension FigureSource {
  /// The source in words, for a figure without a known place.
  var words: String {
    switch self {
    case .sizeTable: "size table"
    case .payload: "counted by inflating"
    case .inflatedImage: "inflated Image"
    case .file: "size of the file"
    case .decompressor: "decompressor"
    case .vmlinux: "vmlinux"
    case .option: "option"
    case .estimate: "estimate"
    }
  }
}
