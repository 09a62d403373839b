# SPDX-License-Identifier: Apache-2.0
"""What the benches share: where the cache is, and how figures, tables and targets look."""
import collections
import os
import pathlib

DEFAULT_CACHE = pathlib.Path(
    os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache") / "swift-kexec"
CACHE = pathlib.Path(os.environ.get("SWIFT_KEXEC_CACHE") or DEFAULT_CACHE)
MEBIBYTE = 1 << 20

Target = collections.namedtuple("Target", "name measured most holds")


def milliseconds(seconds):
    return f"{seconds * 1e3:.1f} ms"


def mebibytes(count):
    return f"{count / MEBIBYTE:.1f} MiB"


def thousands(count):
    return f"{count:,}".replace(",", " ")


def print_table(names, rows):
    """Prints a table as Markdown has it, the first column to the left and the others to the right."""
    names, *rows = [[cell.replace("|", "\\|") for cell in row] for row in [names, *rows]]
    widths = [max(len(row[at]) for row in [names, *rows]) for at in range(len(names))]

    def line(cells):
        first, *rest = (cell.rjust(width) for cell, width in zip(cells, widths))
        return "| " + " | ".join([first.strip().ljust(widths[0]), *rest]) + " |"

    print(line(names))
    print("|" + "-" * (widths[0] + 2) + "".join("|" + "-" * (width + 1) + ":" for width in widths[1:])
          + "|")
    for row in rows:
        print(line(row))


def print_targets(targets):
    """Prints what was to be reached, and returns the exit code."""
    print_table(
        ["target", "measured", "at most", ""],
        [(*target[:3], "PASS" if target.holds else "FAIL") for target in targets])
    return 0 if all(target.holds for target in targets) else 1
