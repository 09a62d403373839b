# SPDX-License-Identifier: Apache-2.0
"""The table of docs/fuzzing.md: made from the records, and taken over where the records are lost."""
import pathlib
import re

import fuzz_target
import tables

PAGE = pathlib.Path(__file__).resolve().parent.parent.parent / "docs/fuzzing.md"
HEAD = "| target | seconds of CPU | executions | a second | edges | corpus | findings | sources |"
ROW = re.compile(r"\| ([a-z0-9-]+) \| ([\d ]+) \| ([\d ]+) \| [\d ]+ \| (\d+) \| \d+ \| (\d+) \| "
                 r"([0-9a-f]{7,40}) \|$", re.MULTILINE)


def text(targets):
    """† is for sources that were changed since; what was taken over is told apart below."""
    records = [target.load(whatever=True) for target in targets]
    lines = [HEAD, "|---|--:|--:|--:|--:|--:|--:|---|"]
    for target, record in zip(targets, records):
        mark = "" if record.digest == target.digest else " †"
        lines.append(
            f"| {target.name} | {record.seconds} | {tables.thousands(record.executions)} | "
            f"{tables.thousands(record.executions // max(1, record.seconds))} | {record.edges} | "
            f"{record.corpus} | {len(record.findings)} | {record.commit or 'none'}{mark} |")
    seconds, executions, findings = (sum(figures) for figures in zip(*(
        (one.seconds, one.executions, len(one.findings)) for one in records)))
    lines.append(
        f"| **all {len(records)}** | {tables.thousands(seconds)} | {tables.thousands(executions)} | "
        f"{tables.thousands(executions // max(1, seconds))} | | | {findings} | |")
    adopted = sum(one.adopted for one in records)
    if adopted:
        since = [one.seconds - one.adopted for one in records]
        lines += ["", f"{tables.thousands(adopted)} s of these were run with corpora that are lost; "
                  f"the {tables.thousands(sum(since))} s after them,",
                  f"{min(since)} to {max(since)} a target, began from the seeds anew."]
    return "\n".join(lines)


def write(targets):
    old = PAGE.read_text()
    PAGE.write_text(old[:old.index(HEAD)] + text(targets) + "\n")


def adopt(targets):
    """Takes over what the page says was run; returns a line for each target.

    The page knows the commit, not the digest: what differs from that commit is left out, and so is a
    target with findings, whose inputs are not here. A record of this machine is never added to,
    since the page may have been written from it.
    """
    rows = {row[0]: row[1:] for row in ROW.findall(PAGE.read_text())}
    for target in targets:
        if target.name not in rows:
            yield f"{target.name}: left out: no row in {PAGE} with a commit and without †"
            continue
        seconds, executions, edges, findings, commit = rows[target.name]
        if findings != "0":
            yield f"{target.name}: left out: the page tells of findings"
        elif target.record.seconds:
            yield f"{target.name}: left out: there is a record of {target.record.seconds} s here"
        elif not target.is_as_at(commit):
            yield f"{target.name}: left out: {commit} is unknown here or has other sources"
        else:
            run = int(seconds.replace(" ", ""))
            target.add(fuzz_target.Record(
                target.name, seconds=run, adopted=run, executions=int(executions.replace(" ", "")),
                edges=int(edges)))
            yield f"{target.name}: {run} s taken over"
