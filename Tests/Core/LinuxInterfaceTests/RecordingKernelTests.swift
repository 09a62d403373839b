// SPDX-License-Identifier: Apache-2.0
import LinuxInterface
import PhysicalMemory
import Testing

@Suite("The recording fake")
struct RecordingKernelTests {
  @Test("Interfaces that are up go down, but for the loopback, and each failure names its own")
  func interfaces() {
    let kernel = RecordingKernel()
    kernel.interfaces = [
      NetworkInterface(name: "lo", flags: 0x49), NetworkInterface(name: "eth0", flags: 0x1043),
      NetworkInterface(name: "eth1", flags: 0x1002), NetworkInterface(name: "eth2", flags: 0x41),
      NetworkInterface(name: "eth3", flags: 0x1043),
    ]
    kernel.failures[.interface("eth2")] = .busy
    let first = kernel.takeInterfacesDown()
    #expect(first.down.map(\.name) == ["eth0", "eth3"] && first.down.allSatisfy(\.isUp))
    #expect(
      first.failures.map(\.description) == [
        "network interface eth2: could not be taken down: EBUSY (Device or resource busy)"
      ])
    #expect(kernel.interfaces.map(\.isUp) == [true, false, false, true, false])
    kernel.failures = [:]
    #expect(kernel.takeInterfacesDown().down.map(\.name) == ["eth2"])
    kernel.failures[.call(kernel.calls.count)] = .noMemory
    let listing = kernel.takeInterfacesDown()
    #expect(listing.down.isEmpty)
    #expect(listing.failures.first?.description.contains("could not be listed: ENOMEM") == true)
  }

  @Test("Calls are recorded in order with their results")
  func record() throws {
    let kernel = RecordingKernel(files: ["/a/b": [1, 2]])
    kernel.programs["systemctl"] = .exited(1)
    kernel.failures[.reboot] = .invalidArgument
    #expect(try kernel.listDirectory("/a", limit: 9).map(\.name) == ["b"])
    #expect(throws: Errno.notDirectory) { try kernel.listDirectory("/a/b", limit: 9) }
    #expect(throws: Errno.isDirectory) { try kernel.readFile("/a", limit: 9) }
    #expect(throws: Errno.fileTooLarge) { try kernel.readFile("/a/b", limit: 1) }
    #expect(try kernel.mapFile("/a/b", limit: 2).count == 2)
    try kernel.writeFile("/a/b", [3], mode: .append)
    #expect(kernel.files["/a/b"] == [1, 2, 3])
    #expect(try kernel.run(["systemctl", "kexec"]) == .exited(1))
    #expect(throws: Errno.noSuchFile) { try kernel.run(["shutdown"]) }
    kernel.sync()
    #expect(throws: Errno.invalidArgument) { try kernel.rebootIntoLoadedKernel() }
    try kernel.kexecLoad(.unload(KexecFlags(.arm)))
    #expect(
      kernel.calls.map(\.description) == [
        #"readdir("/a") = 0"#, #"readdir("/a/b") = -1 ENOTDIR (Not a directory)"#,
        #"read("/a") = -1 EISDIR (Is a directory)"#, #"read("/a/b") = -1 EFBIG (File too large)"#,
        #"mmap("/a/b") = 0"#, #"write("/a/b", 1) /* append */ = 0"#,
        #"execve("systemctl", "kexec") = 0"#,
        #"execve("shutdown") = -1 ENOENT (No such file or directory)"#, "sync() = 0",
        "reboot(LINUX_REBOOT_MAGIC1, LINUX_REBOOT_MAGIC2, LINUX_REBOOT_CMD_KEXEC, NULL) "
          + "= -1 EINVAL (Invalid argument)", "kexec_load(0x0, 0, NULL, KEXEC_ARCH_ARM) = 0",
      ])
  }
}
