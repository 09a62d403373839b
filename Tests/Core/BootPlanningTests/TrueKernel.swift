// SPDX-License-Identifier: Apache-2.0

/// What a kernel and its decompressor really are, whatever a tool could find out about them.
struct TrueKernel: Hashable {
  /// Z, the zImage's length; 0 for a plain Image.
  var zImage: UInt64 = 0
  /// E, the offset behind the compressed payload.
  var payloadEnd: UInt64 = 0
  /// The offset at which the code reads its own address to find the 128 MiB window.
  var windowCode: UInt64 = 0x40
  /// The offset of the code that begins again after a move.
  var restart: UInt64 = 0x10b4
  /// The offset of the first code that must not be written over.
  var wontOverwrite: UInt64 = 0x1200
  /// The offset behind the code that performs a move.
  var movingCodeEnd: UInt64 = 0x19b0
  /// The decompressor's BSS, its alignment included.
  var decompressorBSS: UInt64 = 0x418
  /// The decompressor's heap.
  var heap: UInt64 = 0x1_0000
  /// The final address of a kernel that does not look where it is.
  var fixedAddress: UInt64?
  /// Whether the decompressor looks into the DTB for the start of memory.
  var checksDTB = true
  /// I, the length of the inflated Image.
  var inflated: UInt64
  /// The kernel's BSS.
  var bss: UInt64
  /// T.
  var textOffset: UInt64 = 0x8000
  /// Where the kernel maps the start of RAM.
  var pageOffset: UInt64 = 0xc000_0000
  /// Whether the kernel uses long descriptors.
  var isLPAE = false

  /// R, as the assembler computes it from the distance of two labels.
  var bump: UInt64 { (movingCodeEnd - restart + 256) & ~0xff }
  /// x0, the offset from which a move copies.
  var movedFrom: UInt64 { restart & ~31 }
}

/// What the booted kernel is told: its memory, its command line.
struct TrueHandover: Hashable {
  /// What r2 points to.
  enum Parameters: Hashable { case none, deviceTree([Bytes]), atags }

  /// `mem=`: sizes with or without a start.
  struct Mem: Hashable {
    var size: UInt64
    var start: UInt64?
  }

  var parameters: Parameters
  var mem: [Mem] = []
  var vmalloc: UInt64?
}
