// SPDX-License-Identifier: Apache-2.0

/// Finds the verdict in the lines of a console.
struct VerdictJudge {
  private let expect: Regex<AnyRegexOutput>?
  /// The kernel's line about starting an init.
  private(set) var initLine: String?
  /// The kernel's line about an initrd that it could not unpack to the end.
  private var unpackingLine: String?
  /// Ferry's last line about a problem.
  private var ferryComplaint: String?

  /// Takes the expression that shows that the guest is up, or nil for the rules of the lab.
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
    noteUnpacking(line)
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
      if line.contains("swift-kexec verdict: initrd intact") { return up(line) }
      // Source: init/main.c (v6.1), run_init_process.
      if initLine == nil, line.contains("Run /"), line.hasSuffix(" as init process") {
        initLine = line
      }
    }
    return nil
  }

  /// Keeps the line by which the kernel gave up on its initrd: the files unpacked before stay, and
  /// an init may run on them.
  ///
  /// Source: init/initramfs.c (v4.19, v6.1), `populate_rootfs` and `do_populate_rootfs`. A kernel
  /// with BLK_DEV_RAM mounts an initrd that it cannot unpack as a disk, and prints a line then:
  /// init/do_mounts_rd.c (v6.1), `RAMDISK: … found at block`.
  private mutating func noteUnpacking(_ line: String) {
    if line.contains("Initramfs unpacking failed: ")
      || line.contains("rootfs image is not initramfs (")
    {
      unpackingLine = line
    } else if line.contains("RAMDISK: "), line.contains(" found at block ") {
      unpackingLine = nil
    }
  }

  /// Gives the verdict on a guest with a running init.
  private func up(_ line: String) -> LabVerdict {
    unpackingLine.map { .damaged(line: $0) } ?? .booted(line: line)
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

  /// Judges an unfinished line: a prompt has no end.
  func judge(unfinished line: String) -> LabVerdict? {
    guard let expect, !line.isEmpty, (try? expect.firstMatch(in: line)) != nil else { return nil }
    return .booted(line: line)
  }

  /// Gives the verdict at the end of the guest's time.
  func timeout(afterSeconds seconds: Double, lastLine: String?) -> LabVerdict {
    initLine.map(up) ?? .silent(afterSeconds: seconds, lastLine: lastLine)
  }

  /// Gives the verdict when QEMU ended by itself.
  func exit(code: Int32, lastLine: String?) -> LabVerdict {
    if code == 0, let initLine { return up(initLine) }
    return .exited(code: code, lastLine: lastLine)
  }
}
