// SPDX-License-Identifier: Apache-2.0
import Inflation
import PhysicalMemory

extension MachineState {
  /// The most bytes that are read of each file.
  private enum Limit {
    static let iomem = 4 << 20
    static let commandLine = 64 << 10
    /// A limit that no kernel's mapping of a tree exceeds.
    static let tree = 16 << 20
    static let atags = 64 << 10
    static let cpuinfo = 4 << 20
  }

  /// Reads the state of the machine this program runs on.
  ///
  /// /proc/iomem shows its addresses only with CAP_SYS_ADMIN; zeros are an error that says so. The
  /// tree is /sys/firmware/fdt, else /proc/device-tree; without a tree /proc/atags is read. The
  /// configuration is /proc/config.gz, else /boot/config-RELEASE.
  ///
  /// - Parameters:
  ///   - kernel: The running Linux.
  ///   - isForPlan: Whether to leave out parts that few plans need: the configuration, the features
  ///     of the processor, and most facts of the kernel.
  /// - Returns: The state of its machine.
  /// - Throws: ``LinuxInterfaceError`` with the path.
  public static func read(
    from kernel: some KernelInterface, forPlan isForPlan: Bool = false
  ) throws(LinuxInterfaceError) -> MachineState {
    let reader = FileReader(kernel)
    var facts = try KernelFacts.read(from: kernel, forPlan: isForPlan)
    var files = [
      MachineFile(.iomem, try reader.bytes("/proc/iomem", limit: Limit.iomem)),
      MachineFile(.commandLine, try reader.bytes("/proc/cmdline", limit: Limit.commandLine)),
    ]
    if let tree = try reader.optionalBytes(MachineFile.Name.fdt.source, limit: Limit.tree) {
      files.append(MachineFile(.fdt, tree))
    } else if let tree = try LiveTree.flattened(MachineFile.Name.liveTree.source, from: kernel) {
      files.append(MachineFile(.liveTree, tree))
    } else if let list = try reader.optionalBytes(
      MachineFile.Name.atags.source, limit: Limit.atags)
    {
      files.append(MachineFile(.atags, list))
    }
    if !isForPlan,
      let configuration = try KernelConfiguration.read(from: kernel, release: facts.release)
    {
      files.append(MachineFile(.configuration, configuration.text))
      facts.configurationOrigin = configuration.origin
    }
    if !isForPlan, let text = try reader.optionalBytes("/proc/cpuinfo", limit: Limit.cpuinfo) {
      files.append(MachineFile(.cpuinfo, text))
    }
    return try MachineState(facts, files)
  }
}

extension KernelConfiguration {
  /// The most bytes that are read, and the most that inflating may yield.
  private static var limit: Int { 8 << 20 }

  /// Reads the configuration of the running kernel: /proc/config.gz, else /boot/config-RELEASE.
  ///
  /// - Parameters:
  ///   - kernel: The running Linux.
  ///   - release: Its release.
  /// - Returns: The configuration; nil when it is unknown.
  /// - Throws: ``LinuxInterfaceError`` with the path.
  public static func read(
    from kernel: some KernelInterface, release: String
  ) throws(LinuxInterfaceError) -> KernelConfiguration? {
    let reader = FileReader(kernel)
    let packed = "/proc/config.gz"
    if let bytes = try reader.optionalBytes(packed, limit: limit) {
      do throws(InflationError) {
        let (text, _) = try inflateToArray(bytes.span, as: .gzip, limit: UInt64(limit))
        return KernelConfiguration(origin: packed, text: text)
      } catch {
        throw LinuxInterfaceError(packed, .inflation(error))
      }
    }
    let path = "/boot/config-" + release
    guard let text = try reader.optionalBytes(path, limit: limit) else { return nil }
    return KernelConfiguration(origin: path, text: text)
  }
}
