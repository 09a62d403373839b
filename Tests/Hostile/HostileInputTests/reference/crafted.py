# SPDX-License-Identifier: Apache-2.0
"""Files that somebody who knows the formats would send."""

import gzip
import lzma
import struct
import zlib

import bases


def make(cases, folder, cache, count):
    zimages(cases, cache)
    uimages(cases, folder)
    androids(cases, folder)
    fits(cases, folder)
    wrappers(cases, folder, cache)


def zimages(cases, cache):
    # A damaged table of armmp costs a third of a second each time.
    for name in ("tiny-xz", "tiny-lz4") + (("armmp",) if cases.is_full else ()):
        path = f"{cache}/kernels/{name}/vmlinuz"
        data = bases.read(path)
        table = struct.unpack_from("<I", data, 0x38)[0]

        def words(*pairs):
            return " ".join(f"{at}:{struct.pack('<I', word).hex()}" for at, word in pairs)

        size = len(data)
        # The size word behind the end, at the very end, across it, and inside the table itself.
        for pointer in (0x7ffffff0, 0xfffffffc, 0xffffffff, size, size - 3, size - 4, table, 0, 3):
            cases.add("image", path, words((table + 8, pointer)))
        # Tags without a size, with one word, that end at themselves, that fill the image.
        for length in (0, 1, 2, 3, 7, 0x3fffffff, 0x40000000, 0x80000001, 0xffffffff, size // 4):
            cases.add("image", path, words((table, length)))
            cases.add("image", path, words((table, length), (table + 4, 0)))
        # The table in the header, behind the end, not at a word.
        for at in (0, 0x24, 0x38, size - 4, size, size - 1, 0x7ffffff0, 0xfffffffc, table + 1):
            cases.add("image", path, words((0x38, at)))
        # A chain of the smallest tags from the table on, to where it meets something else.
        run = [(at, 2 if at & 4 == table & 4 else 0x11111111) for at in range(table, table + 2048, 4)]
        cases.add("image", path, words(*run))
        # Start and end of every kind.
        for start, end in ((0, 0), (1, 0), (0, 0x2f), (0, 0x30), (0x80000000, 0x7fffffff),
                           (0xffffffff, 0), (0, 0xffffffff), (0xffff0000, 0xffffffff),
                           (0x60000000, 0x60000000 + size)):
            cases.add("image", path, words((0x28, start), (0x2c, end)))
        # BSS and TEXT_OFFSET that a plan would stumble over.
        for bss in (0, 1, 256 << 20, (256 << 20) + 1, 0x7fffffff, 0xffffffff):
            cases.add("image", path, words((table + 12, bss)))
        for text in (0, 0x8000, 0x308000, 0xffff8000, 0x7fff8000, 0x8001):
            cases.add("image", path, words((table + 16, text)))
        for heap in (0, 0x01000000, 0x01000001, 0xffffffff):
            cases.add("image", path, words((table + 20, heap)))


def uimage(data, kind=2, compression=0, size=None):
    """A uImage with right checksums."""
    size = len(data) if size is None else size
    head = struct.pack(">IIIIIIIBBBB32s", 0x27051956, 0, 0, size, 0x80008000, 0x80008000,
                       zlib.crc32(data), 5, 2, kind, compression, b"crafted")
    return head[:4] + struct.pack(">I", zlib.crc32(head)) + head[8:] + data


def uimages(cases, folder):
    kernel = bases.read(folder + "/kernel")

    def add(name, data, must="error", mode="image"):
        cases.add(mode, bases.write(f"{folder}/crafted-{name}", data), must=must)

    many = struct.pack(">4I", 0xffffffff, 0xffffffff, 0xffffffff, 0)
    add("parts-huge", uimage(many + kernel, 4))
    add("parts-sum", uimage(struct.pack(">4I", len(kernel), 0xffffffe0, 32, 0) + kernel, 4))
    add("parts-endless", uimage(struct.pack(">I", 4) * 100_000, 4))
    add("parts-none", uimage(struct.pack(">I", 0) + kernel, 4))
    add("parts-one-empty", uimage(struct.pack(">I", 0), 4))
    add("empty", uimage(b""))
    add("size-huge", uimage(kernel, size=0xffffffff))
    add("size-wraps", uimage(kernel, size=0xffffffc0))
    nested = kernel
    for depth in range(20):
        nested = uimage(nested)
        if depth in (2, 19):
            add(f"nested-{depth}", nested, "ok" if depth == 2 else "error")
    for kind in (3, 4, 2):
        add(f"initrd-{kind}", uimage(bases.read(folder + "/initrds"), kind),
            "ok" if kind == 3 else "error", "initrd")


def androids(cases, folder):
    for version in (0, 1, 2):
        path = f"{folder}/android{version}"
        for page in (0, 1, 3, 256, 512, 608, 1024, 4096, 1 << 20, 1 << 21, 1 << 31, 0xffffffff):
            cases.add("image", path, f"36:{struct.pack('<I', page).hex()}")
    for version in range(5):
        path = f"{folder}/android{version}"
        for offset in (8, 12, 16, 20, 24):
            for size in (0, 1, 0x7fffffff, 0x80000000, 0xfffff000, 0xfffff001, 0xffffffff):
                cases.add("image", path, f"{offset}:{struct.pack('<I', size).hex()}")


class Tree:
    """A flattened tree that is put together token by token."""

    def __init__(self):
        self.body, self.strings = b"", b""

    def begin(self, name):
        self.body += struct.pack(">I", 1) + bases.pad(name.encode() + b"\0", 4)
        return self

    def end(self, count=1):
        self.body += struct.pack(">I", 2) * count
        return self

    def prop(self, name, value):
        at = len(self.strings)
        self.strings += name.encode() + b"\0"
        self.body += struct.pack(">3I", 3, len(value), at) + bases.pad(value, 4)
        return self

    def bytes(self, **fields):
        body = self.body + struct.pack(">I", 9)
        head = {"total": 56 + len(body) + len(self.strings), "structure": 56,
                "strings": 56 + len(body), "reservations": 40, "version": 17, "last": 16, "cpu": 0,
                "stringsBytes": len(self.strings), "structureBytes": len(body)}
        head.update(fields)
        return struct.pack(">10I", 0xd00dfeed, *head.values()) + bytes(16) + body + self.strings


def fits(cases, folder):
    kernel = bases.read(folder + "/kernel")

    def add(name, data, must="error"):
        path = bases.write(f"{folder}/crafted-{name}", data)
        cases.add("image", path, must=must)
        cases.add("tree", path)

    def image(**numbers):
        tree = Tree().begin("").begin("images").begin("k").prop("type", b"kernel\0")
        for name, number in numbers.items():
            form = ">Q" if number > 0xffffffff else ">I"
            tree.prop(name.replace("_", "-"), struct.pack(form, number))
        return tree.end(3).bytes() + kernel

    top = (1 << 64) - 1
    for index, numbers in enumerate((
            {"data_offset": 0xffffffff, "data_size": len(kernel)},
            {"data_offset": 0, "data_size": 0xffffffff},
            {"data_offset": top, "data_size": top}, {"data_position": top, "data_size": 8},
            {"data_offset": len(kernel), "data_size": 1}, {"data_size": 5}, {"data_offset": 5},
            {"data_position": 0x7fffffff, "data_size": 0x7fffffff},
            {"data_position": 0, "data_size": 0})):
        add(f"fit-{index}", image(**numbers))
    # A FIT whose kernel is the FIT itself, and one whose kernel is a tree in the tree.
    whole = Tree().begin("").begin("images").begin("k").prop("type", b"kernel\0")
    whole.prop("data-position", bytes(4)).prop("data-size", struct.pack(">I", 268)).end(3)
    data = whole.bytes()
    add("fit-of-itself", data + bytes(268 - min(268, len(data))))
    # Blocks that lie over each other, outside, and in the header.
    board = Tree().begin("").begin("a").prop("b", b"c" * 64).end(2)
    for index, fields in enumerate((
            {"strings": 56}, {"structure": 0}, {"structure": 40}, {"strings": 0},
            {"reservations": 0}, {"reservations": 56}, {"structure": 0xfffffffc},
            {"strings": 0xffffffff}, {"reservations": 0xfffffff8}, {"total": 0xffffffff},
            {"total": 0}, {"total": 40}, {"structureBytes": 0xffffffff}, {"stringsBytes": 0xffffffff},
            {"version": 1}, {"version": 0xffffffff, "last": 17}, {"last": 0xffffffff})):
        path = bases.write(f"{folder}/crafted-tree-{index}", board.bytes(**fields))
        cases.add("tree", path)
        cases.add("image", path)
    for depth in (10, 64, 65, 100_000):
        deep = Tree()
        for _ in range(depth):
            deep.body += struct.pack(">2I", 1, 0x61000000 if deep.body else 0)
        add(f"tree-deep-{depth}", deep.end(depth).bytes(), must=None)
    wide = Tree().begin("")
    wide.body += struct.pack(">3I", 1, 0x61000000, 2) * 500_000
    add("tree-wide", wide.end().bytes(), must=None)
    full = Tree().begin("").prop("a", b"")
    full.body += struct.pack(">3I", 3, 0, 0) * 500_000
    add("tree-properties", full.end().bytes(), must=None)
    nops = Tree().begin("")
    nops.body += struct.pack(">I", 4) * 5_000_000
    add("tree-of-nops", nops.end().bytes(), must=None)
    reserved = Tree().begin("").end().bytes()
    reserved = reserved[:40] + struct.pack(">2Q", 1, 1) * 500_000 + reserved[40:]
    bases.write(folder + "/crafted-reserved", reserved)
    cases.add("tree", folder + "/crafted-reserved")
    # One configuration that names the same ramdisk again and again: hashing must be bounded.
    again = Tree().begin("").begin("images")
    again.begin("k").prop("type", b"kernel\0").prop("data", kernel).end()
    again.begin("r").prop("data", bytes(4 << 20))
    for index in range(200):
        again.begin(f"hash-{index}").prop("algo", b"sha1\0").prop("value", bytes(20)).end()
    again.end(2).begin("configurations").begin("c").prop("kernel", b"k\0")
    again.prop("ramdisk", b"r\0" * 60).end(3)
    add("fit-hashes", again.bytes())
    # The right hash, asked for 64 times 64 times.
    right = zlib.crc32(bytes(4 << 20)).to_bytes(4, "big")
    again = Tree().begin("").begin("images")
    again.begin("k").prop("type", b"kernel\0").prop("data", kernel).end()
    again.begin("r").prop("data", bytes(4 << 20))
    for index in range(64):
        again.begin(f"hash-{index}").prop("algo", b"crc32\0").prop("value", right).end()
    again.end(2).begin("configurations").begin("c").prop("kernel", b"k\0")
    again.prop("ramdisk", b"r\0" * 64).end(3)
    add("fit-right-hashes", again.bytes(), must=None)


def zeros_of(size):
    """A gzip stream of zeros."""
    zeros = bytes(1 << 20)
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    return b"".join(packer.compress(zeros) for _ in range(size >> 20)) + packer.flush()


def wrappers(cases, folder, cache):
    kernel = bases.read(folder + "/kernel")

    def add(name, data, must="error", mode="image"):
        cases.add(mode, bases.write(f"{folder}/crafted-{name}", data), must=must)

    packed = kernel
    for depth in range(20):
        packed = gzip.compress(packed, 1, mtime=0)
        if depth in (0, 5, 19):
            add(f"gzip-{depth}", packed, "ok" if depth < 6 else "error")
    for name, path in bases.bombs(cache + "/hostile").items():
        bomb = bases.read(path)
        cases.add("image", path, must="error")
        # How much a kernel unpacks is not ours to limit; that it is no archive is told.
        cases.add("initrd", path, must="ok")
        # A zImage without a table around it, and twenty of them one behind the other.
        for times in (1, 20):
            data = bytearray(kernel[:0x2000] + bomb * times)
            struct.pack_into("<2I", data, 0x28, 0, len(data))
            struct.pack_into("<2I", data, 0x34, 0, 0)
            add(f"zimage-{name}-{times}", bytes(data))
        # A bomb in a uImage, in gzip, in a FIT, and behind the content that a uImage announces.
        add(f"uimage-{name}", uimage(bomb))
        add(f"packed-{name}", gzip.compress(bomb, 1, mtime=0))
        fit = Tree().begin("").begin("images").begin("k").prop("type", b"kernel\0")
        compression = name.split("-")[0]
        fit.prop("compression", compression.encode() + b"\0").prop("data", bomb).end(3)
        add(f"fit-{name}", fit.bytes())
        number = {"gzip": 1, "bzip2": 2, "lzma": 3, "lzo": 4, "lz4": 5, "zstd": 6}.get(compression)
        if number:
            add(f"uimage-packed-{name}", uimage(bomb, compression=number))
    # Just not too much: as large as may be, found by inflating, with the right word and a wrong one.
    for size in (100, 127, 128, 250):
        content = bases.read(folder + "/kernel")[:0x2000] + zeros_of(size << 20)
        for word in (size << 20, 5 << 20):
            data = bytearray(content[:-4] + struct.pack("<I", word) + bytes(40))
            struct.pack_into("<2I", data, 0x28, 0, len(data))
            struct.pack_into("<2I", data, 0x34, 0, 0)
            add(f"zimage-almost-{size}-{word}", bytes(data), None, "verify")
            # The same with a table: the size word is trusted first and repaired then.
            table = struct.pack("<7I", 6, 0x5a534c4b, len(content) - 4, 4096, 0x8000, 0x10000, 0)
            data[0x100:0x100 + len(table)] = table
            struct.pack_into("<2I", data, 0x34, 0x45454545, 0x100)
            add(f"zimage-tagged-{size}-{word}", bytes(data), None, "verify")
    for compression in (lzma.FORMAT_XZ, lzma.FORMAT_ALONE):
        packer = lzma.LZMACompressor(compression, preset=0)
        stream = b"".join(packer.compress(bytes(1 << 20)) for _ in range(125)) + packer.flush()
        data = bytearray(bases.read(folder + "/kernel")[:0x2000] + stream + bytes(44))
        struct.pack_into("<2I", data, 0x28, 0, len(data))
        struct.pack_into("<2I", data, 0x34, 0, 0)
        add(f"zimage-almost-{compression}", bytes(data), None, "verify")
    # Ends of a payload that are looked for in vain: every byte begins something.
    for name, magic in (("gzip", b"\x1f\x8b\x08" + bytes(6) + b"\x03"),
                        ("xz", b"\xfd7zXZ\0\0\1\x69\x22\xde\x36\2\0\x21\1"),
                        ("lzma", b"\x5d\0\0\x80\0" + b"\xff" * 8 + b"\0"),
                        ("lzo", b"\x89LZO\0\r\n\x1a\n"), ("lz4", b"\x02!L\x18\x20\0\0\0")):
        for table in (True, False):
            data = bytearray(kernel[:0x2000] + magic * (4_000_000 // len(magic)))
            struct.pack_into("<2I", data, 0x28, 0, len(data))
            if not table:
                struct.pack_into("<2I", data, 0x34, 0, 0)
            add(f"magics-{name}-{int(table)}", bytes(data))
        add(f"initrd-{name}", magic * (4_000_000 // len(magic)), None, "initrd")
    add("initrd-zeros", bytes(20 << 20), "error", "initrd")
    add("initrd-tiny-archives", gzip.compress(b"070701", mtime=0) * 200_000, None, "initrd")
    add("initrd-entries", bases.cpio([("", b"")] * 30_000), "ok", "initrd")
    add("empty", b"")
    add("zeros", bytes(1 << 20))
    add("words", struct.pack("<I", 0xe1a00000) * 2_000_000)
    # An Image in which every word could be __bss_start.
    size = 8 << 20
    pairs = struct.pack("<2I", 0xc0008000 + size, 0xc0008000 + size + 64) * (size // 8)
    add("pairs", bytes.fromhex("0000a0e1") * 4 + pairs[16:], None)
    different = b"".join(struct.pack("<2I", 0xc0008000 + size, 0xc0008000 + size + 4 + i % 200_000 * 4)
                         for i in range(size // 8))
    add("pairs-different", bytes.fromhex("0000a0e1") * 4 + different[16:], None)
