"""Turns what a soak left into a table and a plot, and docs/PERFORMANCE.md."""

import csv
import json
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DOCUMENT = ROOT / "docs" / "PERFORMANCE.md"
PLOT = ROOT / "docs" / "soak.svg"
BEGIN = "<!-- soaked: written by tests/soak/run --document -->"
END = "<!-- end of what was soaked -->"
MIB = 2**20
POINTS = 150  # of a line of the plot


def text(result) -> str:
    words, calls, plan = result["words"], result["calls"], result["plan"]
    quiet = result["quiet_bytes"]
    warm = result["warm_up_points"]
    rows = [
        ("time", f"{result['seconds'] / 60:.0f} minutes, {result['rounds']} rounds"),
        ("hosts", f"{plan['hosts']:,}"),
        (
            "answers: `good`, `nochg`, `911`",
            ", ".join(f"{words.get(word, 0):,}" for word in ("good", "nochg", "911")),
        ),
        ("callers who hung up", f"{words.get('hung up', 0):,}"),
        ("calls of Route 53", f"{calls['calls']:,} with {calls['changes']:,} changes"),
        ("of them throttled, overlapping", f"{calls['throttled']:,}, {calls['overlapping']:,}"),
        ("restarts, reloads", f"{result['restarts']}, {result['reloads']}"),
        (
            "memory at quiet points, MiB: highest in the warm-up, highest after it, last",
            f"{max(quiet[:warm]) / MIB:.1f}, {max(quiet[warm:], default=0) / MIB:.1f}, "
            f"{quiet[-1] / MIB:.1f}",
        ),
        (
            "of it, known of hosts and of what happened lately, MiB: last",
            f"{result['known_bytes'][-1] / MIB:.1f}",
        ),
        (
            "pages and metrics looked at, alerts told",
            f"{sum(result['pages'].values()):,}, {result['alerts']:,}",
        ),
        (
            "descriptors at the start, and at every quiet point",
            f"{result['descriptors']['steady']}",
        ),
        ("lies", f"{result['lies']}"),
        ("faults", f"{len(result['faults'])}"),
    ]
    lines = ["| | |", "| --- | ---: |", *(f"| {what} | {much} |" for what, much in rows)]
    return "\n".join(lines)


GNUPLOT = """
set terminal svg size 840,420 font "sans-serif,12" background "white"
set multiplot layout 2,2 margins 0.07,0.985,0.11,0.92 spacing 0.09,0.17
set datafile missing "?"
set grid ytics lc "#dddddd"
set key left top reverse Left samplen 2 font ",10"
set autoscale xfix
set yrange [0:*]
set key left bottom
set title "Memory of the process, MiB"
plot $samples using 1:2 title "lives all the time" with lines lw 1.5 lc "#1f77b4", \\
    $samples using 1:3 title "is restarted" with lines lw 1 lc "#ff7f0e", \\
    $quiet using 1:2 title "at quiet points" with points pt 7 ps 0.4 lc "#d62728", \\
    $quiet using 1:4 title "of it, what it knows" with points pt 7 ps 0.4 lc "#9467bd"
set key left top
set title "Descriptors"
plot $samples using 1:4 title "lives all the time" with lines lw 1 lc "#1f77b4", \\
    $quiet using 1:3 title "at quiet points" with points pt 7 ps 0.4 lc "#d62728"
set xlabel "minutes"
set title "Answers since the start, thousands"
plot $samples using 1:5 title "good" with lines lw 1.5 lc "#1f77b4", \\
    $samples using 1:6 title "nochg" with lines lw 1.5 lc "#2ca02c", \\
    $samples using 1:7 title "911" with lines lw 1.5 lc "#ff7f0e"
set title "Answers that were lies"
set yrange [0:10]
plot $samples using 1:8 notitle with lines lw 2 lc "#d62728"
"""


def draw(folder: Path):
    with open(folder / "samples.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    # The last of each round: there, all has settled.
    quiet = {row["round"]: row for row in rows if row["what"] == "quiet"}.values()
    running = rows[:: max(1, len(rows) // POINTS)]
    script = "\n".join([_data("samples", map(_sample, running)), _data("quiet", map(_quiet, quiet))])
    drawn = subprocess.run(
        ["gnuplot"], input=script + GNUPLOT, check=True, stdout=subprocess.PIPE, text=True
    )
    lines = [line.expandtabs().rstrip() for line in drawn.stdout.splitlines()]
    (folder / "soak.svg").write_text("\n".join(line for line in lines if line) + "\n")


def _sample(row) -> str:
    thousands = (f"{int(row[word]) / 1000:.2f}" for word in ("good", "nochg", "911"))
    fields = [_minutes(row), _mib(row["steady KiB"]), _mib(row["restarted KiB"])]
    return " ".join([*fields, row["steady descriptors"] or "?", *thousands, row["lies"]])


def _quiet(row) -> str:
    memory, known = _mib(row["steady KiB"]), _mib(row["steady knows KiB"])
    return f"{_minutes(row)} {memory} {row['steady descriptors']} {known}"


def _minutes(row) -> str:
    return f"{float(row['seconds']) / 60:.2f}"


def _mib(kib: str) -> str:
    return f"{int(kib) / 1024:.2f}" if kib else "?"


def _data(name, lines):
    return "\n".join([f"${name} << END", *lines, "END"])


def write(folder: Path):
    result = json.loads((folder / "result.json").read_text())
    document = DOCUMENT.read_text()
    before, _, rest = document.partition(BEGIN)
    _, _, after = rest.partition(END)
    DOCUMENT.write_text(f"{before}{BEGIN}\n\n{text(result)}\n\n{END}{after}")
    draw(folder)
    PLOT.write_text((folder / "soak.svg").read_text())
