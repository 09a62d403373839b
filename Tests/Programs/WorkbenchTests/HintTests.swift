// SPDX-License-Identifier: Apache-2.0
import BootPlanning
import Bundles
import DeviceTree
import Foundation
import Inflation
import KernelImages
import LinuxInterface
import PhysicalMemory
import QEMULab
import Reporting
import Testing

/// Every error ends with the next thing to try. That each case has a hint the compiler asks for; here
/// it is asked that none is empty, and that no type of error is new.
struct HintTests {
  static let cut = InflationError.truncated(
    InflationError.Position(compression: .gzip, offset: 0, produced: 0))
  static let image: [KernelImageError] = [
    .empty, .truncated(what: "x", needed: 2, present: 1),
    .invalid(what: "x", field: "y", offset: 0, value: 0),
    .checksum(what: "x", stored: "0", computed: "1"), .noPayload(zImageBytes: 1),
    .inflation(what: "x", offset: 0, cause: cut),
    .inflation(what: "x", offset: 0, cause: .needsTooMuchMemory(cut.position, needed: 1)),
    .inflation(what: "x", offset: 0, cause: .outOfMemory(cut.position)),
    .inflation(what: "x", offset: 0, cause: .exceedsLimit(cut.position, limit: 1)),
    .inflation(what: "x", offset: 0, cause: .unsupported(cut.position, "y")),
    .tooLarge(what: "x", limit: 1),
    .tooDeep(limit: 1), .missing(what: "x", name: "y"),
    .tooMany(what: "x", limit: 1), .noConfiguration(name: "x", known: ["y"]),
    .otherArchitecture(wrapper: "x", claimed: "y", found: "z"),
    .wrongType(expected: "x", found: "y"), .bundle(.manifestDigest),
    .notBuiltIn(architecture: "arm"),
  ]
  static let problems: [DeviceTreeError.Problem] = [
    .truncated(needed: 2, available: 1), .wrongMagic(0), .unsupportedVersion(1, lastCompatible: 1),
    .misaligned(1, to: 4), .unexpectedToken(0, expected: "x"), .invalidName("x"),
    .tooMany("x", limit: 1), .malformed("x"), .missing("x"), .ambiguous("x"),
    .doesNotFit(1, cells: 1),
  ]
  static let trees = problems.flatMap { problem in
    [.header, .overlay("/"), .atags].map { DeviceTreeError($0, problem) }
  }
  static let system: [LinuxInterfaceError.Problem] =
    [
      .memory(.zeroed), .tree(DeviceTreeError(.header, .wrongMagic(0))), .inflation(cut),
      .value(line: 1, found: "x", expected: "y"), .archive(offset: 0, "x"),
      .tooMany("x", limit: 1), .missing("x"), .noMachine,
    ]
    + [Errno.accessDenied, .notPermitted, .noSuchFile, .noMemory].map { .system($0, "read") }

