# SPDX-License-Identifier: Apache-2.0
"""Makes the intact files that the tests damage, with mkimage, dtc and struct.pack only."""

import bz2
import gzip
import lzma
import os
import struct
import subprocess
import zlib


def run(*words, **options):
    subprocess.run(words, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **options)


def read(path):
    with open(path, "rb") as file:
        return file.read()


def write(path, data):
    with open(path, "wb") as file:
        file.write(data)
    return path


def changed(base, changes):
    """A file with the changes of a case made, in their order."""
    data = bytearray(base)
    for change in changes.split():
        if change.startswith("cut="):
            del data[int(change[4:]):]
            continue
        at, new = change.split(":")
        for index, byte in enumerate(bytes.fromhex(new), int(at)):
            if index < len(data):
                data[index] = byte
    return bytes(data)


def pad(data, multiple):
    return data + bytes(-len(data) % multiple)


def cpio(names):
    """An archive in the new ASCII format, see the kernel's buffer-format.rst."""
    out = b""
    for name, body in names + [("TRAILER!!!", b"")]:
        fields = [1, 0o100644, 0, 0, 1, 0, len(body), 0, 0, 0, 0, len(name) + 1, 0]
        head = b"070701" + b"".join(b"%08x" % field for field in fields)
        out += pad(head + name.encode() + b"\0", 4) + pad(body, 4)
    return pad(out, 512)


def mediatek(data, name):
    """A kernel or ramdisk behind MediaTek's header."""
    head = struct.pack("<2I32s", 0x58881688, len(data), name)
    return head.ljust(512, b"\xff") + data


