// SPDX-License-Identifier: Apache-2.0
import TestLab
import Testing

/// What kexec-load.service does, without systemd.
struct LoadScriptTests {
  static let newest = "swift-kexec -l --newest --reuse-cmdline"
  static let down = "kexec.target shutdown.target"

  @Test("Without configuration the newest kernel is loaded, with the running kernel's command line")
  func unconfigured() async throws {
    let script = try LoadScript()
    #expect(try await script.run("wanted").code == 0)
    #expect(try await script.run("load").code == 0)
    #expect(script.calls == [Self.newest])
  }

  @Test(
    "What the configuration of kexec-tools says is done",
    arguments: [
      ("KERNEL_IMAGE=/boot/mine\n", "swift-kexec -l /boot/mine --reuse-cmdline"),
      (
        "KERNEL_IMAGE=/boot/mine\nINITRD=/boot/img\nAPPEND=\"a b=c\"\n",
        "swift-kexec -l /boot/mine --initrd=/boot/img --append=a b=c"
      ),
      // What kexec-tools writes for everyone is no wish where there is no such link.
      ("KERNEL_IMAGE=\"boot/vmlinuz\"\nINITRD=\"boot/initrd.img\"\nAPPEND=\"\"\n", newest),
      ("LOAD_KEXEC=true\nAPPEND=quiet\n", "swift-kexec -l --newest --append=quiet"),
    ])
  func configured(_ text: String, _ call: String) async throws {
    let script = try LoadScript()
    try script.write(text, to: "defaults")
    #expect(try await script.run("wanted").code == 0)
    #expect(try await script.run("load").code == 0)
    #expect(script.calls == [call])
  }

  @Test("LOAD_KEXEC=false is a wish that nothing be loaded, and is told")
  func off() async throws {
    let script = try LoadScript()
    try script.write("LOAD_KEXEC=false\n", to: "defaults")
    let outcome = try await script.run("wanted")
    #expect(outcome.code == 1)
    #expect(outcome.text.hasPrefix("LOAD_KEXEC=false in ./defaults: nothing is loaded; "))
  }

  @Test("Files of the folder beside the configuration count, but no copies of files")
  func folder() async throws {
    let script = try LoadScript()
    try script.makeFolder("defaults.d")
    try script.write("APPEND=first\n", to: "defaults")
    try script.write("APPEND=second\n", to: "defaults.d/mine")
    try script.write("APPEND=third\n", to: "defaults.d/mine.dpkg-old")
    #expect(try await script.run("load").code == 0)
    #expect(script.calls == ["swift-kexec -l --newest --append=second"])
  }

  @Test("A command that fails in the configuration does no harm; what is no shell fails the unit")
  func wrong() async throws {
    let script = try LoadScript()
    try script.write("APPEND=quiet\ntest -e /none && APPEND=none\n", to: "defaults")
    #expect(try await script.run("wanted").code == 0)
    #expect(try await script.run("load").code == 0)
    #expect(script.calls == ["swift-kexec -l --newest --append=quiet"])
    try script.write("APPEND=\"quiet\n", to: "defaults")
    let outcome = try await script.run("wanted")
    #expect(outcome.code == 255)
    #expect(outcome.errors.contains("./defaults"))
  }

  @Test(
    "While kexec-tools is being installed nothing is loaded",
    arguments: [
      ("half-configured", 1), ("unpacked", 1), ("installed", 0),
    ])
  func beingInstalled(_ status: String, _ code: Int32) async throws {
    let script = try LoadScript()
    try script.write(status, to: "status")
    #expect(try await script.run("wanted").code == code)
  }

  @Test("A configuration of GRUB that is not read is told")
  func grub() async throws {
    let script = try LoadScript()
    try script.write("USE_GRUB_CONFIG=true\n", to: "defaults")
    #expect(try await script.run("load").text.contains("GRUB's configuration is not read"))
  }

  @Test("A load that fails fails the unit, with the loader's words and its exit code")
  func failing() async throws {
    let script = try LoadScript()
    try script.write("", to: "damaged")
    let outcome = try await script.run("load")
    #expect(outcome.code == 65)
    #expect(outcome.errors == "error: KX000 it is damaged\n")
  }

  @Test("Stopped by hand it unloads; on the way down to anything but kexec it leaves all as it is")
  func stopped() async throws {
    let script = try LoadScript()
    try await script.run("load")
    try await script.run("stop", jobs: "poweroff.target shutdown.target")
    #expect(script.calls == [Self.newest])
    try await script.run("stop", jobs: "kexec-load.service")
    #expect(script.calls == [Self.newest, "swift-kexec -u"])
  }

  // Clocks jump, and tests wait for one another: what happens between two steps takes any time.
  @Test("On the way to kexec nothing is loaded anew if no file has changed, whatever its time")
  func unchanged() async throws {
    let script = try LoadScript()
    try script.write("KERNEL_IMAGE=boot/vmlinuz\nINITRD=./initrd\n", to: "defaults")
    for name in ["boot/config", "initrd"] {
      try script.write("", to: name)
      try script.touch(name, 4e9)
    }
    try await script.run("load")
    try await script.run("stop", jobs: Self.down)
    #expect(script.calls == [Self.newest])
  }

  @Test(
    "On the way to kexec a kernel that came later is loaded, however old it is",
    arguments: ["boot/vmlinuz", "boot/loader/entries/new.conf", "defaults", "defaults.d/mine"])
  func refreshed(_ name: String) async throws {
    let script = try LoadScript()
    for name in ["boot/loader/entries", "defaults.d"] { try script.makeFolder(name) }
    try await script.run("load")
    try script.write("", to: name)
    try script.touch(name, 1e6)
    try await script.run("stop", jobs: Self.down)
    #expect(script.calls == [Self.newest, Self.newest])
  }

  @Test("On the way to kexec a kernel is loaded that took the place of one as long and as old")
  func replaced() async throws {
    let script = try LoadScript()
    try script.write("old", to: "boot/vmlinuz")
    try script.touch("boot/vmlinuz", 1e9)
    try await script.run("load")
    try script.write("new", to: "boot/vmlinuz")
    try script.touch("boot/vmlinuz", 1e9)
    try await script.run("stop", jobs: Self.down)
    #expect(script.calls == [Self.newest, Self.newest])
  }

  @Test("What was loaded by hand is neither replaced nor unloaded")
  func byHand() async throws {
    let script = try LoadScript()
    try await script.run("load")
    try script.write("another", to: "record")
    try script.write("", to: "boot/vmlinuz")
    try await script.run("stop", jobs: Self.down)
    try await script.run("stop", jobs: "kexec-load.service")
    #expect(script.calls == [Self.newest])
  }

  @Test("Any other verb is wrong usage")
  func usage() async throws {
    #expect(try await LoadScript().run("reload").code == 64)
  }
}
