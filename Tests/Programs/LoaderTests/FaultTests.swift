// SPDX-License-Identifier: Apache-2.0
import LinuxInterface
import Testing

@testable import kexec

@Suite("Every call failing in turn")
struct FaultTests {
  struct Scenario: Sendable, CustomTestStringConvertible {
    let line: String
    var isLoaded = false
    var hasSystemd = true
    var testDescription: String { line + (hasSystemd ? "" : " (no systemd)") }

    func loader() -> Loader {
      let loader = Loader()
      if !hasSystemd { loader.kernel.directories.remove("/run/systemd/system") }
      loader.kernel.files["/tmp/machine"] = Self.prepared.snapshot
      loader.kernel.files["/tmp/plan.json"] = Self.prepared.plan
      return isLoaded ? loader.loaded() : loader
    }

    /// Made by the loader itself.
    private static let prepared = {
      let snapshot = Loader()
      _ = snapshot.run("--snapshot=/tmp/machine")
      let plan = Loader()
      let text = plan.run("-l /boot/zImage --initrd=/boot/initrd --dry-run --json").output
      return (snapshot: snapshot.kernel.files["/tmp/machine"], plan: Array(text.utf8))
    }()
  }

  static let files = "/boot/zImage --initrd=/boot/initrd --append=console=ttyAMA0"
  static let scenarios: [Scenario] = [
    Scenario(line: "-l " + files), Scenario(line: "-d -l " + files, isLoaded: true),
    Scenario(line: "-l --json --dtb=/boot/board.dtb " + files),
    Scenario(line: "-l --reuse-cmdline --atags " + files),
    Scenario(line: "--handover=zimage " + files), Scenario(line: files, hasSystemd: false),
    Scenario(line: "--log=/var/log/kexec " + files), Scenario(line: "-f " + files),
    Scenario(line: "-f -x -y --log=/var/log/kexec " + files),
    Scenario(line: "-l --log=/var/log/kexec " + files),
    Scenario(line: "-e", isLoaded: true),
    Scenario(line: "-e -d --log=/var/log/kexec", isLoaded: true),
    Scenario(line: "-u", isLoaded: true), Scenario(line: "-p -u", isLoaded: true),
    Scenario(line: "-S -l", isLoaded: true), Scenario(line: "-S --json"),
    Scenario(line: "--print-ckr-size"), Scenario(line: "--help"), Scenario(line: "--version"),
    Scenario(line: "--snapshot=/tmp/new"), Scenario(line: "--snapshot=-"),
    Scenario(line: "--check"), Scenario(line: "--check " + files),
    Scenario(line: "--check --json --handover=zimage " + files),
    Scenario(line: "-l --dry-run " + files), Scenario(line: "-l --dry-run --json " + files),
    Scenario(line: "-l --dry-run --machine=/tmp/machine " + files),
    Scenario(line: "--load-plan=/tmp/plan.json"),
  ]

  static let silent: [Errno] = [.noSuchFile, .accessDenied]
  static let reading: [Errno] = silent + [.inputOutput, .noMemory]
  static let writing: [Errno] = [.noSpace, .readOnlyFileSystem, .inputOutput, .accessDenied]

  /// What may become of a call.
  static func errors(_ call: KernelCall) -> [Errno] {
    switch call {
    case .readFile, .mapFile, .listDirectory, .fileStatus: reading
    case .writeFile: writing + [.noSuchFile]
    case .write: [Errno(32), .noSpace]
    case .kexecLoad:
      [
        .notPermitted, .accessDenied, .noSuchCall, .busy, .invalidArgument, .addressNotAvailable,
        .noMemory, .badAddress,
      ]
    case .rebootIntoLoadedKernel: [.notPermitted, .invalidArgument, .busy, .noSuchCall]
    case .networkInterfaces, .setFlags: [.notPermitted, .noMemory]
    case .systemName, .read: [.badAddress]
    case .randomBytes: [.tryAgain]
    case .run: reading + [.tryAgain]
    case .sync: []
    }
  }

