// SPDX-License-Identifier: Apache-2.0
import BootPlanning
import Digests
import LinuxInterface

/// A file of a boot, mapped where that is possible.
struct MappedFile: BootFile {
  let path: String
  let contents: FileContents
  private let wantsDigest: Bool

  /// The largest file that is accepted; 32-bit ARM has no room for more.
  static let limit = 1 << 30

  /// Maps a file.
  init(_ path: String, from kernel: some KernelInterface, digest: Bool) throws(Stop) {
    self.path = path
    wantsDigest = digest
    do throws(Errno) {
      contents = try kernel.mapFile(path, limit: Self.limit)
    } catch {
      throw Stop(error, reading: path)
    }
  }

  var span: Span<UInt8> {
    @_lifetime(borrow self) get { contents.span }
  }

  var digest: String {
    guard wantsDigest else { return "" }
    var hash = SHA256()
    contents.forEachPart { hash.update($0) }
    return hexadecimalText(of: hash.finish())
  }
}
