// SPDX-License-Identifier: Apache-2.0
import BootPlanning
import LinuxInterface
import Reporting

extension LoadRecord {
  /// Adds the SHA-256 of files. A load does not compute them: that takes longer than the rest of
  /// the load. A file whose stamp is still the one in the record has the content that was loaded;
  /// for any other file the SHA-256 stays unknown.
  static func withDigests(_ record: JSONValue, from kernel: some KernelInterface) -> JSONValue {
    guard case .object(var members) = record,
      let place = members.firstIndex(where: { $0.key == "files" }),
      case .array(let files) = members[place].value
    else { return record }
    members[place].value = .array(files.map { withDigest($0, from: kernel) })
    return .object(members)
  }

  private static func withDigest(
    _ file: JSONValue, from kernel: some KernelInterface
  ) -> JSONValue {
    guard case .object(var facts) = file,
      let place = facts.firstIndex(where: { $0.key == "sha256" }), facts[place].value == .null,
      case .string(let path) = facts.first(where: { $0.key == "path" })?.value,
      case .string(let stamp) = facts.first(where: { $0.key == "stamp" })?.value,
      let now = try? MappedFile(path, from: kernel, digest: true),
      now.contents.stamp?.description == stamp
    else { return file }
    facts[place].value = .string(now.digest)
    return .object(facts)
  }
}

extension BootInputs<MappedFile> {
  /// The file that a plan names.
  func file(of planned: PlannedFile) -> MappedFile? {
    let all = [kernel, tree, vmlinux].compactMap { $0 } + initrds + overlays
    return all.first { $0.path == planned.path }
  }
}
