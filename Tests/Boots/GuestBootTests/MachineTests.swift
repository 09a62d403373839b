// SPDX-License-Identifier: Apache-2.0
import TestLab
import Testing

/// Acceptance 3, on the board `virt`: other machines.
@Suite(.enabled(if: DeviceLab.isWanted, "needs the lab's kernels and dist/armel/kexec"))
struct MachineTests {
  @Test("From a machine with four CPUs kernels come up, and find all four again")
  func fourCPUs() async throws {
    let chain = Chain(
      guest: Guest(cpus: 4),
      steps: [
        try Chain.Step(LabKernel("armmp"), handover: "image"),
        try Chain.Step(LabKernel("armmp"), handover: "zimage"),
        try Chain.Step(LabKernel("tiny-xz"), handover: "zimage"),
      ])
    let generations = try await chain.expectBoots()
    #expect(generations.map { $0.first("cpus") } == ["4", "4", "4", "1"])
  }

  @Test("From a kernel that was started as a hypervisor's, kernels come up in HYP mode")
  func hypervisor() async throws {
    let chain = Chain(
      guest: Guest(machine: "virtualization=on"),
      steps: [
        try Chain.Step(LabKernel("tiny-lzo"), handover: "image"),
        try Chain.Step(LabKernel("tiny-lz4"), handover: "zimage"),
        try Chain.Step(LabKernel("armmp"), handover: "image"),
      ])
    for (index, generation) in try await chain.expectBoots().enumerated() {
      #expect(
        generation.boot.contains { $0.contains("CPU: All CPU(s) started in HYP mode") },
        "generation \(index)")
    }
  }

  @Test("A device tree with a hole in RAM holds for the kernel that gets it and for those after it")
  func hole() async throws {
    let hole = UInt64(0x4080_0000)..<0x4400_0000
    let tree = try await VirtTree.shared.path(
      banks: [(0x4000_0000, 0x80_0000), (0x4400_0000, 0x1c00_0000)], named: "low hole")
    var chain = Chain(
      guest: Guest(),
      steps: [
        try Chain.Step(LabKernel("tiny-lz4"), handover: "image"),
        try Chain.Step(
          LabKernel("tiny-gzip"), handover: "image", options: ["--dtb=/boot/hole.dtb"]),
        try Chain.Step(LabKernel("tiny-lzma"), handover: "zimage"),
        try Chain.Step(LabKernel("tiny-xz"), handover: "image"),
      ])
    chain.forbidden = [hole]
    chain.stepsBeforeForbidden = 1
    let generations = try await chain.expectBoots([Guest.File("hole.dtb", tree)])
    let whole = ["40000000-5fffffff"]
    let banks = ["40000000-407fffff", "44000000-5fffffff"]
    #expect(generations.map { $0.told["ram"] } == [whole, whole, banks, banks, banks])
    // Without the hole it is where the initrd goes.
    let initrd = generations.first?.status?.record?.segments.first { $0.name == "initrd" }
    #expect(try #require(initrd).range.overlaps(hole))
  }
}
