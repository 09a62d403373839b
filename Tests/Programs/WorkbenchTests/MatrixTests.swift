// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestLab
import Testing

/// `kx plan --matrix`.
@Suite(.enabled(if: Lab.isWanted, "needs the lab's kernels"))
struct MatrixTests {
  /// A line of the output.
  private struct Line: Decodable, Equatable {
    var schemaVersion: Int
    var machine: String?
    var kernel: String?
    var file: String?
    var handover: String?
    var fits: Bool?
    var entry: String?
    var smallestRAM: UInt64?
    var fails: String?
    var diagnostics: [String]?
  }

  /// What of a plan's document is in a line.
  private struct Plan: Decodable {
    struct Diagnostic: Decodable {
      var code: String
      var severity: String
      var message: String
      var hint: String
    }
    var handover: String
    var entry: String?
    var diagnostics: [Diagnostic]
  }

  private static func lines(_ outcome: Program.Outcome) throws -> [Line] {
    try outcome.text.split(separator: "\n").map {
      try JSONDecoder().decode(Line.self, from: Data($0.utf8))
    }
  }

  private static func iomem(_ name: String, _ text: String) throws -> String {
    try Scratch.file(name, Array((text + "\n").utf8))
  }

  /// Machines of each kind: the text of an iomem, a folder, a snapshot and a tree.
  private static func machines() async throws -> [String] {
    let folder = try Scratch.folder("machine")
    let map = "40000000-47ffffff : System RAM\n  41000000-410fffff : reserved\n"
    try Data(map.utf8).write(to: folder.appending(path: "iomem"))
    try Data("console=ttyAMA0 quiet\n".utf8).write(to: folder.appending(path: "cmdline"))
    let snapshot = try Scratch.folder("snapshot").appending(path: "notes.txt").path
    try await Program.succeed(
      "sh", "-c", "cd '\(folder.path)' && ls iomem cmdline | cpio -o -H newc >'\(snapshot)'")
    return [
      try iomem("vmlinuz", "10000000-100fffff : System RAM"), folder.path, snapshot,
      try await VirtTree.shared.path(mebibytes: 256),
    ]
  }

