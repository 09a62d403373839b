// SPDX-License-Identifier: Apache-2.0
import LinuxInterface
import PhysicalMemory

/// Addresses and routes of the running kernel, each as the command of iproute2 that makes it. An
/// interface that is taken down loses its routes and its IPv6 addresses.
///
/// Source: Linux 6.1, net/ipv4/fib_trie.c (fib_route_seq_show), net/ipv6/route.c (rt6_info_route),
/// net/ipv6/addrconf.c (if6_seq_show): the lines of /proc/net, unchanged since 2.6.
struct NetworkState {
  private(set) var commands: [[String]] = []

  /// Reads the files; a kernel without IPv4 or IPv6 lacks them.
  init(of kernel: some KernelInterface) {
    func lines(_ path: String, _ body: ([String]) -> [String]?) {
      guard let text = try? kernel.readFile(path, limit: 1 << 20) else { return }
      for line in text.split(separator: 0x0a) {
        let fields = line.split { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
          .map { String(decoding: $0, as: UTF8.self) }
        if let command = body(fields) { commands.append(["ip"] + command) }
      }
    }
    lines("/proc/net/if_inet6") { fields in
      guard fields.count == 6, let address = Self.address6(fields[0]),
        let length = UInt32(fields[2], radix: 16)
      else { return nil }
      return ["addr", "add", address + "/" + String(length), "dev", fields[5]]
    }
    lines("/proc/net/route") { fields in
      guard fields.count >= 8, let destination = UInt32(fields[1], radix: 16),
        let gateway = UInt32(fields[2], radix: 16), let mask = UInt32(fields[7], radix: 16)
      else { return nil }
      let length = mask.nonzeroBitCount
      return ["route", "add", Self.address4(destination) + "/" + String(length)]
        + (gateway == 0 ? [] : ["via", Self.address4(gateway)])
        + ["dev", fields[0]] + (fields[6] == "0" ? [] : ["metric", fields[6]])
    }
    lines("/proc/net/ipv6_route") { fields in
      guard fields.count == 10, let destination = Self.address6(fields[0]),
        let length = UInt32(fields[1], radix: 16), let gateway = Self.address6(fields[4]),
        let metric = UInt32(fields[5], radix: 16), let flags = UInt32(fields[8], radix: 16)
      else { return nil }
      // RTF_LOCAL, and groups: the kernel derives these from the addresses.
      if flags >> 31 == 1 || fields[0].begins(with: "ff") { return nil }
      let isDirect = fields[4].utf8.allSatisfy { $0 == UInt8(ascii: "0") }
      return ["-6", "route", "add", destination + "/" + String(length)]
        + (isDirect ? [] : ["via", gateway]) + ["dev", fields[9], "metric", String(metric)]
    }
  }

  /// The commands for addresses and routes that are gone, in the order in which they were added.
  func lost(in now: Self) -> [[String]] {
    commands.filter { command in !now.commands.contains { $0 == command } }
  }

  /// The address of a printed word. The kernel prints its bytes as a number of its own byte order,
  /// which is little-endian on every machine this program is built for.
  private static func address4(_ word: UInt32) -> String {
    let bytes = [0, 8, 16, 24].map { String(word >> $0 & 0xff) }
    return bytes[0] + "." + bytes[1] + "." + bytes[2] + "." + bytes[3]
  }

  /// Puts colons into 32 digits.
  private static func address6(_ digits: String) -> String? {
    let digits = Array(digits.utf8)
    guard digits.count == 32 else { return nil }
    var text: [UInt8] = []
    for place in 0..<32 {
      if place > 0, place % 4 == 0 { text.append(0x3a) }
      text.append(digits[place])
    }
    return String(decoding: text, as: UTF8.self)
  }
}
