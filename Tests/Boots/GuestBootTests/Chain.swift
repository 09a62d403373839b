// SPDX-License-Identifier: Apache-2.0
import TestLab
import Testing

/// Kernels that start one another in one run of QEMU, each with the same initrd, which checks itself
/// every time.
struct Chain: Sendable {
  /// One kernel that is loaded and started.
  struct Step: Sendable {
    enum Way: String, Sendable { case load, plan }

    var kernel: Guest.File
    var options: [String] = []
    /// Whether it is loaded at once, or by way of a saved plan.
    var way = Way.load
    /// What must come of it; the program's own choice otherwise is the image handover.
    var handover = "image"

    /// A kernel of the lab.
    init(_ kernel: LabKernel, handover: String? = nil, options: [String] = []) throws {
      self.kernel = Guest.File(
        kernel.table == .intact ? kernel.name : kernel.name + ".erased", try kernel.path)
      self.options = (handover.map { ["--handover=" + $0] } ?? []) + options
      self.handover = handover ?? "image"
    }

    /// Any other file.
    init(_ name: String, _ path: String, options: [String] = []) {
      kernel = Guest.File(name, path)
      self.options = options
    }

    var line: String {
      ([way.rawValue, "/boot/" + kernel.name] + options).joined(separator: " ")
    }
    /// The end of the kernel's release that tells Debian's two and the tiny ones apart.
    var flavour: String {
      kernel.name.hasPrefix("armmp-lpae")
        ? "-armmp-lpae" : kernel.name.hasPrefix("armmp") ? "-armmp" : ""
    }
  }

  var guest: Guest
  var steps: [Step]
  /// Where nothing may be put, but by the first steps of so many.
  var forbidden: [Range<UInt64>] = []
  var stepsBeforeForbidden = 0
  /// How much the initrd carries beside the kernels.
  var blobBytes = 6_000_000

  /// Runs all steps and gives what each kernel told, the first kernel of QEMU among them.
  func run(_ more: [Guest.File] = []) async throws -> (
    generations: [Generation], outcome: Guest.Outcome
  ) {
    var guest = guest
    let lines = steps.map(\.line).joined(separator: "\n") + "\n"
    var files: [String: Guest.File] = [:]
    for file in steps.map(\.kernel) + more { files[file.name] = file }
    let blob = try Scratch.bytes(try await LabBlob.shared.value.path).prefix(blobBytes)
    files["blob"] = Guest.File("blob", try Scratch.file("blob", blob))
    files["chain"] = Guest.File("chain", try Scratch.file("chain", lines.utf8))
    guest.files = files.keys.sorted().compactMap { files[$0] }
    let outcome = try await guest.run()
    return (Generation.read(outcome.console), outcome)
  }

  /// Runs all steps and expects each kernel to come up with its initrd intact, in the way that was
  /// asked for: by the loader's record, by what the new kernel tells of where it is, and by QEMU's
  /// account of the code that ran.
  @discardableResult
  func expectBoots(_ more: [Guest.File] = []) async throws -> [Generation] {
    let (generations, outcome) = try await run(more)
    var place = 0
    for (index, step) in steps.enumerated() {
      let comment: Comment = "step \(index + 1): \(step.line)"
      guard generations.indices.contains(index + 1) else {
        Issue.record(
          """
          \(comment) did not come up:
          \(outcome.console.suffix(60).joined(separator: "\n"))
          """)
        return generations
      }
      let old = generations[index]
      let new = generations[index + 1]
      #expect(old.first("load") == "0", comment)
      #expect(new.isIntact, comment)
      let release = try #require(new.first("release"), comment)
      #expect(flavour(release) == step.flavour, comment)
      let record = try #require(old.status?.record, comment)
      #expect(old.status?.loaded == true, comment)
      #expect(record.handover == step.handover, comment)
      #expect(record.files.first?.path == "/boot/" + step.kernel.name, comment)
      for segment in record.segments {
        for range in forbidden where index >= stepsBeforeForbidden {
          #expect(!segment.range.overlaps(range), "\(comment): \(segment.name)")
        }
      }
      // What follows does not come from the loader.
      let entry = number(record.calledEntry)
      let code = number(try #require(new.first("code"), comment))
      guard
        let jump = outcome.code.jump(
          to: entry, past: record.segments.map(\.range), after: place)
      else {
        Issue.record("\(comment): no kernel jumped to \(record.calledEntry)")
        continue
      }
      switch step.handover {
      case "image": #expect(entry == code, comment)
      default:
        #expect(entry != code, comment)
        let decompressor = try #require(record.segments.first { $0.name == "kernel" }).range
        #expect(decompressor.contains(entry), comment)
        let next = outcome.code.blocks[jump...].firstIndex(of: code)
        #expect(next != nil, comment)
      }
      place = jump
    }
    #expect(generations.count == steps.count + 1)
    return generations
  }

  /// What stands behind the version and the ABI number of Debian's kernels.
  private func flavour(_ release: String) -> String {
    release.firstRange(of: "-armmp").map { String(release[$0.lowerBound...]) } ?? ""
  }
}