  @Test("Every line is what kx plan says of that pair alone, machine by machine")
  func linesArePlans() async throws {
    let kernels = try [
      LabKernel("tiny-gzip"), LabKernel("tiny-xz", .erased), LabKernel("armmp"),
    ].map { try $0.path }
    let machines = try await Self.machines()
    let options = ["--initrd", Lab.initrd, "--append", "console=ttyAMA0"]
    // A file's place in the list does not tell what it is.
    let files = [kernels[0], machines[0], machines[1], kernels[1], kernels[2]] + machines[2...]
    let outcome = try await KX.run(["plan", "--matrix"] + files + options)
    let lines = try Self.lines(outcome)
    #expect(lines.map(\.machine) == machines.flatMap { Array(repeating: $0, count: kernels.count) })
    #expect(lines.map(\.kernel) == machines.flatMap { _ in kernels })
    #expect(outcome.code == 1)
    #expect(lines.contains { $0.fits == false && $0.smallestRAM ?? 0 > 0 })
    #expect(lines.contains { $0.fits == true })
    for line in lines {
      let machine = try #require(line.machine)
      let named = machine == machines.last ? "--dtb" : "--machine"
      let alone = try await KX.run(
        ["plan", try #require(line.kernel), named, machine, "--json"] + options)
      let plan = try JSONDecoder().decode(Plan.self, from: Data(alone.output))
      let wrong = plan.diagnostics.first { $0.severity == "error" }
      #expect(line.handover == plan.handover)
      #expect(line.entry == plan.entry)
      #expect(line.fits == (plan.entry != nil))
      #expect(line.fails == wrong?.message)
      #expect(line.diagnostics == plan.diagnostics.map(\.code))
      #expect((line.fails == nil) == (alone.code == 0))
      if let smallest = line.smallestRAM {
        let digits = wrong?.hint.filter { $0.isNumber }
        #expect(digits?.contains(String(smallest)) == true, "\(wrong?.hint ?? "")")
      }
    }
  }

  @Test("The same files give the same lines, however many cores plan them")
  func order() async throws {
    let kernels = try LabKernel.tinyNames.map { try LabKernel($0).path }
    let machines = try (1...12).map { number in
      try Self.iomem(
        "m", "4\(String(number % 10))000000-4\(String(number % 10))ffffff : System RAM")
    }
    let once = try await KX.run(["plan", "--matrix"] + machines + kernels)
    let alone = try await Program.run(
      "taskset", ["-c", "0", KX.path, "plan", "--matrix"] + machines + kernels)
    #expect(once.text.split(separator: "\n").count == 60)
    #expect(once.output == alone.output)
    #expect(once.errors == alone.errors)
  }

  @Test("A file of no use is a line with the reason, and the others are planned")
  func uselessFiles() async throws {
    let kernel = try LabKernel("tiny-gzip").path
    let machine = try Self.iomem("m", "40000000-5fffffff : System RAM")
    let script = try Scratch.file("script", Array("#!/bin/sh\n".utf8))
    let hidden = try Self.iomem("hidden", "00000000-00000000 : System RAM")
    let initrd = Lab.initrd
    let absent = "/nonexistent/machine"
    let bad = [script, hidden, initrd, absent]
    let outcome = try await KX.run(["plan", "--matrix", kernel, machine] + bad)
    let lines = try Self.lines(outcome)
    #expect(outcome.code == 65)
    #expect(lines.map(\.file) == bad + [nil])
    #expect(lines.allSatisfy { $0.schemaVersion == 1 })
    let reasons = lines.compactMap(\.fails)
    #expect(reasons.count == 4)
    for (reason, word) in zip(reasons, ["script", "privilege", "initrd", "No such file"]) {
      #expect(reason.contains(word))
    }
    #expect(lines.last?.fits == true)
    for path in bad { #expect(outcome.errors.contains(path.suffix(20))) }
    let alone = try await KX.run(["plan", "--matrix", absent, kernel, machine])
    #expect(alone.code == 66)
  }

  @Test("A matrix without a machine, a kernel or any file is wrong usage, exit code 64")
  func nothing() async throws {
    let kernel = try LabKernel("tiny-gzip").path
    let machine = try Self.iomem("m", "40000000-5fffffff : System RAM")
    for arguments in [
      [], [kernel], [machine], [kernel, machine, "--ram", "0+1G"], [kernel, "--machine", machine],
    ] {
      let outcome = try await KX.run(["plan", "--matrix"] + arguments)
      #expect(outcome.code == 64, "\(arguments)")
      #expect(outcome.output.isEmpty)
    }
    let several = try await KX.run(["plan", kernel, machine])
    #expect(several.code == 64)
    #expect(several.errors.contains("--matrix"))
  }

  @Test("Where all pairs fit the exit code is 0 and the error stream has the count alone")
  func allFit() async throws {
    let kernel = try LabKernel("tiny-gzip").path
    let machine = try Self.iomem("m", "40000000-5fffffff : System RAM")
    let outcome = try await KX.run(["plan", "--matrix", machine, kernel])
    #expect(outcome.code == 0)
    #expect(
      outcome.errors == "1 pair of 1 machine and 1 kernel: 1 fit without an error, 0 do not\n")
  }

  /// A folder of machines, `m0000` on: some of 512 KiB and then 8 MiB, which no kernel fits into, or
  /// 512 MiB by turns.
  private static func manyMachines(_ count: Int, pieces: Int = 0) throws -> URL {
    let folder = try Scratch.folder("machines")
    let hexadecimal = { (address: Int) in String(address, radix: 16) }
    let begin = 0x4000_0000 + pieces << 20
    let small = (0..<pieces).map { 0x4000_0000 + $0 << 20 }
      .map { "\(hexadecimal($0))-\(hexadecimal($0 + 0x7ffff)) : System RAM\n" }.joined()
    for number in 0..<count {
      let last = begin + (number.isMultiple(of: 2) ? 0x3f_ffff : 0x1fff_ffff)
      let digits = String(number)
      let text = small + "\(hexadecimal(begin))-\(hexadecimal(last)) : System RAM\n"
      try Data(text.utf8).write(
        to: folder.appending(path: "m" + String(repeating: "0", count: 4 - digits.count) + digits))
    }
    return folder
  }

  @Test("Each kernel is inflated once, however many machines there are")
  func inflatedOnce() async throws {
    let folder = try Scratch.folder("count")
    let (library, counts) = (folder.path + "/count.so", folder.path + "/counts")
    let source = Lab.repository.appending(path: "scripts/lib/count-decoders.c").path
    try await Program.succeed("gcc", "-shared", "-fPIC", "-o", library, source, "-ldl")
    // A size table tells what a kernel inflates to; without one it must be tried.
    let kernels = try [
      LabKernel("tiny-gzip"), LabKernel("tiny-lz4"), LabKernel("armmp"),
      LabKernel("tiny-gzip", .erased), LabKernel("tiny-xz", .erased),
      LabKernel("tiny-lz4", .erased),
    ].map { try $0.path }
    let machines = try Self.manyMachines(9)
    for count in [1, 9] {
      let names = (0..<count).map { machines.path + "/m000\($0)" }
      let outcome = try await Program.run(
        "env",
        ["LD_PRELOAD=" + library, "COUNT_DECODERS=" + counts, KX.path, "plan", "--matrix"]
          + kernels + names)
      #expect(outcome.text.split(separator: "\n").count == kernels.count * count)
    }
    let told = try String(contentsOfFile: counts, encoding: .utf8).split(separator: "\n")
    // `timeout` and `env` inflate nothing, and tell so.
    let lines = told.filter { !$0.hasSuffix("bytes 0") }
    #expect(lines.count == 2)
    #expect(lines.allSatisfy { $0.hasPrefix("gzip 1 bzip2 0 xz 1 zstd 0 lz4 1 bytes ") })
    #expect(lines.first == lines.last)
  }

  @Test("One damaged kernel costs no other its lines; two names of one file are two kernels")
  func damage() async throws {
    let whole = [UInt8](
      try Data(contentsOf: URL(filePath: LabKernel("tiny-gzip", .erased).path)))
    // Its stream is broken in the middle; nothing else tells its size.
    var broken = whole
    for at in broken.count / 2..<broken.count / 2 + 64 { broken[at] ^= 0xff }
    let damaged = try Scratch.file("damaged", broken)
    let cut = try Scratch.file("cut", Array(whole.prefix(whole.count / 2)))
    let good = try Scratch.file("good", whole)
    let link = try Scratch.folder("link").appending(path: "vmlinuz").path
    try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: good)
    let folder = try Self.manyMachines(2)
    let machines = ["m0000", "m0001"].map { folder.path + "/" + $0 }
    let outcome = try await KX.run(["plan", "--matrix", damaged, good, cut, link] + machines)
    let lines = try Self.lines(outcome)
    let ofGood = lines.filter { $0.kernel == good }
    #expect(ofGood.map(\.machine) == machines)
    #expect(ofGood.map(\.fits) == [false, true])
    func bare(_ line: Line) -> Line {
      var line = line
      line.kernel = nil
      return line
    }
    #expect(lines.filter { $0.kernel == link }.map(bare) == ofGood.map(bare))
    for path in [damaged, cut] {
      // Told of as a file, or with each machine; never as if all were well.
      let told = lines.filter { $0.file == path || $0.kernel == path }
      #expect(!told.isEmpty)
      for line in told { #expect(line.fails != nil || line.diagnostics?.isEmpty == false) }
    }
  }

  @Test("A folder is a machine if it has an iomem; one that has none, or a broken tree, is told of")
  func folders() async throws {
    let kernel = try LabKernel("tiny-gzip").path
    let good = try Scratch.folder("good")
    let empty = try Scratch.folder("empty")
    let broken = try Scratch.folder("broken")
    for folder in [good, broken] {
      try Data("40000000-5fffffff : System RAM\n".utf8).write(to: folder.appending(path: "iomem"))
    }
    try Data("no tree".utf8).write(to: broken.appending(path: "fdt"))
    let outcome = try await KX.run(
      ["plan", "--matrix", empty.path, broken.path, good.path + "/", kernel])
    let lines = try Self.lines(outcome)
    #expect(lines.map(\.file) == [empty.path, broken.path, nil])
    #expect(lines[0].fails?.contains("iomem") == true)
    #expect(lines[1].fails?.contains("device tree") == true, "\(lines[1])")
    #expect(lines[2].machine == good.path + "/" && lines[2].fits == true)
    #expect(outcome.code == 66)
  }

  @Test("What does not fit: exit code 1, the smallest RAM in line and table, the count at the end")
  func failures() async throws {
    let kernel = try LabKernel("tiny-gzip").path
    let machines = try (0..<50).map {
      try Self.iomem("small", "4\(String($0 % 10))000000-4\(String($0 % 10))0fffff : System RAM")
    }
    let outcome = try await KX.run(
      ["plan", "--matrix", kernel, "--handover", "image"] + machines,
      environment: ["COLUMNS": "100"])
    #expect(outcome.code == 1)
    let lines = try Self.lines(outcome)
    #expect(lines.count == 50)
    for line in lines {
      #expect(
        line.fits == false && line.entry == nil && line.diagnostics?.contains("KX103") == true)
    }
    // With so much RAM, and with 2 MiB less, it is as the line says: less may do, with a warning.
    let smallest = try #require(lines[0].smallestRAM)
    for (size, isEnough) in [(smallest, true), (smallest - 0x20_0000, false)] {
      let end = String(0x4000_0000 + size - 1, radix: 16)
      let machine = try Self.iomem("enough", "40000000-\(end) : System RAM")
      let retried = try Self.lines(
        try await KX.run(["plan", "--matrix", kernel, machine, "--handover", "image"]))
      let line = try #require(retried.first)
      let isWarned = line.diagnostics?.contains("KX164") == true
      #expect((line.fits == true && !isWarned) == isEnough, "\(size)")
    }
    let table = outcome.errors.split(separator: "\n")
    #expect(table[0] == "does not fit: 50")
    #expect(
      table[1...40].allSatisfy { $0.hasSuffix("needs \(smallest >> 20) MiB of RAM") })
    #expect(table[41] == "  and 10 more")
    #expect(table[42] == "50 pairs of 50 machines and 1 kernel: 0 fit without an error, 50 do not")
    #expect(table.count == 43)
  }

