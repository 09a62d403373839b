// SPDX-License-Identifier: Apache-2.0
import PhysicalMemory

extension KernelFacts {
  /// The version of these lines.
  static let format: UInt64 = 1

  /// The facts as lines of `key=value`, in a fixed order; unknown facts have no line.
  public var lines: [UInt8] {
    var text = "format=" + String(Self.format) + "\n"
    func add(_ key: String, _ value: String?) {
      guard let value else { return }
      text += key + "=" + Self.oneLine(value) + "\n"
    }
    func word(_ flag: Bool?) -> String? { flag.map { $0 ? "1" : "0" } }
    add("release", release.isEmpty ? nil : release)
    add("machine", machine.isEmpty ? nil : machine)
    add("page-bytes", String(pageBytes.rawValue))
    add("config-origin", configurationOrigin)
    add("kexec-loaded", word(isLoaded))
    add("kexec-crash-loaded", word(isCrashKernelLoaded))
    add("kexec-crash-bytes", crashBytes.map { String($0.rawValue) })
    add("kexec-load-disabled", word(isLoadingDisabled))
    add("kexec-loads-left", loadsLeft.map { String($0) })
    add("lockdown", lockdown?.rawValue)
    add("capabilities", capabilities.map { hexadecimal($0) })
    add("seccomp", seccompMode.map { String($0) })
    add("memory-total", memoryTotal.map { String($0.rawValue) })
    add("memory-available", memoryAvailable.map { String($0.rawValue) })
    add("cpus-possible", possibleCPUs?.description)
    add("cpus-present", presentCPUs?.description)
    add("cpus-online", onlineCPUs?.description)
    add("cpus-removable", removableCPUs?.description)
    add("psci", word(hasPSCI))
    return Array(text.utf8)
  }

  /// A text without line ends: each fact is one line, whatever a kernel's name is.
  static func oneLine(_ text: String) -> String {
    let bytes = Array(text.utf8)
    guard bytes.contains(where: { $0 < 0x20 || $0 == 0x7f }) else { return text }
    return String(decoding: bytes.map { $0 < 0x20 || $0 == 0x7f ? 0x3f : $0 }, as: UTF8.self)
  }

  /// Reads lines of `key=value`. Unknown keys are ignored, for a later program may write more.
  ///
  /// - Parameters:
  ///   - lines: The text.
  ///   - subject: The name of the text, for errors.
  /// - Throws: ``LinuxInterfaceError`` with the line.
  public init(lines: [UInt8], subject: String) throws(LinuxInterfaceError) {
    self.init()
    var number = 0
    for line in lines.split(separator: 0x0a, omittingEmptySubsequences: false) {
      number += 1
      guard number <= 4096 else {
        throw LinuxInterfaceError(subject, .tooMany("lines", limit: 4096))
      }
      if line.isEmpty { continue }
      guard let equals = line.firstIndex(of: 0x3d) else {
        throw Self.wrong(line, "key=value", number, subject)
      }
      let key = String(decoding: line[..<equals], as: UTF8.self)
      if let expected = set(key, Array(line[(equals + 1)...])) {
        throw Self.wrong(line, expected, number, subject)
      }
    }
  }

  private static func wrong(
    _ line: ArraySlice<UInt8>, _ expected: String, _ number: Int, _ subject: String
  ) -> LinuxInterfaceError {
    let found = String(decoding: line.prefix(60), as: UTF8.self)
    return LinuxInterfaceError(
      subject, .value(line: number, found: found, expected: expected))
  }

  /// Sets one fact.
  ///
  /// - Returns: nil on success, else the expected form of the value.
  private mutating func set(_ key: String, _ value: [UInt8]) -> String? {
    let text = String(decoding: value, as: UTF8.self)
    let number = UInt64(digits: value)
    let flag: Bool? = number.flatMap { $0 == 0 ? false : $0 == 1 ? true : nil }
    let cpus = CPUSet(parsing: text)
    let aFlag = flag == nil ? "0 or 1" : nil
    let aNumber = number == nil ? "a number" : nil
    let aSet = cpus == nil ? "a list of CPUs such as 0-3,5" : nil
    switch key {
    case "format":
      return number == Self.format ? nil : "format=" + String(Self.format) + ", the one known here"
    case "release": release = text
    case "machine": machine = text
    case "page-bytes":
      guard let number, Alignment(bytes: number) != nil, number >= 4096 else {
        return "a power of two of at least 4096"
      }
      pageBytes = ByteCount(number)
    case "config-origin": configurationOrigin = text
    case "kexec-loaded":
      isLoaded = flag
      return aFlag
    case "kexec-crash-loaded":
      isCrashKernelLoaded = flag
      return aFlag
    case "kexec-crash-bytes":
      crashBytes = number.map { ByteCount($0) }
      return aNumber
    case "kexec-load-disabled":
      isLoadingDisabled = flag
      return aFlag
    case "kexec-loads-left":
      loadsLeft = value == [0x2d, 0x31] ? -1 : number.flatMap { Int64(exactly: $0) }
      return loadsLeft == nil ? "a number or -1" : nil
    case "lockdown":
      lockdown = Lockdown(rawValue: text)
      return lockdown == nil ? "none, integrity or confidentiality" : nil
    case "capabilities":
      capabilities = ProcText.hexadecimal(value)
      return capabilities == nil ? "a hexadecimal number" : nil
    case "seccomp":
      seccompMode = number
      return aNumber
    case "memory-total":
      memoryTotal = number.map { ByteCount($0) }
      return aNumber
    case "memory-available":
      memoryAvailable = number.map { ByteCount($0) }
      return aNumber
    case "cpus-possible":
      possibleCPUs = cpus
      return aSet
    case "cpus-present":
      presentCPUs = cpus
      return aSet
    case "cpus-online":
      onlineCPUs = cpus
      return aSet
    case "cpus-removable":
      removableCPUs = cpus
      return aSet
    case "psci":
      hasPSCI = flag
      return aFlag
    default: break
    }
    return nil
  }
}
