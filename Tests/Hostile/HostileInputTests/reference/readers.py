# SPDX-License-Identifier: Apache-2.0
"""Reads kernels and their wrappers straight by the layouts in the documentation: the other opinion.

A reader gives a dictionary in the words of the probe's answers, or raises Refusal.
"""

import bz2
import hashlib
import lzma
import struct
import subprocess
import zlib


class Refusal(Exception):
    """The file is not in order."""


def need(condition, why):
    if not condition:
        raise Refusal(why)


KNOWN = {}


def inflate(compression, stream):
    """Inflates a payload with the reference program or library: (bytes, SHA-256) of what comes out."""
    key = (compression, hashlib.sha1(stream).digest())
    if key not in KNOWN:
        try:
            out = REFERENCE[compression](stream)
            KNOWN[key] = (len(out), hashlib.sha256(out).hexdigest(), pairs_of(out))
        except (zlib.error, lzma.LZMAError, subprocess.CalledProcessError, EOFError) as error:
            KNOWN[key] = error
    if isinstance(KNOWN[key], Exception):
        raise Refusal(f"the reference inflater: {KNOWN[key]}")
    return KNOWN[key]


def gunzip(stream):
    """As the kernel does, without regard to the last word, which is the size word."""
    decoder = zlib.decompressobj(-15)
    need(stream[:3] == b"\x1f\x8b\x08" and stream[3] == 0, "a gzip header of a kernel")
    out = decoder.decompress(stream[10:]) + decoder.flush()
    if not decoder.eof or zlib.crc32(out) != struct.unpack("<I", decoder.unused_data[:4])[0]:
        raise zlib.error("damaged")
    return out


def by_lzma(form):
    def run(stream):
        decoder = lzma.LZMADecompressor(format=form)
        out = decoder.decompress(stream)
        if not decoder.eof:
            raise lzma.LZMAError("cut off")
        return out
    return run


def by_tool(*words):
    def run(stream):
        return subprocess.run(words, input=stream, check=True, stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL).stdout
    return run


REFERENCE = {
    "gzip": gunzip, "xz": by_lzma(lzma.FORMAT_XZ), "lzma": by_lzma(lzma.FORMAT_ALONE),
    "lzo": by_tool("lzop", "-dc"), "lz4": by_tool("lz4", "-dc"),
}


def pairs_of(image):
    """(BSS, T) from every `__bss_start, __bss_stop` in a little-endian Image."""
    found = set()
    # The address behind the Image is PAGE_OFFSET + T + its length, and T ends in 0x8000.
    low = struct.pack("<H", (0x8000 + len(image)) & 0xffff)
    at = image.find(low)
    while at >= 0:
        if at % 4 == 0 and at + 8 <= len(image):
            start, stop = struct.unpack_from("<2I", image, at)
            for page in (0xc0000000, 0xb0000000, 0x80000000, 0x40000000):
                if 0 <= start - len(image) - page < 32 << 20 and 0 < stop - start <= 64 << 20:
                    found.add((stop - start, start - len(image) - page))
        at = image.find(low, at + 1)
    return found


def code_tells(data, order, start, end):
    """Whether a word among the code says where the zImage ends: from that word on, or as linked."""
    words = struct.iter_unpack(order + "I", data[0x40:min(len(data), end, 64 << 10) & ~3])
    return any(word in (end - at, start + end) for at, (word,) in zip(range(0x40, end, 4), words))


def zimage(data, stated=None):
    """Header and size table of a zImage: its length and what the table states.

    A length that is `stated` against the header must be told by the code.
    """
    need(len(data) >= 0x40, "a header")
    order = {b"\x18\x28\x6f\x01": "<", b"\x01\x6f\x28\x18": ">"}.get(data[0x24:0x28])
    need(order, "the magic number")
    start, end = struct.unpack_from(order + "2I", data, 0x28)
    if stated not in (None, end - start):
        need(stated <= len(data) and any(
            code_tells(data, each, linked, stated) for each in "<>" for linked in (0, start)),
            "the length, which no word of the code tells")
        start, end = 0, stated
    need(0x30 <= end - start <= len(data), "the length")
    result = {"Z": end - start, "order": order}
    mark, at = struct.unpack_from(order + "2I", data, 0x34)
    if mark != 0x45454545:
        return result
    data = data[:end - start]
    while at % 4 == 0 and at + 8 <= len(data):
        size, tag = struct.unpack_from(order + "2I", data, at)
        if size < 2 or at + 4 * size > len(data):
            break
        if tag == 0x5a534c4b:
            words = struct.unpack_from(order + f"{size - 2}I", data, at + 8)[:4]
            result.update(zip(("pointer", "bss", "T", "heap"), words))
            break
        at += 4 * size
    return result


