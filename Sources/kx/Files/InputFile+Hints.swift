// SPDX-License-Identifier: Apache-2.0
import Glibc
import Reporting

extension InputFile {
  /// The hint for a missing file: a file of nearly the same name beside it.
  static func missingHint(_ path: String) -> String {
    let (folder, name) = split(path)
    let names = entries(of: folder)
    if names.isEmpty { return "there is no folder '\(folder)', or nothing in it" }
    guard let near = Spelling.nearest(name, among: names) else {
      return "list the folder: ls \(folder)"
    }
    return "did you mean '\(path.hasSuffix(name) ? path.dropLast(name.count) : "")\(near)'?"
  }

  /// The hint for a folder in place of a file: a file in it with the name of a kernel.
  static func folderHint(_ path: String) -> String {
    let folder = path.hasSuffix("/") ? path : path + "/"
    let names = entries(of: path)
    for beginning in ["vmlinuz", "zImage", "uImage", "Image", "bzImage"] {
      if let name = names.first(where: { $0.hasPrefix(beginning) }) {
        return "name a file in it, as '\(folder)\(name)'"
      }
    }
    return "name a file in it; kernels are often /boot/vmlinuz-…"
  }

  private static func split(_ path: String) -> (folder: String, name: String) {
    guard let slash = path.lastIndex(of: "/") else { return (".", path) }
    let folder = String(path[..<slash])
    return (folder.isEmpty ? "/" : folder, String(path[path.index(after: slash)...]))
  }

  /// The names in a folder, in order; empty when it cannot be read. Folders can be large: the first
  /// thousand names are enough for a hint.
  private static func entries(of folder: String) -> [String] {
    guard let stream = unsafe opendir(folder) else { return [] }
    defer { unsafe closedir(stream) }
    var names: [String] = []
    while names.count < 1000, let entry = unsafe readdir(stream) {
      let name = unsafe withUnsafeBytes(of: &entry.pointee.d_name) {
        unsafe String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
      }
      if name != ".", name != ".." { names.append(name) }
    }
    return names.sorted()
  }
}
