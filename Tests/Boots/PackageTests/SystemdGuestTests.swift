// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestLab
import Testing

/// A Debian with systemd and our package, by scripts/lab/guest-systemd. Each takes a minute, and a minute
/// more under load; the tree that it runs in takes three when it is made.
@Suite(.serialized, .enabled(if: Lab.matrix == "full", "only in make test-all"))
struct SystemdGuestTests {
  private func guest(_ words: String...) async throws -> (lines: [Substring], code: Int32) {
    let script = Lab.repository.appending(path: "scripts/lab/guest-systemd").path
    let outcome = try await Gate.programs.passing {
      try await Program.run(script, words + ["--timeout", "400"], seconds: 1800)
    }
    let text = (outcome.text + outcome.errors).replacing("\r\n", with: "\n")
    return (text.split(separator: "\n"), outcome.code)
  }

  /// That each of the texts stands in a line behind that of the one before.
  private func expectInOrder(_ texts: String..., lines: [Substring]) {
    var rest = lines[...]
    for text in texts {
      let found = rest.firstIndex { $0.contains(text) }
      #expect(found != nil, "\(text)\n\(lines.joined(separator: "\n"))")
      rest = rest[(found ?? rest.startIndex)...].dropFirst()
    }
  }

  @Test("systemctl kexec stops services and starts the newest kernel, which our unit has loaded")
  func kexec() async throws {
    let (lines, code) = try await guest()
    #expect(code == 0)
    expectInOrder(
      "Starting kexec-load.service", ": swift-kexec -l --newest --reuse-cmdline",
      "Finished kexec-load.service", "swift-kexec first: kexec-load active",
      "Stopping kexec-load.service", "Stopped kexec-load.service",
      "swift-kexec first: jumping, services are stopped, loaded: 1",
      "Reached target shutdown.target", "systemd-shutdown[1]: Rebooting with kexec",
      "swift-kexec verdict: initrd intact", lines: lines)
    #expect(!lines.contains { $0.contains("entry: boot 6.1.0-9-armmp") })
  }

  @Test(
    "Switched off it loads nothing; with a damaged kernel or none it fails, says why, and lets reboot"
  )
  func refused() async throws {
    let commands = Lab.repository.appending(path: "Tests/Boots/PackageTests/guest/refused.sh").path
    let (lines, code) = try await guest("--script", commands)
    #expect(code == 1)
    expectInOrder(
      "swift-kexec first: switched off: start 0, unit inactive, loaded 0",
      "swift-kexec first: systemctl kexec 1",
      "swift-kexec first: no configuration: start 1, unit failed, loaded 0",
      "swift-kexec first: damaged: start 1, unit failed, loaded 0",
      "swift-kexec first: no kernel: start 1, unit failed, loaded 0",
      "swift-kexec journal: LOAD_KEXEC=false in /etc/default/kexec: nothing is loaded",
      "swift-kexec journal: error: ", "swift-kexec journal:   hint: ",
      "swift-kexec journal: error: ", "swift-kexec journal:   hint: ",
      "Reached target reboot.target", "systemd-shutdown[1]: Rebooting.",
      "reboot: Restarting system", lines: lines)
    #expect(!lines.contains { $0.contains("swift-kexec verdict") })
  }

  @Test("On the way down a kernel is loaded that came since; kexec-tools may be there, too")
  func newer() async throws {
    let commands = Lab.repository.appending(path: "Tests/Boots/PackageTests/guest/newer.sh").path
    let (lines, code) = try await guest("--kexec-tools", "--script", commands)
    #expect(code == 0)
    expectInOrder(
      "entry: boot 6.1.0-9-armmp", "first: kexec-load active, /sbin/kexec is kexec (swift-kexec) ",
      "Stopping kexec-load.service", "entry: boot ", "Stopped kexec-load.service",
      "swift-kexec first: jumping, services are stopped, loaded: 1",
      "systemd-shutdown[1]: Rebooting with kexec", "swift-kexec verdict: initrd intact",
      lines: lines)
  }
}