def uimage(data):
    """U-Boot's legacy header and, of a multi-file image, its parts as (offset, length)."""
    need(len(data) >= 64 and data[:4] == b"\x27\x05\x19\x56", "a header")
    hcrc, _, size, load, entry, dcrc = struct.unpack_from(">6I", data, 4)
    kind, compression = data[30], data[31]
    need(zlib.crc32(data[:4] + bytes(4) + data[8:64]) == hcrc, "the header's CRC")
    need(64 + size <= len(data), "the length")
    need(zlib.crc32(data[64:64 + size]) == dcrc, "the data's CRC")
    need(compression <= 6, "the compression")
    parts = [(64, size)]
    if kind == 4:
        sizes, at = [], 64
        while True:
            need(at + 4 <= 64 + size, "the list of parts")
            word = struct.unpack_from(">I", data, at)[0]
            at += 4
            if word == 0:
                break
            sizes.append(word)
        parts = []
        for word in sizes:
            need(at + word <= 64 + size, "a part")
            parts.append((at, word))
            at += (word + 3) & ~3
        need(parts, "parts")
    return {"name": data[32:64].split(b"\0")[0], "load": load, "entry": entry, "size": size,
            "parts": parts, "compression": compression, "architecture": data[29]}


def without_vendor(data, part):
    """A part without MediaTek's header before it."""
    at, size = part
    if data[at:at + 4] != b"\x88\x16\x88\x58" or size < 4:
        return part
    length = struct.unpack_from("<I", data, at + 4)[0]
    need(size >= 512 and 512 + length <= size, "what stands behind MediaTek's header")
    return at + 512, length


# The words of a line, and the places of the tree's offset and size among them.
TABLES = {(b"QCDT", 1): (5, 3, 4), (b"QCDT", 2): (6, 4, 5), (b"QCDT", 3): (10, 8, 9),
          (b"DTBH", 2): (8, 5, 6), (b"\xd7\xb7\xab\x1e", 0): (8, 1, 0),
          (b"\xd7\xb7\xab\x1e", 1): (8, 1, 0)}


def tree_starts(data, at, size):
    """Where the trees of a table begin, or those that stand in a row; none when it is damaged."""
    part = data[at:at + size]
    if part[:4] == b"\xd0\x0d\xfe\xed":
        return [at]
    big = part[:4] == b"\xd7\xb7\xab\x1e"
    try:
        def word(offset):
            return struct.unpack_from(">I" if big else "<I", part, offset)[0]
        version, count = word(28 if big else 4), word(16 if big else 8)
        stride, first = (word(12), word(20)) if big else (0, 12)
        words, place, length = TABLES[part[:4], version]
        stride = stride or words * 4
        if count > 1024 or not words * 4 <= stride <= 4096:
            return []
        starts = []
        for line in range(count):
            offset = word(first + line * stride + place * 4)
            if offset + word(first + line * stride + length * 4) > size:
                return []
            if big and version == 1 and word(first + line * stride + 16) & 15 not in (0, 2):
                return []
            starts.append(at + offset)
        return starts
    except (KeyError, struct.error):
        return []


