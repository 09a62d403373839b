# SPDX-License-Identifier: Apache-2.0
"""Large and hostile inputs of every format, each of at most 64 MiB, for scripts/bench-limits.

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


def flattened(structure, strings):
    places = (40, 56, 56 + len(structure))
    header = struct.pack(
        ">10I", 0xd00dfeed, places[2] + len(strings), places[1], places[2], places[0], 17, 16, 0,
        len(strings), len(structure))
    return header + bytes(16) + structure + strings


def property_(name, value):
    return struct.pack(">III", 3, len(value), name) + value + bytes(-len(value) % 4)


def node(name, *inner):
    name = name.encode() + b"\0"
    return struct.pack(">I", 1) + name + bytes(-len(name) % 4) + b"".join(inner) \
        + struct.pack(">I", 2)


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


def elf(sections):
    """An ARM ELF file whose program headers are many and overlap."""
    count = min(sections, 65534)
    header = b"\x7fELF\1\1\1" + bytes(9) + struct.pack(
        "<HHIIIIIHHHHHH", 2, 40, 1, 0xc0008000, 52, 0, 0, 52, 32, count, 40, 0, 0)
    start = 52 + count * 32
    size = LIMIT - start
    one = struct.pack("<8I", 1, start, 0xc0008000, 0x8000, size, size, 7, 4096)
    return header + one * count + noise(size)


def plan(ranges):
    """A plan of many ranges."""
    one = b'{"first": "0x00000000", "last": "0x00000fff"},'
    return b'{"schemaVersion": 1, "machine": {"ram": [' + one * ranges + b'{}]}}'
