// SPDX-License-Identifier: Apache-2.0
import BootPlanning
import Foundation
import KernelImages
import PhysicalMemory
import Testing

/// Tries every placement of kernel, initrd and DTB in whole pages, each judged by the simulation.
///
/// What a boot writes does not depend on where initrd and DTB lie. So each is first tried alone,
/// and a pair can only be good if both of its parts are; a good pair is confirmed by a full run.
struct BruteForce {
  let drawn: RandomCase
  let page: UInt64

  /// How much a placement must leave the new kernel.
  enum Demand {
    case nothing
    /// What its unpacked initrd takes, or what the user states.
    case certain
    case estimated
  }

  /// A placement that comes up, for one handover, and leaves enough; nil when there is none.
  func placement(_ kind: HandoverKind, leaving demand: Demand) -> LoadedMemory? {
    for start in kernels(kind) {
      let file = kind == .zimage ? drawn.kernel.zImage + 4 : drawn.kernel.inflated
      var bare = LoadedMemory(
        handover: kind, kernel: start, kernelMemory: roundUp(file, page))
      guard let run = try? drawn.boot.run(bare), allows(kind, start, final: run.final),
        demand == .nothing || leavesEnough(demand, final: run.final)
      else { continue }
      let initrds = drawn.request.initrd.map {
        places($0.byteCount.rawValue, with: bare, at: \.initrd)
      }
      if initrds?.isEmpty == true { continue }
      let parameters = drawn.request.parameters.byteCount.map {
        places($0.rawValue, with: bare, at: \.parameters)
      }
      for initrd in initrds?.map(Optional.some) ?? [nil] {
        for place in parameters?.map(Optional.some) ?? [nil] {
          bare.initrd = initrd
          bare.parameters = place
          if let initrd, let place, whole(initrd).meets(whole(place)) { continue }
          if (try? drawn.boot.run(bare)) != nil { return bare }
        }
      }
    }
    return nil
  }

  /// Every address the kernel's file may have: whole pages; for an Image whole 2 MiB + T.
  private func kernels(_ kind: HandoverKind) -> [UInt64] {
    var result: [UInt64] = []
    for bank in Bytes.joined(drawn.ram) {
      if kind == .zimage {
        result += stride(from: roundUp(bank.low, page), to: bank.high, by: Int(page))
      } else if let fixed = drawn.kernel.fixedAddress {
        if bank.low <= fixed, fixed < bank.high { result.append(fixed) }
      } else {
        let low = roundDown(bank.low - min(bank.low, drawn.kernel.textOffset), 2 << 20)
        result += stride(
          from: low + drawn.kernel.textOffset, to: bank.high, by: 2 << 20)
      }
    }
    return result
  }

  private func whole(_ bytes: Bytes) -> Bytes {
    Bytes(roundDown(bytes.low, page), roundUp(bytes.high, page))
  }

  private func places(
    _ count: UInt64, with base: LoadedMemory, at part: WritableKeyPath<LoadedMemory, Bytes?>
  ) -> [Bytes] {
    var result: [Bytes] = []
    var loaded = base
    for bank in Bytes.joined(drawn.ram) {
      for low in stride(from: roundUp(bank.low, page), to: bank.high, by: Int(page)) {
        let bytes = Bytes(low, low + count)
        guard bank.holds(whole(bytes)), whole(bytes).high < 1 << 32,
          !drawn.reserved.contains(where: { $0.meets(whole(bytes)) })
        else { continue }
        loaded[keyPath: part] = bytes
        if (try? drawn.boot.run(loaded)) != nil { result.append(bytes) }
      }
    }
    return result
  }

  /// What the planner leaves out on purpose: a zImage wholly below the page table, which would run
  /// uncached, and one that reaches with its scratch space into the next 128 MiB window.
  private func allows(_ kind: HandoverKind, _ start: UInt64, final: UInt64) -> Bool {
    guard kind == .zimage else { return true }
    let end = start + drawn.kernel.zImage + drawn.kernel.decompressorBSS + 0x1_1000
    return end > final - 0x4000 && start >> 27 == (end - 1) >> 27
  }

