# SPDX-License-Identifier: Apache-2.0
"""Where the table of sizes of a little-endian ARM zImage stands (arch/arm/boot/compressed/head.S
and vmlinux.lds.S of Linux 6.1). Written for test fixtures: it raises on anything unexpected."""
import struct

MAGIC_AT, MAGIC = 0x24, 0x016F2818
TABLE_MAGIC_AT, TABLE_MAGIC = 0x34, 0x45454545
TABLE_OFFSET_AT = 0x38
SIZES_TAG = 0x5A534C4B  # KRNL_SIZE, "KLSZ"


def word(image, offset):
    return struct.unpack_from("<I", image, offset)[0]


def table_offset(image):
    if word(image, MAGIC_AT) != MAGIC:
        raise ValueError("not a little-endian ARM zImage")
    if word(image, TABLE_MAGIC_AT) != TABLE_MAGIC:
        raise ValueError("this zImage has no table of sizes")
    return word(image, TABLE_OFFSET_AT)


def tags(image):
    """Yields (offset, words, tag) for each tag of the table."""
    offset = table_offset(image)
    while words := word(image, offset):
        if words < 2:
            raise ValueError(f"tag of {words} words at {offset:#x}")
        yield offset, words, word(image, offset + 4)
        offset += 4 * words


def size_word_offset(image):
    """Offset of the inflated size, the last four bytes of the payload."""
    for offset, words, tag in tags(image):
        if tag == SIZES_TAG and words >= 4:
            return word(image, offset + 8)
    raise ValueError("the table has no tag of sizes")