def android(data):
    """An Android boot image: its parts as (offset, length) and the command line."""
    need(len(data) >= 608 and data[:8] == b"ANDROID!", "a header")
    version = struct.unpack_from("<I", data, 40)[0]
    version = 0 if version > 4 else version
    if version >= 3:
        kernel, ramdisk, _, header = struct.unpack_from("<4I", data, 8)
        page, line, sizes = 4096, data[44:1580].split(b"\0")[0], [kernel, ramdisk]
    else:
        need(version == 0 or len(data) >= (1648 if version == 1 else 1660), "a header")
        kernel, _, ramdisk, _, second, _, _, page = struct.unpack_from("<8I", data, 8)
        line = data[64:576].split(b"\0")[0] + data[608:1632].split(b"\0")[0]
        header = (608, 1648, 1660)[version]
        sizes = [kernel, ramdisk, second]
        if version >= 1:
            sizes.append(struct.unpack_from("<I", data, 1632)[0])
        if version == 2:
            sizes.append(struct.unpack_from("<I", data, 1648)[0])
    need(page >= 512 and page & (page - 1) == 0, "the page size")
    at, parts = -(-header // page) * page, []
    for size in sizes:
        need(size == 0 or at + size <= len(data), "a part")
        parts.append((at, size))
        at = -(-(at + size) // page) * page
    trees = parts[4] if version == 2 else (0, 0)
    stated = struct.unpack_from("<I", data, 40)[0]
    if stated > 4 and at + stated <= len(data):
        trees = (at, stated)
    return {"version": version, "kernel": without_vendor(data, parts[0]), "line": line,
            "ramdisk": without_vendor(data, parts[1]), "trees": tree_starts(data, *trees)}


def tree(data):
    """A flattened tree as nested dictionaries; properties are (offset, length)."""
    need(len(data) >= 40, "a header")
    magic, total, structure, strings = struct.unpack_from(">4I", data)
    need(magic == 0xd00dfeed and 40 <= total <= len(data), "the header")
    at, stack, root = structure, [], None
    while True:
        need(at + 4 <= total, "a token")
        token = struct.unpack_from(">I", data, at)[0]
        at += 4
        if token == 1:
            end = data.find(b"\0", at, total)
            need(end >= 0, "a name")
            node = {"name": data[at:end].decode("latin-1"), "children": [], "properties": {}}
            at = (end + 4) & ~3
            if stack:
                stack[-1]["children"].append(node)
            else:
                need(root is None, "one root")
                root = node
            stack.append(node)
        elif token == 2:
            need(stack, "an open node")
            stack.pop()
            if not stack:
                return root, (total + 3) & ~3
        elif token == 3:
            need(stack and at + 8 <= total, "a property")
            length, name = struct.unpack_from(">2I", data, at)
            at += 8
            need(at + length <= total and strings + name < total, "a value")
            end = data.find(b"\0", strings + name, total)
            need(end >= 0, "a property's name")
            key = data[strings + name:end].decode("latin-1")
            stack[-1]["properties"].setdefault(key, (at, length))
            at = (at + length + 3) & ~3
        else:
            need(token == 4, "a token that is known")


def fit(data):
    """A FIT: where kernel, trees and ramdisks of the default configuration are, hashes checked."""
    root, base = tree(data)

    def child(node, name):
        for other in node["children"]:
            if other["name"] == name:
                return other
        raise Refusal("node " + name)

    def value(node, name):
        at, length = node["properties"].get(name, (0, 0))
        return data[at:at + length]

    def words(node, name):
        return [word.decode("latin-1") for word in value(node, name).split(b"\0") if word]

    def number(node, name):
        raw = value(node, name)
        need(len(raw) in (4, 8), "number " + name)
        return int.from_bytes(raw, "big")

    def place(node):
        if "data" in node["properties"]:
            at, length = node["properties"]["data"]
        elif "data-position" in node["properties"]:
            at, length = number(node, "data-position"), number(node, "data-size")
        else:
            at, length = base + number(node, "data-offset"), number(node, "data-size")
        need(at + length <= len(data), "the data")
        body = data[at:at + length]
        for part in node["children"]:
            if not part["name"].startswith("hash"):
                continue
            for algorithm in words(part, "algo")[:1] or [""]:
                if algorithm == "crc32":
                    right = struct.pack(">I", zlib.crc32(body))
                elif algorithm in ("md5", "sha1", "sha256"):
                    right = hashlib.new(algorithm, body).digest()
                else:
                    need(algorithm in ("crc16-ccitt", "sha384", "sha512"), algorithm)
                    continue
                need(right == value(part, "value"), algorithm)
        return at, length

    images = child(root, "images")
    described = "description" in root["properties"] and "timestamp" in root["properties"]
    result = {"initrds": [], "trees": [], "described": described}
    kernels = [n for n in images["children"] if words(n, "type")[:1] in (["kernel"], ["kernel_noload"])]
    try:
        configurations = child(root, "configurations")
    except Refusal:
        result["kernel"] = place(kernels[0]) if kernels else None
        if not kernels:
            trees = [n for n in images["children"] if words(n, "type")[:1] == ["flat_dt"]]
            result["trees"] = [place(n) for n in trees]
        return result
    names = words(configurations, "default")
    if names:
        chosen = child(configurations, names[0])
    else:
        need(configurations["children"], "a configuration")
        chosen = configurations["children"][0]
    for role, key in (("ramdisk", "initrds"), ("fdt", "trees")):
        result[key] = [place(child(images, name)) for name in words(chosen, role)]
    # What stands behind the first tree are overlays.
    del result["trees"][1:]
    named = words(chosen, "kernel")
    need(named or not kernels, "a kernel")
    result["kernel"] = place(child(images, named[0])) if named else None
    return result


STREAMS = {
    "gzip": lambda: zlib.decompressobj(31), "xz": lambda: lzma.LZMADecompressor(lzma.FORMAT_XZ),
    "bzip2": bz2.BZ2Decompressor, "lzma": lambda: lzma.LZMADecompressor(lzma.FORMAT_ALONE),
}


def yields(name, data, count):
    """Whether more than that many bytes come out, in order as far as they go."""
    try:
        return len(STREAMS[name]().decompress(data, count + 1)) > count
    except (zlib.error, lzma.LZMAError, OSError, EOFError):
        return False


def stream_length(name, data):
    """The bytes that the first stream takes."""
    try:
        decoder = STREAMS[name]()
        decoder.decompress(data)
    except (zlib.error, lzma.LZMAError, OSError, EOFError) as error:
        raise Refusal(f"the reference inflater: {error}") from error
    need(decoder.eof, "the stream's end")
    return len(data) - len(decoder.unused_data)
