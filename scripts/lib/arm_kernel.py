# SPDX-License-Identifier: Apache-2.0
"""What is in a zImage, read by Python's own decoders and from the table alone: a reader that shares
nothing with the one that it judges."""
import lzma
import re
import struct
import zlib

import zimage_table

XZ, GZIP, LZMA = b"\xfd7zXZ\0", b"\x1f\x8b\x08", b"\x5d\0\0"
RELEASE = re.compile(rb"Linux version (\S+)")


def inflated_by(magic, stream):
    """The output of a stream; what stands behind it is left alone."""
    if magic == GZIP:
        return zlib.decompressobj(16 + zlib.MAX_WBITS).decompress(stream)
    form = lzma.FORMAT_XZ if magic == XZ else lzma.FORMAT_ALONE
    return lzma.LZMADecompressor(format=form).decompress(stream)


def read(image):
    """The figures of a little-endian zImage with a table, and its inflated kernel."""
    words = next(
        struct.unpack_from(f"<{count}I", image, offset)
        for offset, count, tag in zimage_table.tags(image) if tag == zimage_table.SIZES_TAG)
    size_at = words[2]
    inflated = struct.unpack_from("<I", image, size_at)[0]
    for magic in (XZ, GZIP, LZMA):
        at = image.find(magic)
        while 0 <= at < size_at:
            # gzip's own last word is the size.
            end = size_at + 4 if magic == GZIP else size_at
            try:
                kernel = inflated_by(magic, image[at:end])
            except (lzma.LZMAError, zlib.error):
                kernel = b""
            if len(kernel) == inflated:
                release = RELEASE.search(kernel)
                return {
                    "payloadOffset": at, "inflatedBytes": inflated, "bssBytes": words[3],
                    "textOffset": words[4] if len(words) > 4 else None,
                    "heap": words[5] if len(words) > 5 else None,
                    "release": release.group(1).decode() if release else None,
                }, kernel
            at = image.find(magic, at + 1)
    raise ValueError("no payload inflates to the size that the table tells")
