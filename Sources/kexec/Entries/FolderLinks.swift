// SPDX-License-Identifier: Apache-2.0
import LinuxInterface

/// The symbolic links in folders, each listed once: many entries have their files in one folder.
final class FolderLinks {
  private var known: [(folder: String, links: [String])] = []
  /// The most folders that are cached; requests for one folder come in a row.
  private static let limit = 8

  /// Gives the names of the links in a folder.
  func names(
    in folder: String, on kernel: some KernelInterface
  ) throws(Errno) -> [String] {
    for entry in known where entry.folder == folder { return entry.links }
    let entries = try kernel.listDirectory(folder, limit: 1 << 16)
    let links = entries.filter { $0.kind == .symbolicLink }.map { $0.name }
    if known.count == Self.limit { known.removeFirst() }
    known.append((folder, links))
    return links
  }
}
