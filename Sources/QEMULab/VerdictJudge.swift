// SPDX-License-Identifier: Apache-2.0

/// Finds the verdict in the lines of a console.
struct VerdictJudge {
  private let expect: Regex<AnyRegexOutput>?
  /// The line by which the kernel said that it starts an init.
  private(set) var initLine: String?
  /// What Ferry said last of something that went wrong.
  private var ferryComplaint: String?

  /// Takes the expression that means that the guest is up, or nil for the rules of the lab.
  ///
  /// - Throws: ``LabError/expression(_:why:)``
  init(expect text: String?) throws(LabError) {
    guard let text else {
      expect = nil
      return
    }
    do {
      expect = try Regex(text)
    } catch {
      throw LabError.expression(text, why: String(describing: error))
    }
  }

  /// Judges a finished line.
  ///
  /// - Returns: nil when the line decides nothing.
  mutating func judge(_ line: String) -> LabVerdict? {
    if let verdict = judge(unfinished: line) { return verdict }
    // Source: kernel/panic.c (v6.1), the text `Kernel panic - not syncing:`.
    if line.contains("Kernel panic") { return .panicked(line: line) }
    // The decompressor and the kernel's initramfs reader share the words of lib/decompress_*.c;
    // `-- System halted` is the decompressor's end. Source: arch/arm/boot/compressed/misc.c (v6.1).
    if line.contains("uncompression error") || line.contains("-- System halted") {
      return .uncompressionError(line: line)
    }
    if let verdict = judgeFerry(line) { return verdict }
    // Text of the lab's own initrd.
    if line.contains("swift-kexec verdict: initrd DAMAGED") { return .damaged(line: line) }
    if expect == nil {
      if line.contains("swift-kexec verdict: initrd intact") { return .booted(line: line) }
      // Source: init/main.c (v6.1), run_init_process.
      if initLine == nil, line.contains("Run /"), line.hasSuffix(" as init process") {
        initLine = line
      }
    }
    return nil
  }

  /// Judges a line of Ferry, the program at the head of a bundle; source: docs/bundle.md.
  private mutating func judgeFerry(_ line: String) -> LabVerdict? {
    guard line.hasPrefix("ferry: ") else { return nil }
    if line.hasPrefix("ferry: stopped") {
      let complaint = ferryComplaint ?? line
      return FerryFault(complaint).map { .faulted($0) } ?? .refused(line: complaint)
    }
    if line.hasPrefix("ferry: error:") || FerryFault(line) != nil { ferryComplaint = line }
    return nil
  }

  /// Judges a line that may go on: a prompt has no end.
  func judge(unfinished line: String) -> LabVerdict? {
    guard let expect, !line.isEmpty, (try? expect.firstMatch(in: line)) != nil else { return nil }
    return .booted(line: line)
  }

  /// Gives the verdict at the end of the guest's time.
  func timeout(afterSeconds seconds: Double, lastLine: String?) -> LabVerdict {
    initLine.map { .booted(line: $0) } ?? .silent(afterSeconds: seconds, lastLine: lastLine)
  }

  /// Gives the verdict when QEMU ended by itself.
  func exit(code: Int32, lastLine: String?) -> LabVerdict {
    if code == 0, let initLine { return .booted(line: initLine) }
    return .exited(code: code, lastLine: lastLine)
  }
}
