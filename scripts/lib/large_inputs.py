# SPDX-License-Identifier: Apache-2.0
"""Large and hostile inputs of every format, each of at most 64 MiB, for scripts/bench/bench-limits.

Each is written to a folder when it is asked for; nothing of it is anybody's file.
"""
import bz2
import itertools
import lzma
import random
import struct
import subprocess
import zlib

LIMIT = 64 << 20
MEBIBYTE = 1 << 20


def noise(count, seed=1):
    return random.Random(seed).randbytes(count)


def digits(count):
    """Text that compresses to half: inflating it is the slowest for most decoders."""
    return noise(count // 2, 2).hex().encode()


def bomb_gzip():
    """64 MiB that inflate to 64 GiB."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    chunk = packer.compress(bytes(16 * MEBIBYTE)) + packer.flush(zlib.Z_FULL_FLUSH)
    head = b"\x1f\x8b\x08" + bytes(6) + b"\x03"
    return head + chunk * ((LIMIT - len(head)) // len(chunk))


def gzip_of(data):
    packer = zlib.compressobj(1, zlib.DEFLATED, 31)
    return packer.compress(data) + packer.flush()


def piped(data, *command):
    return subprocess.run(command, input=data, stdout=subprocess.PIPE, check=True).stdout


PACKERS = {
    "gzip": gzip_of,
    "bzip2": lambda data: bz2.compress(data, 1),
    "xz": lambda data: lzma.compress(data, check=lzma.CHECK_CRC32, preset=0),
    "lzma": lambda data: lzma.compress(data, format=lzma.FORMAT_ALONE, preset=0),
    "lzo": lambda data: piped(data, "lzop", "-c"),
    "lz4": lambda data: piped(data, "lz4", "-l", "-c"),
    "zstd": lambda data: piped(data, "zstd", "-q", "-c"),
}


def compressed(name):
    """Streams of a compression: one that grows without end, and as much work as 64 MiB can hold."""
    pack = PACKERS[name]
    yield f"{name}, 256 MiB of zeros", lambda: pack(bytes(256 * MEBIBYTE))
    yield f"{name}, 120 MiB of text", lambda: pack(digits(120 * MEBIBYTE))[:LIMIT]


def nested_gzip(depth):
    """A stream of 128 MiB of zeros, in as many streams."""
    data = gzip_of(bytes(128 * MEBIBYTE))
    for _ in range(depth - 1):
        data = gzip_of(data)
    return data


def wide_xz():
    """An xz file that wants a dictionary of 4 GiB for a few bytes."""
    data = bytearray(lzma.compress(bytes(MEBIBYTE), check=lzma.CHECK_CRC32))
    # The block header: its size, flags, filter 0x21, one byte of properties, the dictionary's size.
    size = (data[12] + 1) * 4
    place = data.index(b"\x21\x01", 12) + 2
    data[place] = 40
    struct.pack_into("<I", data, 12 + size - 4, zlib.crc32(bytes(data[12:12 + size - 4])))
    return bytes(data)


def wide_lzma():
    """The same in the older format."""
    data = bytearray(lzma.compress(bytes(MEBIBYTE), format=lzma.FORMAT_ALONE))
    struct.pack_into("<I", data, 1, 0xffffffff)
    return bytes(data)


def wide_zstd():
    """A zstd stream with a window of 2 GiB."""
    return piped(bytes(256 * MEBIBYTE), "zstd", "-q", "-c", "--ultra", "--long=31")


def wrapped(payload):
    """A zImage without a size table around a payload that is any compressed stream."""
    head = bytearray(struct.pack("<I", 0xe1a00000) * 9 + bytes(0x4000 - 36))
    struct.pack_into("<III", head, 36, 0x016f2818, 0, 0x4000 + len(payload))
    return bytes(head) + payload


def tree(nodes):
    """A device tree of many nodes below the root."""
    one = struct.pack(">I", 1) + b"n\0\0\0" + struct.pack(">I", 2)
    block = struct.pack(">II", 1, 0) + one * nodes + struct.pack(">II", 2, 9)
    return flattened(block, b"\0")


def flattened(structure, strings, reservations=b""):
    start = 56 + len(reservations)
    places = (40, start, start + len(structure))
    header = struct.pack(
        ">10I", 0xd00dfeed, places[2] + len(strings), places[1], places[2], places[0], 17, 16, 0,
        len(strings), len(structure))
    return header + reservations + bytes(16) + structure + strings


def property_(name, value):
    return struct.pack(">III", 3, len(value), name) + value + bytes(-len(value) % 4)


def node(name, *inner):
    name = name.encode() + b"\0"
    return struct.pack(">I", 1) + name + bytes(-len(name) % 4) + b"".join(inner) \
        + struct.pack(">I", 2)


def deep_tree(depth):
    """A device tree of nodes in one another."""
    begin = struct.pack(">I", 1) + b"n\0\0\0"
    block = struct.pack(">II", 1, 0) + begin * depth + struct.pack(">I", 2) * (depth + 1) \
        + struct.pack(">I", 9)
    return flattened(block, b"\0")


def siblings(count, *, fragments=None):
    """A tree of nodes of different names; or an overlay whose fragments each bring some of them."""
    strings = b"target-path\0"
    nodes = [node(f"n{at:x}") for at in range(count)]
    if fragments is None:
        return flattened(node("", *nodes) + struct.pack(">I", 9), strings)
    each = -(-count // fragments)
    parts = [
        node(f"fragment@{at}", property_(0, b"/\0"),
             node("__overlay__", *nodes[at * each:(at + 1) * each])) for at in range(fragments)]
    return flattened(node("", *parts) + struct.pack(">I", 9), strings)


def board(*, memory=1, reserved=0, words=0, reservations=0):
    """A board's tree with many banks, reserved nodes, words of its command line, or entries of the
    reservation block."""
    names = b"#address-cells\0#size-cells\0device_type\0reg\0bootargs\0ranges\0"
    at = {name: names.index(name + b"\0") for name in names.split(b"\0")[:-1]}
    one = struct.pack(">I", 1)
    cells = property_(at[b"#address-cells"], one) + property_(at[b"#size-cells"], one)
    whole = 0x8000_0000
    banks = b"".join(
        struct.pack(">II", 0x4000_0000 + number * (whole // memory & ~0xfff), whole // memory
                    // (1 if memory == 1 else 2) & ~0xfff) for number in range(memory))
    taken = (node(f"r@{number:x}", property_(at[b"reg"], struct.pack(
        ">II", 0x5000_0000 + number * 0x2000, 0x1000))) for number in range(reserved))
    line = b" ".join(b"mem=1M@0x%x" % (0x4000_0000 + number * 0x200) for number in range(words))
    body = node(
        "", cells, node("chosen", property_(at[b"bootargs"], line + b"\0")),
        node("memory@40000000", property_(at[b"device_type"], b"memory\0"),
             property_(at[b"reg"], banks)),
        node("reserved-memory", cells, property_(at[b"ranges"], b""), *taken))
    block = b"".join(
        struct.pack(">QQ", 0x6000_0000 + number * 0x200, 0x100) for number in range(reservations))
    return flattened(body + struct.pack(">I", 9), names, block)


def fit(images):
    """A FIT of many images, all of which name the same bytes and a hash of them."""
    strings = b"data\0type\0algo\0value\0kernel\0default\0os\0arch\0compression\0description\0"
    at = {word: strings.index(word.encode() + b"\0") for word in strings.decode().split("\0")[:-1]}
    text = lambda word, value: property_(at[word], value.encode() + b"\0")  # noqa: E731
    size = (LIMIT - images * 400) // 2
    one = lambda number, data: node(  # noqa: E731
        f"image-{number}", text("description", "x"), text("type", "kernel"), text("arch", "arm"),
        text("os", "linux"), text("compression", "none"), property_(at["data"], data),
        node("hash-1", text("algo", "sha256"), property_(at["value"], bytes(32))))
    body = node(
        "", text("description", "many"),
        node("images", *(one(number, b"x" * 8) for number in range(images)),
             one(images, noise(size))),
        node("configurations", text("default", "conf"),
             node("conf", text("kernel", f"image-{images}"))))
    return flattened(body + struct.pack(">I", 9), strings)


def iomem():
    """Ranges of RAM, each of one page with one page between, highest first, with reservations."""
    lines = itertools.count(0)
    text, size = [], 0
    for number in lines:
        first = (1 << 34) - number * 0x2000
        if first < 0 or size > LIMIT - 200:
            break
        line = b"%09x-%09x : System RAM\n  %09x-%09x : reserved\n" % (
            first, first + 0xfff, first + 0x100, first + 0x1ff)
        text.append(line)
        size += len(line)
    return b"".join(text)


def reservations():
    """A gibibyte of RAM of which every other word is reserved as far as 64 MiB of text can say."""
    line = b"%08x-%08x : reserved\n"
    count = (LIMIT - 100) // len(line % (0, 0))
    return b"40000000-7fffffff : System RAM\n" + b"".join(
        line % (0x40010000 + 8 * at, 0x40010003 + 8 * at) for at in range(count))


def archive(entries, names=lambda number: b"e"):
    """A cpio archive of many empty entries."""
    fields = b"070701" + b"%08x" * 13
    parts = []
    for number in range(entries):
        name = names(number) + b"\0"
        header = fields % (number, 0o100644, 0, 0, 1, 0, 0, 0, 0, 0, 0, len(name), 0)
        parts.append(header + name + bytes(-(len(header) + len(name)) % 4))
    name = b"TRAILER!!!\0"
    header = fields % (0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, len(name), 0)
    return b"".join(parts)[:LIMIT - 200] + header + name + bytes(3)


def snapshot(text):
    """A snapshot that holds nothing but a memory map."""
    fields = b"070701" + b"%08x" * 13
    result = b""
    for name, data in ((b"iomem\0", text), (b"TRAILER!!!\0", b"")):
        header = fields % (0, 0o100600, 0, 0, 1, 0, len(data), 0, 0, 0, 0, len(name), 0)
        head = header + name
        result += head + bytes(-len(head) % 4) + data + bytes(-len(data) % 4)
    return result


def android(kernel):
    """An Android image, version 0, whose kernel is all that fits."""
    page = 4096
    header = b"ANDROID!" + struct.pack(
        "<10I", len(kernel), 0x10008000, 0, 0, 0, 0, 0x10000100, page, 0, 0)
    return header + bytes(page - len(header)) + kernel


def uimage(payload, kind=2):
    """A uImage with both of its checksums right."""
    header = struct.pack(
        ">7I4B32s", 0x27051956, 0, 0, len(payload), 0x8000, 0x8000, zlib.crc32(payload), 5, 2, kind,
        0, b"large")
    return header[:4] + struct.pack(">I", zlib.crc32(header)) + header[8:] + payload


def multi_uimage():
    """A uImage of as many parts as its list can hold."""
    return uimage(struct.pack(">I", 0) * 0 + struct.pack(">I", 4) * 4_000_000 + bytes(4)
                  + bytes(16_000_000), kind=4)


def elf(count):
    """An ARM ELF file whose program headers are many and overlap. 65535 is the mark of more, which the
    first section would tell. Source: elf(5), PN_XNUM."""
    header = b"\x7fELF\1\1\1" + bytes(9) + struct.pack(
        "<HHIIIIIHHHHHH", 2, 40, 1, 0xc0008000, 52, 0, 0, 52, 32, count, 40, 0, 0)
    start = 52 + count * 32
    size = LIMIT - start
    one = struct.pack("<8I", 1, start, 0xc0008000, 0x8000, size, size, 7, 4096)
    return header + one * count + noise(size)


def symbols(count):
    """An ARM ELF file with many symbols, none of which is asked for; their names are all one text that
    ends with the file."""
    strings_size = LIMIT - 1024 - count * 16
    table, strings = 52 + 32 + 3 * 40, 52 + 32 + 3 * 40 + count * 16
    header = b"\x7fELF\1\1\1" + bytes(9) + struct.pack(
        "<HHIIIIIHHHHHH", 2, 40, 1, 0xc0008000, 52, 84, 0, 52, 32, 1, 40, 3, 2)
    load = struct.pack("<8I", 1, 0, 0xc0008000, 0x8000, 4096, 8192, 7, 4096)
    section = lambda kind, place, size, link, each: struct.pack(  # noqa: E731
        "<10I", 1, kind, 0, 0, place, size, link, 0, 4, each)
    sections = bytes(40) + section(2, table, count * 16, 2, 16) \
        + section(3, strings, strings_size, 0, 0)
    one = struct.pack("<IIIBBH", 1, 0xc0008000, 0, 0x10, 0, 1)
    return header + load + sections + one * count + b"\0" + b"_" * (strings_size - 2) + b"\0"


def image(page_offset, count=0x9100, bss=0x3210):
    """A kernel without code, of which size, BSS and PAGE_OFFSET can be told."""
    start = page_offset + 0x8000 + count
    data = bytearray(struct.pack("<17I", *[0xe1a00000] * 16, start + bss - 1))
    data += struct.pack("<I", 0x12345678) * ((count - len(data)) // 4)
    banner = b"Linux version 5.4.0-test (a@b)"
    data[0x8001:0x8001 + len(banner)] = banner
    struct.pack_into("<II", data, 0x9000, start, start + bss)
    return bytes(data)


def plan(ranges):
    """A plan of many ranges."""
    one = b'{"first": "0x00000000", "last": "0x00000fff"},'
    return b'{"schemaVersion": 1, "machine": {"ram": [' + one * ranges + b'{}]}}'