  @Test("No error of a module leaves its reader without a next step")
  func modules() {
    var hints: [String: String] = [:]
    for error in Self.image { hints["\(error)"] = error.hint }
    for error in Self.trees { hints["\(error)"] = error.hint }
    for problem in Self.system {
      for subject in ["/proc/iomem", "/sys/firmware/fdt", "iomem"] {
        let error = LinuxInterfaceError(subject, problem)
        hints["\(error)"] = error.hint
      }
    }
    for error: BundleError in [
      .truncated(.tags, needed: 2, present: 1), .field(.entry, offset: 0, found: 0, bound: 0),
      .noTag(table: 0), .manifestDigest, .segmentDigest(index: 0),
      .tooLarge(.ferry, bytes: 2, limit: 1),
    ] { hints["\(error)"] = error.hint }
    for error: BootPlanError in [
      .figure("x", 0), .ruleNeedsZImage(.ratio4), .ruleNeedsZImageHandover(.ratio4), .noZImage,
      .noImage, .notInflated(.noPayload(zImageBytes: 1)), .load(PhysicalAddress(0), "x"),
      .notBuiltIn(architecture: "arm"),
    ] { hints["\(error)"] = error.hint }
    for error: BootError in [
      .notARM(path: "x", kind: .bzImage, architecture: "x86"),
      .notARM(path: "x", kind: .cpio, architecture: nil),
      .notARM(path: "x", kind: .deviceTree, architecture: nil),
      .notARM(path: "x", kind: .fit, architecture: nil),
      .notARM(path: "x", kind: nil, architecture: nil),
      .noMemory(path: "x", tree: nil), .noMemory(path: "x", tree: .noNode),
      .image(path: "x", .empty), .tree(path: "x", Self.trees[0]),
      .overlay(path: "y", Self.trees[1]), .overlayWithoutTree(path: "x"),
      .noSuchTree(path: "x", index: 4, count: 2), .vain(option: "x", why: "y"),
      .changed(segment: "x", planned: .zero, found: nil),
    ] { hints["boot \(error)"] = error.hint }
    for error: PlanDocumentError in [
      .schemaVersion(found: "2"), .missingKey(path: "x"), .repeatedKey(path: "x"),
      .wrongKind(path: "x", found: "y", expected: "z"),
      .badValue(path: "x", found: "y", expected: "z"), .tooMany(path: "x", count: 2, limit: 1),
    ] { hints["\(error)"] = error.hint }
    for error: LabError in [
      .missing(program: "x", package: "y"), .memory(bytes: 0, board: "x", limit: 1),
      .segment(name: "x", address: 0, memoryBytes: 0, why: "y"), .address("x", 0, why: "y"),
      .expression("x", why: "y"), .system(call: "x", errno: 1),
      .notStarted(command: [], said: ""), .noAnswer(to: "x", seconds: 1),
      .answer(to: "x", got: "y"),
      .placement(segment: "x", address: 0, expected: "a", found: "b"),
      .register("r0", set: 0, read: 1),
      .kernelNotReached(kernel: 0, seconds: 1, pc: nil, lastLines: []),
      .ended(kernel: 0, said: "", lastLines: []), .cancelled,
    ] { hints["\(error)"] = error.hint }
    for cause: KexecLoadCause in [
      .noCapability, .loadingDisabled, .noLoadsLeft, .filtered, .policy, .notBuiltIn(nil),
      .unknownFlags(1), .tooManySegments(17), .busy, .outsideCrashMemory(nil),
      .beyondAddressSpace(segment: "x"), .overlap("x", "y"),
      .moreThanHalf(segment: nil, needed: .zero, total: .zero),
      .notEnoughMemory(needed: .zero, available: nil), .cannotParkCPUs(count: 2, arm64: false),
      .unreadableContents, .unexplained(.noMemory),
    ] { hints["\(cause)"] = cause.remedy }
    #expect(hints.count > 100)
    for (error, hint) in hints { #expect(!hint.isEmpty, "\(error)") }
  }

  /// Errors that stand inside others, or that no file and no user can cause.
  static let inner: Set = [
    "Errno", "IomemError", "InflationError", "LZO1XFault", "JSONError", "Failure",
    "RebootCodeError", "MemoryFault", "KImageError", "KImageDefect", "TreeMergeError",
    "BootEntryError", "Missing", "UBootEnvironmentError",
  ]
  static let outer: Set = [
    "Stop", "KernelImageError", "DeviceTreeError", "LinuxInterfaceError", "BundleError",
    "BootPlanError", "BootError", "PlanDocumentError", "LabError",
    "KexecLoadError", "KexecRebootError", "MisplacedFile",
  ]

  @Test("A type of error that is new in Sources is told here whether it has hints")
  func types() throws {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
      .deletingLastPathComponent().appending(path: "Sources")
    var found: Set<String> = []
    let files = FileManager.default.enumerator(at: root, includingPropertiesForKeys: nil)
    for case let file as URL in files ?? FileManager.DirectoryEnumerator() {
      guard file.pathExtension == "swift" else { continue }
      let text = try String(contentsOf: file, encoding: .utf8)
      for match in text.matches(of: /(?:enum|struct|class) (\w+)(?:<\w+>)?:[^{\n]*\bError\b/) {
        found.insert(String(match.output.1))
      }
    }
    #expect(found == Self.inner.union(Self.outer))
  }
}