  @Test("On a terminal it is shown how far it is, and ^C takes that away and leaves whole lines")
  func progress() async throws {
    let kernels = try LabKernel.tinyNames.map { try LabKernel($0).path }
    let folder = try Scratch.folder("progress")
    let output = folder.path + "/lines"
    // Machines of so much RAM in pieces as takes one core four seconds here, for what is planned in
    // half a second shows nothing. Time of the CPU tells, which other work beside it leaves alone.
    let plan = "taskset -c 0 \(KX.path) plan --matrix \(kernels.joined(separator: " ")) m*"
    func script(_ name: String, _ pieces: Int, _ lines: String) throws -> String {
      let machines = try Self.manyMachines(400, pieces: pieces).path
      return try Scratch.file(name, Array("cd '\(machines)'\n\(lines)\n".utf8))
    }
    let sample = try await Program.run(
      "bash", [try script("sample", 100, "TIMEFORMAT=%U\ntime \(plan) >'\(output)' 2>&1")])
    let seconds = try #require(Double(sample.errors.filter { !$0.isWhitespace }), "\(sample)")
    let pieces = min(max(Int(100 * 4 / max(seconds, 0.2)), 50), 2000)
    let whole = try await PseudoTerminal.run(
      ["bash", try script("whole", pieces, "\(plan) >'\(output)'")])
    #expect(whole.code == 1)
    // It is drawn ten times a second, and what is written to a file does not take it away.
    let draws = whole.text.split(separator: "\rplanning  ").count - 1
    let erasures = whole.text.split(separator: "\r\u{1b}[K", omittingEmptySubsequences: false).count
    #expect(draws >= 2 && erasures <= 3, "\(draws), \(erasures)")
    #expect(whole.text.contains(" of 2 000  "))
    let table = try #require(whole.text.range(of: "\r\u{1b}[K", options: .backwards))
    #expect(!whole.text[table.upperBound...].contains("planning"))
    #expect(whole.text.contains("2000 pairs of 400 machines and 5 kernels:"))
    // With job control, since without it a shell has what runs aside pass over ^C.
    let interrupted = try script(
      "stop", pieces,
      """
      rm '\(output)'
      \(plan) m* m* m* m* >'\(output)' &
      until test -s '\(output)'; do sleep 0.1; done
      sleep 1
      kill -INT %1
      wait %1
      """)
    let stopped = try await PseudoTerminal.run(["bash", "-m", interrupted])
    #expect(stopped.code == 130)
    #expect(stopped.text.contains("planning  "))
    let last = try #require(stopped.text.range(of: "planning", options: .backwards))
    #expect(stopped.text[last.upperBound...].contains("\u{1b}[K\r\u{1b}[K"), "\(stopped.text)")
    #expect(!stopped.text.contains("pairs of"))
    let text = try String(contentsOfFile: output, encoding: .utf8)
    #expect(text.hasSuffix("}\n"))
    let written = text.split(separator: "\n").count
    #expect((1..<10_000).contains(written))
  }

  @Test("A reader that goes ends it quietly; an output that cannot be written is an error, code 74")
  func lostOutput() async throws {
    let kernel = try LabKernel("tiny-gzip").path
    // More than a pipe holds.
    let command = "\(KX.path) plan --matrix \(kernel) \(try Self.manyMachines(600).path)/*"
    let gone = try await Program.run(
      "bash", ["-c", "\(command) | head -n 1; echo ${PIPESTATUS[0]}"])
    let lines = gone.text.split(separator: "\n")
    // 128 and the number of SIGPIPE.
    #expect(lines.count == 2 && lines[1] == "141", "\(gone.text)")
    #expect(!gone.errors.contains("error"))
    for target in [">/dev/full", ">&-"] {
      let lost = try await Program.run("bash", ["-c", "\(command) \(target)"])
      #expect(lost.code == 74, "\(target)")
      #expect(lost.errors.contains("error: the output cannot be written: "), "\(target)")
    }
  }
}
