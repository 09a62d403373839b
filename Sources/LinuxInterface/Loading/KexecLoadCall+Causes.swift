// SPDX-License-Identifier: Apache-2.0
public import PhysicalMemory

extension KexecLoadCall {
  /// Repeats the kernel's checks in the kernel's order, and returns every reason to refuse that is
  /// known beforehand.
  ///
  /// If memory is short now, the kernel may still get it by swapping; all other reasons are
  /// certain.
  ///
  /// Source: Linux 6.1, kernel/kexec.c, kernel/kexec_core.c (sanity_check_segment_list),
  /// arch/arm/kernel/machine_kexec.c and arch/arm64/kernel/machine_kexec.c (machine_kexec_prepare).
  ///
  /// - Parameters:
  ///   - facts: The facts of the running kernel.
  ///   - memory: The memory of the machine; nil skips the checks of it.
  ///   - configuration: The configuration of the running kernel; nil when it is unknown.
  /// - Returns: The reasons, in the order of the kernel's checks.
  public func causes(
    _ facts: KernelFacts, memory: MemoryMap?, configuration: KernelConfiguration?
  ) -> [KexecLoadCause] {
    var causes = Self.permission(facts, configuration)
    if flags.unknownBits != 0 { causes.append(.unknownFlags(flags.unknownBits)) }
    if segments.count > Self.segmentLimit { causes.append(.tooManySegments(segments.count)) }
    if let running = facts.architecture, running != flags.architecture {
      causes.append(.otherArchitecture(flags.architecture, running: running))
    }
    if segments.isEmpty { return causes }
    if flags.isOnCrash, facts.crashBytes == .zero { causes.append(.outsideCrashMemory(.zero)) }
    causes += segmentCauses(facts)
    causes += sizeCauses(facts)
    if facts.architecture == .arm, flags.architecture == .arm {
      if facts.canParkCPUs == false {
        causes.append(.cannotParkCPUs(count: facts.possibleCPUs?.count, arm64: false))
      }
      for segment in segments {
        guard let memory, let range = segment.range, !memory.ram.contains(range) else { continue }
        causes.append(.outsideRAM(segment: segment.name, range))
      }
    } else if facts.architecture == .arm64, !flags.isOnCrash, facts.canParkCPUs == false {
      causes.append(.cannotParkCPUs(count: facts.possibleCPUs?.count, arm64: true))
    }
    return causes
  }

  /// The reasons that forbid any load on a machine.
  static func permission(
    _ facts: KernelFacts, _ configuration: KernelConfiguration?
  ) -> [KexecLoadCause] {
    var causes: [KexecLoadCause] = []
    // The configuration counts only without /sys/kernel/kexec_loaded: files in /boot may be stale.
    if let configuration, facts.isLoaded == nil, !configuration.has("KEXEC") {
      causes.append(.notBuiltIn(configuration.origin))
    }
    if facts.mayBoot == false { causes.append(.noCapability) }
    if facts.isLoadingDisabled == true { causes.append(.loadingDisabled) }
    if facts.loadsLeft == 0 { causes.append(.noLoadsLeft) }
    if let lockdown = facts.lockdown, lockdown != .none { causes.append(.lockedDown(lockdown)) }
    return causes
  }

  /// The reasons in the segments. Like the kernel, it checks first all addresses, then overlaps,
  /// then sizes.
  private func segmentCauses(_ facts: KernelFacts) -> [KexecLoadCause] {
    var causes: [KexecLoadCause] = []
    let mask = facts.pageBytes.rawValue &- 1
    // The word of a 32-bit kernel must hold the byte behind a segment as well.
    let top: UInt64 =
      facts.architecture == .arm || facts.architecture == .i386 ? 0xffff_ffff : .max
    for segment in segments {
      let address = segment.address.rawValue
      let (end, overflow) = address.addingReportingOverflow(segment.memoryBytes.rawValue)
      if overflow || end >= top {
        causes.append(.beyondAddressSpace(segment: segment.name))
      } else if (address | end) & mask != 0 {
        causes.append(
          .notPageAligned(
            segment: segment.name, segment.address, segment.memoryBytes, page: facts.pageBytes))
      }
    }
    for (index, segment) in segments.enumerated() {
      for other in segments[..<index] {
        guard let range = segment.range, let otherRange = other.range, range.overlaps(otherRange)
        else { continue }
        causes.append(.overlap(other.name, segment.name))
      }
    }
    for segment in segments where ByteCount(segment.contents.count) > segment.memoryBytes {
      causes.append(
        .contentsExceedMemory(
          segment: segment.name, contents: ByteCount(segment.contents.count),
          memory: segment.memoryBytes))
    }
    return causes
  }

  private func sizeCauses(_ facts: KernelFacts) -> [KexecLoadCause] {
    var causes: [KexecLoadCause] = []
    if let total = facts.memoryTotal {
      let half = ByteCount(total.rawValue / 2)
      var sum = ByteCount.zero
      for segment in segments {
        sum = sum.adding(segment.memoryBytes) ?? ByteCount(UInt64.max)
        if segment.memoryBytes > half {
          causes.append(
            .moreThanHalf(segment: segment.name, needed: segment.memoryBytes, total: total))
        }
      }
      if causes.isEmpty, sum > half {
        causes.append(.moreThanHalf(segment: nil, needed: sum, total: total))
      }
    }
    let needed = stagingBytes(pageBytes: facts.pageBytes.rawValue)
    // A crash kernel is loaded to its final place.
    if !flags.isOnCrash, let available = facts.memoryAvailable, needed > available {
      causes.append(.notEnoughMemory(needed: needed, available: available))
    }
    return causes
  }
}