def tree_table(magic, version, trees, page=2048):
    """A table of device trees: QCDT, DTBH or that of AOSP."""
    big = magic == b"\xd7\xb7\xab\x1e"
    words = {(b"QCDT", 1): 5, (b"QCDT", 2): 6, (b"QCDT", 3): 10}.get((magic, version), 8)
    start = -(-(32 + len(trees) * words * 4) // page) * page
    head, body = b"", b""
    for index, tree in enumerate(trees):
        offset, part = start + len(body), pad(tree, page)
        body += part
        if big:
            head += struct.pack(">8I", len(part), offset, index, 0, 0, 0, 0, 0)
        elif magic == b"DTBH":
            head += struct.pack("<8I", 0x2208, 0x50a6, 0x217584da, index, 0xff, offset, len(part), 32)
        else:
            numbers = ([126, 8 + index, 0] + [0x20001] * (words - 5))[:words - 2]
            head += struct.pack(f"<{words}I", *numbers, offset, len(part))
    if big:
        front = magic + struct.pack(">7I", start + len(body), 32, 32, len(trees), 32, page, version)
    else:
        front = magic + struct.pack("<2I", version, len(trees))
    return (front + head).ljust(start, b"\0") + body


def android_with_table(kernel, ramdisk, table):
    """An Android boot image of version 0, with a table of trees behind the second stage."""
    image = android(0, kernel, ramdisk, b"")
    return image[:40] + struct.pack("<I", len(table)) + image[44:] + pad(table, 2048)


def android(version, kernel, ramdisk, tree):
    """An Android boot image, laid out as mkbootimg's bootimg.h says."""
    line = b"console=ttyAMA0 quiet"
    if version >= 3:
        head = struct.pack("<8s4I16xI1536s", b"ANDROID!", len(kernel), len(ramdisk), 0,
                           1580 if version == 3 else 1584, version, line)
        head += struct.pack("<I", 0) if version == 4 else b""
        return pad(head, 4096) + pad(kernel, 4096) + pad(ramdisk, 4096)
    head = struct.pack("<8s10I16s512s32s1024s", b"ANDROID!", len(kernel), 0x10008000,
                       len(ramdisk), 0x11000000, 0, 0x10f00000, 0x10000100, 2048, version, 0,
                       b"board", line, b"", b"")
    if version >= 1:
        head += struct.pack("<IQI", 0, 0, 1648 if version == 1 else 1660)
    if version == 2:
        head += struct.pack("<IQ", len(tree), 0x12000000)
    parts = [head, kernel, ramdisk] + ([tree] if version == 2 else [])
    return b"".join(pad(part, 2048) for part in parts)


ITS = """/dts-v1/;
/ {
  description = "hostile input"; #address-cells = <1>;
  images {
    kernel-1 {
      data = /incbin/("kernel"); type = "kernel"; arch = "arm"; os = "linux";
      compression = "none"; load = <0x80008000>; entry = <0x80008000>;
      hash-1 { algo = "%s"; };
    };
    fdt-1 {
      data = /incbin/("tree"); type = "flat_dt"; arch = "arm"; compression = "none";
      hash-1 { algo = "sha1"; };
    };
    ramdisk-1 {
      data = /incbin/("initrd"); type = "ramdisk"; arch = "arm"; os = "linux";
      compression = "none"; hash-1 { algo = "crc32"; };
    };
  };
  configurations {
    default = "conf-1";
    conf-1 { kernel = "kernel-1"; fdt = "fdt-1"; ramdisk = "ramdisk-1"; };
  };
};
"""

# A kernel for several boards, with overlays.
BOARDS = """/dts-v1/;
/ {
  description = "boards"; #address-cells = <1>;
  images {
    kernel-1 {
      data = /incbin/("kernel"); type = "kernel"; arch = "arm"; os = "linux";
      compression = "none"; load = <0x80008000>; entry = <0x80008000>;
    };
    fdt-1 { data = /incbin/("tree"); type = "flat_dt"; arch = "arm"; compression = "none"; };
    fdt-2 { data = /incbin/("board"); type = "flat_dt"; arch = "arm"; compression = "none"; };
    ov-1 { data = /incbin/("overlay"); type = "flat_dt"; arch = "arm"; compression = "none"; };
  };
  configurations {
    default = "conf-1";
    conf-1 { kernel = "kernel-1"; fdt = "fdt-2", "ov-1"; compatible = "test,board"; };
    conf-2 { kernel = "kernel-1"; fdt = "fdt-1"; compatible = "arm,vexpress"; };
    more { fdt = "ov-1"; };
  };
};
"""

OVERLAY = "/dts-v1/; /plugin/; &{/chosen} { mark; };"

BOARD = """/dts-v1/;
/memreserve/ 0x48000000 0x2000;
/memreserve/ 0x49000000 0x123456;
/ {
  #address-cells = <1>; #size-cells = <1>; compatible = "test,board";
  chosen { bootargs = "console=ttyAMA0"; linux,initrd-start = <0x49000000>;
    linux,initrd-end = <0x49123456>; linux,usable-memory-range = <0x44000000 0x4000000>; };
  memory@40000000 { device_type = "memory"; reg = <0x40000000 0x10000000>; };
  reserved-memory { #address-cells = <1>; #size-cells = <1>; ranges;
    secure@4f000000 { reg = <0x4f000000 0x100000>; no-map; };
    pool { size = <0x4000000>; alignment = <0x400000>; alloc-ranges = <0x40000000 0x10000000>; };
  };
  soc { #address-cells = <1>; #size-cells = <1>; ranges; a { b { c { d = "e"; }; }; };
    serial@9000000 { compatible = "arm,pl011"; reg = <0x9000000 0x1000>; }; };
};
"""

# Tables of device trees in boot images: a name, the magic number, the version.
TABLES = [("qcdt1", b"QCDT", 1), ("qcdt2", b"QCDT", 2), ("qcdt3", b"QCDT", 3), ("dtbh", b"DTBH", 2),
          ("aosp", b"\xd7\xb7\xab\x1e", 0)]

TINY = ["gzip", "xz", "lzma", "lzo", "lz4"]


def make(folder, cache):
    """Makes every base file in a folder; those that are there already are kept."""
    def path(name):
        return os.path.join(folder, name)

    if os.path.exists(path("made")):
        return
    kernel = read(f"{cache}/kernels/tiny-gzip/vmlinuz")
    tree = read(f"{cache}/dtbs/vexpress-v2p-ca15-tc1.dtb")
    archive = cpio([("init", b"#!/bin/sh\n" * 40), ("etc/name", b"hostile")])
    write(path("kernel"), kernel)
    write(path("tree"), tree)
    write(path("initrd"), archive)
    write(path("initrds"), archive + gzip.compress(archive, mtime=0) + bytes(512)
          + lzma.compress(archive, check=lzma.CHECK_CRC32) + bz2.compress(archive))
    write(path("board.dts"), BOARD.encode())
    run("dtc", "-q", "-@", "-O", "dtb", "-o", path("board"), path("board.dts"))
    for version in range(5):
        write(path(f"android{version}"), android(version, kernel, archive, tree))
    write(path("overlay.dts"), OVERLAY.encode())
    run("dtc", "-q", "-@", "-O", "dtb", "-o", path("overlay"), path("overlay.dts"))
    trees = [tree, read(path("board")), tree]
    for name, magic, version in TABLES:
        table = tree_table(magic, version, trees)
        write(path("android-" + name), android_with_table(kernel, archive, table))
    write(path("android-dtb"), android(2, kernel, archive, tree_table(TABLES[-1][1], 0, trees)))
    write(path("android-mtk"), android(
        0, mediatek(kernel, b"KERNEL"), mediatek(archive, b"ROOTFS"), tree))
    common = ["-A", "arm", "-O", "linux", "-C", "none", "-a", "0x80008000", "-e", "0x80008000"]
    clock = dict(os.environ, SOURCE_DATE_EPOCH="1466000000")
    run("mkimage", *common, "-T", "kernel", "-n", "hostile", "-d", path("kernel"), path("uimage"),
        env=clock)
    run("mkimage", *common, "-T", "multi", "-n", "parts", "-d",
        ":".join([path("kernel"), path("initrd"), path("tree")]), path("uimage-multi"), env=clock)
    for name, algorithm, options in [("fit", "sha256", []), ("fit-external", "md5", ["-E"]),
                                     ("fit-placed", "crc32", ["-E", "-p", "0x4000"])]:
        write(path("source.its"), (ITS % algorithm).encode())
        run("mkimage", "-f", "source.its", *options, name, cwd=folder, env=clock)
    write(path("source.its"), BOARDS.encode())
    run("mkimage", "-f", "source.its", "fit-boards", cwd=folder, env=clock)
    write(path("made"), b"")


def bombs(folder):
    """Files of a few MB at most that inflate to 512 MiB of zeros, gzip to 4 GiB; kept."""
    os.makedirs(folder, exist_ok=True)
    zeros = bytes(1 << 20)
    made = {}

    def once(name, write_it):
        target = os.path.join(folder, "bomb." + name)
        made[name] = target
        if not os.path.exists(target):
            temporary = f"{target}.{os.getpid()}"
            with open(temporary, "wb") as file:
                write_it(file)
            os.rename(temporary, target)

    def repeat(compressor, count=512):
        def write_it(file):
            for _ in range(count):
                file.write(compressor.compress(zeros))
            file.write(compressor.flush())
        return write_it

    def tool(*words):
        def write_it(file):
            process = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=file,
                                       stderr=subprocess.DEVNULL)
            for _ in range(512):
                process.stdin.write(zeros)
            process.stdin.close()
            if process.wait() != 0:
                raise RuntimeError(words)
        return write_it

    def gzipped(file):
        # The same 16 MiB again and again; a full flush makes them independent of each other.
        packer = zlib.compressobj(9, zlib.DEFLATED, -15)
        block = b"".join(packer.compress(zeros) for _ in range(16)) + packer.flush(zlib.Z_FULL_FLUSH)
        crc = 0
        for _ in range(512):
            crc = zlib.crc32(zeros, crc)
        file.write(b"\x1f\x8b\x08\0\0\0\0\0\0\x03" + block * 256 + b"\x03\0"
                   + struct.pack("<II", crc, 0))

    once("gzip", gzipped)
    once("xz", repeat(lzma.LZMACompressor(preset=0, check=lzma.CHECK_CRC32)))
    once("lzma", repeat(lzma.LZMACompressor(lzma.FORMAT_ALONE, preset=0)))
    once("bzip2", repeat(bz2.BZ2Compressor(9)))
    once("lzo", tool("lzop", "-c"))
    once("lz4", tool("lz4", "-l", "-c"))
    once("lz4-frame", tool("lz4", "-c"))
    once("zstd", tool("zstd", "-c", "--long=27", "-q"))
    return made
