// SPDX-License-Identifier: Apache-2.0

/// The initial ramdisks of a boot, looked at: once for all the boots that pass the same.
public struct GatheredInitrds: Sendable {
  /// The ramdisks one behind the other.
  let parts: InitrdParts
  /// What the user should know.
  let diagnostics: [Diagnostic]

  /// Looks at files in the order in which they are loaded.
  public init(_ files: [some BootFile]) {
    var parts = InitrdParts()
    var diagnostics: [Diagnostic] = []
    for (index, file) in files.enumerated() {
      diagnostics += parts.add(file.span, path: file.path, index: index)
    }
    self.parts = parts
    self.diagnostics = diagnostics
  }
}