  /// The working memory of ARMWorkingMemory.swift, in plain arithmetic.
  func leavesEnough(_ demand: Demand, final: UInt64) -> Bool {
    let kernel = drawn.kernel
    let entered = KernelEntrySimulation(
      kernel: kernel, handover: drawn.handover, final: final,
      memory: SimulatedMemory(ram: drawn.ram, reserved: drawn.reserved))
    var taken = drawn.reserved
    taken.append(Bytes(final, final + kernel.inflated + kernel.bss))
    var left: UInt64 = 0
    for region in entered.usableMemory() {
      left += region.count
      for range in Bytes.joined(taken) { left -= range.cut(to: region).count }
    }
    let initrd = drawn.request.initrd?.byteCount.rawValue ?? 0
    let parameters = drawn.request.parameters.byteCount?.rawValue ?? 0
    let loaded = roundUp(initrd, page) + roundUp(parameters, page)
    var known = Bytes.joined(drawn.ram)
    if case .deviceTree(let nodes) = drawn.handover.parameters {
      known = Bytes.shared(known, Bytes.joined(nodes))
    }
    let ram = known.map(\.count).reduce(0, +)
    let unpacked = drawn.request.initrd?.unpackedBytes?.rawValue
    let needed =
      demand == .estimated
      ? (2 << 20) + ram / 4096 * 32 + kernel.inflated + 2 * (unpacked ?? initrd) : unpacked ?? 0
    return left >= loaded + (drawn.request.workingBytes?.rawValue ?? needed)
  }
}

@Suite("Refusals, confirmed by trying every placement")
struct RefusalBruteForceTests {
  /// What was refused, and why.
  struct Tally {
    var fitting = 0
    var short = 0
    var noPlace = 0
    var noMemoryLeft = 0
  }

  @Test("A refused small machine has no placement that the simulation accepts")
  func refusalsAreRight() throws {
    let seed = PlacementPropertyTests.environment("SEED") ?? 0x5eed_2017
    let cases = PlacementPropertyTests.environment("CASES").map { min($0, 4000) } ?? 1000
    var tally = Tally()
    for index in 0..<cases { try judge(RandomCase(smallSeed: seed &+ index), &tally) }
    print("refusals: \(tally)")
    if cases >= 200 {
      #expect(tally.fitting > 50)
      #expect(tally.short > 10)
      #expect(tally.noPlace > 50)
      #expect(tally.noMemoryLeft > 10)
    }
  }

  private func judge(_ drawn: RandomCase, _ tally: inout Tally) throws {
    let plan = try ARMPlanner.plan(drawn.request)
    let kind = try #require(drawn.request.handover)
    let force = BruteForce(drawn: drawn, page: drawn.request.machine.pageBytes.rawValue)
    if plan.fits {
      let loaded = try drawn.loaded(plan)
      let run = try drawn.boot.run(loaded)
      let isShort = plan.diagnostics.contains { $0.code == .shortOfWorkingMemory }
      #expect(
        force.leavesEnough(isShort ? .certain : .estimated, final: run.final),
        "\(drawn.report(plan, "too little left"))")
      if isShort {
        #expect(
          force.placement(kind, leaving: .estimated) == nil,
          "\(drawn.report(plan, "there is a better one"))")
        tally.short += 1
      }
      tally.fitting += 1
      return
    }
    if let found = force.placement(kind, leaving: .certain) {
      Issue.record("\(drawn.report(plan, "refused, but \(found) boots (smallSeed)"))")
    } else if force.placement(kind, leaving: .nothing) != nil {
      tally.noMemoryLeft += 1
    } else {
      tally.noPlace += 1
    }
  }
}