  @Test(
    "It is told, ends with a documented code, and leaves nothing half done", arguments: scenarios)
  func inTurn(scenario: Scenario) {
    let baseline = scenario.loader()
    let expected = baseline.run(scenario.line)
    #expect(expected.exit == .done || scenario.line.contains("-S"), "\(expected.complaints)")
    for (place, recorded) in baseline.kernel.calls.enumerated() where recorded.failure == nil {
      for errno in Self.errors(recorded.call) {
        let loader = scenario.loader()
        loader.kernel.failures[.call(place)] = errno
        let found = loader.run(scenario.line)
        if let fault = Self.fault(
          recorded.call, errno, (baseline, expected), (loader, found))
        {
          Issue.record(
            "\(recorded.call.description.prefix(120)) = \(errno): \(fault)\n\(found)\n\(loader.deeds)"
          )
        }
      }
    }
  }

  typealias Run = (loader: Loader, outcome: Loader.Outcome)

  /// What is wrong with a run in which a call failed; nil when it is in order.
  static func fault(
    _ call: KernelCall, _ errno: Errno, _ baseline: Run, _ run: Run
  ) -> String? {
    let found = run.outcome
    let text = found.output + found.complaints
    let expected = baseline.outcome
    let old = expected.output + expected.complaints
    func added(_ word: String) -> Bool {
      text.components(word) > old.components(word)
    }
    guard found.exit != nil else { return "an exit code that is not documented" }
    let deeds = run.loader.deeds
    if deeds.contains("load failed"),
      deeds.contains(where: { $0.hasPrefix("write") })
        || deeds.contains("reboot") || deeds.contains("systemctl kexec")
    {
      return "something was done after a load that failed"
    }
    let isLoaded = deeds.contains("load")
    switch call {
    case .write(_, .standardError):
      return found.status == expected.status && deeds == baseline.loader.deeds
        ? nil : "a message that cannot be written changes what is done"
    case .write(_, .standardOutput):
      return found.exit == .unwritable && added("error: ") ? nil : "the output is lost unsaid"
    // What stays the same without: the hour of a record, the identity of this start.
    case .read, .readFile("/proc/sys/kernel/random/boot_id"): return nil
    case .randomBytes where found.status == expected.status: return nil
    // That there is none is an answer, and no failure.
    case .fileStatus("/run/systemd/system") where errno == .noSuchFile: return nil
    case .fileStatus("/run/kexec.json") where errno == .noSuchFile: return nil
    default: break
    }
    if found.status == 0 || found.status == expected.status {
      let isQuiet = deeds == baseline.loader.deeds && found.output == expected.output
      let isDeed = !deeds.elementsEqual(baseline.loader.deeds)
      if isQuiet, !isDeed, run.loader.kernel.loads == baseline.loader.kernel.loads { return nil }
      let isTold =
        added("warning") || added("error") || added("note: ") || added("not told")
        || added("null") || added("nothing known") || added("not recorded")
        || added("unknown") || added("as the running kernel has it")
        // A fallback that is named.
        || added("read: /proc/device-tree") || added("KX118")
        || isAnswer(baseline.loader, found, expected)
      return isTold ? nil : "success is claimed, and something is other than without the failure"
    }
    if !added("error") { return "it fails without an error line" }
    let names = [errno.name, call.path ?? "-", "hint: ", "error    KX2", "\"hint\""]
    if !names.contains(where: { text.contains($0) }) { return "the error does not say why" }
    if isLoaded, !text.contains("loaded") { return "a kernel is loaded, and that is not told" }
    return nil
  }

  /// Whether the output itself is what tells: a snapshot lists what could be read.
  private static func isAnswer(
    _ baseline: Loader, _ found: Loader.Outcome, _ expected: Loader.Outcome
  ) -> Bool {
    baseline.deeds.isEmpty && found.output != expected.output && found.output.contains("070701")
  }
}

extension String {
  /// How often a text stands in it.
  fileprivate func components(_ word: String) -> Int {
    var count = 0
    let word = Array(word.utf8)
    let all = Array(utf8)
    guard all.count >= word.count else { return 0 }
    for start in 0...(all.count - word.count)
    where all[start] == word[0] && all[start..<(start + word.count)].elementsEqual(word) {
      count += 1
    }
    return count
  }
}
