"""Turns what was measured into the tables and the plot of docs/PERFORMANCE.md."""

import os
import platform
import re
import statistics
import subprocess
from datetime import datetime, timezone
from pathlib import Path

from against_nginx import HOSTS_A_CALL
from coalescing import BOTH_FAMILIES, DYNDNS2_HOSTS, NIC_UPDATE, REGISTER_IP
from programs import ROOT

DOCUMENT = ROOT / "docs" / "PERFORMANCE.md"
PLOT = ROOT / "docs" / "performance.svg"
BEGIN = "<!-- measured: written by tests/bench/run -->"
END = "<!-- end of what was measured -->"
MIB = 2**20

RUSH_HOSTS = 5000
LIMIT_HOSTS_A_SECOND = 2500
RELOADED_HOSTS = 1000000
BYTES_BESIDE_THE_CSV = 10
# A hundred times as many zones: twice the depth of a heap, and out of the caches.
MANY_ZONES_RATIO = 5


def table(head: list[str], rows: list[list]) -> str:
    lines = [head, ["---:" if n else "---" for n, _ in enumerate(head)], *rows]
    return "\n".join("| " + " | ".join(str(cell) for cell in line) + " |" for line in lines)


def median(runs, key):
    return statistics.median(run[key] for run in runs)


def total(runs, key):
    return sum(run[key] for run in runs)


def largest(runs, key):
    return max(run[key] for run in runs)


# --- the parts


def machine(load: float) -> str:
    cpuinfo = Path("/proc/cpuinfo").read_text()
    model = re.search(r"model name\s*: (.*)", cpuinfo)
    return (
        f"{datetime.now(timezone.utc):%Y-%m-%d}, {os.cpu_count()} cores of "
        f"{model[1].strip() if model else platform.machine()}, Linux {platform.release()}, "
        f"gcc's Release build; load average {load:.1f} before it began."
    )


def rushes(results) -> str:
    rows = [
        [
            f"{rush['hosts']:,}"
            + (f", {rush['way']}" if rush["way"] != REGISTER_IP.name else ""),
            f"{median(runs, 'seconds'):.2f}",
            f"{median(runs, 'multiple_of_limit'):.2f}" if rush["hosts"] > 1 else "",
            f"{median(runs, 'hosts_a_second'):,.0f}",
            f"{median(runs, 'calls'):.0f}",
            f"{median(runs, 'median_batch'):.0f}, {largest(runs, 'largest_batch')}",
            f"{median(runs, 'p50_ms'):,.0f}, {median(runs, 'p99_ms'):,.0f}, "
            f"{median(runs, 'max_ms'):,.0f}",
            f"{total(runs, 'good'):,}, {total(runs, 'nochg') + total(runs, 'other')}",
            f"{total(runs, 'throttled')}, {total(runs, 'overlapping')}",
            total(runs, "wrong_records"),
        ]
        for rush in results["rushes"]
        for runs in [rush["runs"]]
    ]
    head = [
        "hosts at once",
        "seconds",
        "times the limit's own",
        "hosts a second",
        "calls",
        "batch: median, largest",
        "waited, ms: p50, p99, max",
        "answers: `good`, other",
        "throttled, overlapping calls",
        "wrong records",
    ]
    return table(head, rows)


def strategies(results) -> str:
    ours = median(_rush(results, RUSH_HOSTS), "hosts_a_second")
    names = {
        "read-then-change": "read the record, then change it; host by host",
        "upsert": "one UPSERT a call, host by host",
    }
    rows = [
        [
            names[name],
            f"{each['hosts_a_second']:.1f}",
            f"{(each['calls'] - 1) / each['hosts']:.0f}",
            f"{ours / each['hosts_a_second']:,.0f}",
        ]
        for name, each in results["naive"].items()
    ]
    rows.append([f"dyndns53, {RUSH_HOSTS:,} hosts at once", f"{ours:,.0f}", "0.002", "1"])
    head = ["strategy", "hosts a second", "calls a host", "dyndns53 carries, times"]
    return table(head, rows)


def many_zones(results) -> str:
    rows = []
    for n, hosts in enumerate(results["hosts"]):
        row = [f"{hosts:,}"]
        for way in ["filling", "leaving"]:
            typical = statistics.median(each[way][n] for each in results["turns"])
            row += [f"{typical / 1000:.1f}", _spread(_zone_ratios(results, way, n)) if n else ""]
        rows.append(row)
    ratio = f"times that of {results['hosts'][0]:,} (range)"
    head = ["hosts, each with a zone", "µs a change, filling", ratio, "leaving", ratio]
    return table(head, rows)


def _zone_ratios(results, way, n):
    """What a change costs, next to what it costs in the fewest zones."""
    return [each[way][n] / each[way][0] for each in results["turns"]]


def culprits(results) -> str:
    rows = [
        [
            each["name"],
            f"{each['asked']:,}",
            f"{each['good']:,}",
            f"{each['refused']:,}",
            f"{each['unavailable']:,}",
            f"{each['calls']:,}, {each['alone']:,}",
            f"{each['worst_ms'] / 1000:.1f}",
            f"{each['worst_proven_ms'] / 1000:.1f}" if each["worst_proven_ms"] else "",
        ]
        for each in results["schedules"]
    ]
    head = [
        "schedule",
        "requests",
        "`good`",
        "`dnserr`",
        "`911`",
        "calls, those with a lone record",
        "worst wait of a neighbour, s",
        "of one whose record Route 53 has had before, s",
    ]
    return table(head, rows)


def copies(results) -> str:
    alone = results["runs"][0]["hosts_a_second"]
    rows = [
        [
            f"{each['copies']}",
            f"{each['hosts_a_second']:,.0f}",
            f"{each['hosts_a_second'] / alone:.2f}",
            f"{each['calls']:,}",
            f"{each['throttled'] / each['calls']:.3f}",
            f"{each['overlapping'] / each['calls']:.3f}",
            each["wrong_records"],
        ]
        for each in results["runs"]
    ]
    head = [
        "copies, in one zone",
        "hosts a second together",
        "of what one carries",
        "calls",
        "of them throttled",
        "overlapping",
        "wrong records",
    ]
    return table(head, rows)


def simulated_copies(results) -> str:
    rows = [
        [
            each["name"],
            f"{each['used']:.2f}",
            f"{each['throttled']:.3f}",
            f"{each['busy']:.3f}",
            f"{each['fairness']:.2f}",
            f"{each['least share']:.2f}",
        ]
        for each in results["simulated"]
    ]
    head = [
        "in the simulator",
        "used, of the account's calls",
        "throttled calls",
        "overlapping",
        "fairness (Jain; 1: equal)",
        "smallest share, of an equal one",
    ]
    return table(head, rows)


REQUESTS = {
    "/check_ip": "`/check_ip`",
    "/register_ip": "`/register_ip`, `nochg`",
    "/nic/update": "`/nic/update`, `nochg`",
    "/v3/update": f"`/v3/update` of {HOSTS_A_CALL} hosts, all `nochg`",
}


def nginx(results) -> str:
    rows = []
    for path, what in REQUESTS.items():
        each = results[path]
        cpu_us = each["ours"]["cpu_us"]
        rows.append(
            [
                what,
                f"{each['ours']['requests_a_second']:,.0f}",
                f"{each['nginx']['requests_a_second']:,.0f}",
                _spread(each["ratios"]),
                f"{cpu_us:.1f}"
                + (f", {cpu_us / each['hosts']:.2f} a host" if each["hosts"] > 1 else ""),
                f"{each['nginx']['cpu_us']:.1f}",
                _spread(each["cpu_ratios"]),
            ]
        )
    head = [
        "request",
        "requests a second",
        "nginx",
        "ratio (range)",
        "µs of the core a request",
        "nginx",
        "ratio, nginx to us (range)",
    ]
    return table(head, rows)


TLS = {"requests": "`/check_ip` on connections that stay", "handshakes": "a new one for each"}


def tls(results) -> str:
    rows = [
        [
            TLS[kind],
            f"{each['ours']['requests_a_second']:,.0f}",
            f"{each['nginx']['requests_a_second']:,.0f}",
            _spread(each["ratios"]),
            f"{each['ours']['cpu_us']:.1f}",
            f"{each['nginx']['cpu_us']:.1f}",
        ]
        for kind, each in results.items()
        if kind in TLS
    ]
    head = ["by TLS 1.3", "a second", "nginx", "ratio (range)", "µs of the core for each", "nginx"]
    return table(head, rows)


def idle(results) -> str:
    rows = [
        [who, *(f"{each[kind] / 1024:.1f}" for kind in ("plain", "tls"))]
        for who, each in results["idle"].items()
    ]
    return table(["KiB for each idle connection", "plain", "TLS"], rows)


def _spread(ratios):
    return f"{statistics.median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})"


def _memory(results, each, key="resident_bytes"):
    return each[key] - results["baseline"]["resident_bytes"]


def _slowest(each, *kinds):
    """Of each reload, the slowest answer of these kinds."""
    return [max(reload["slowest_ms"][kind] for kind in kinds) for reload in each["reloads"]]


def _median_and_worst(values):
    return f"{statistics.median(values):.1f} ({max(values):.1f})"


def growth(results) -> str:
    rows = [
        [
            f"{each['hosts']:,}, {each['place']}"
            + (f", {each['known']:,} registered" if each["known"] else "")
            + (", all columns" if each["columns"] else ""),
            f"{each['csv_bytes'] / MIB:.2f}",
            f"{_memory(results, each) / MIB:.1f}",
            _ratio(results, each, "resident_bytes"),
            _bytes_beside_the_csv(results, each),
            _ratio(results, each, "after_reload_bytes"),
            _ratio(results, each, "peak_bytes"),
            f"{median(each['reloads'], 'seconds'):.3f}",
            _median_and_worst(_slowest(each, "check_ip")),
            _median_and_worst(_slowest(each, "nochg", "good")),
            f"{max(each['quiet']['slowest_ms'].values()):.1f}",
        ]
        for each in results["tables"]
    ]
    head = [
        "hosts, place",
        "CSV, MiB",
        "memory, MiB",
        "times the CSV",
        "bytes a host beside it",
        "after reloads",
        "at most meanwhile",
        "reload, s",
        "slowest `/check_ip`, ms (worst)",
        "slowest `/register_ip`, ms (worst)",
        "slowest of both without a reload, ms",
    ]
    return table(head, rows)


# Where a table is smaller, pages and the allocator are all one sees.
LARGE_HOSTS = 100000


def _beside_the_csv(results, each):
    """Bytes of memory a host that are more than its row in the CSV."""
    return (_memory(results, each) - each["csv_bytes"]) / each["hosts"]


def _bytes_beside_the_csv(results, each):
    return f"{_beside_the_csv(results, each):.1f}" if each["hosts"] >= LARGE_HOSTS else ""


def _ratio(results, each, key):
    if each["hosts"] < LARGE_HOSTS:
        return ""
    return f"{_memory(results, each, key) / each['csv_bytes']:.2f}"


def waiters(results) -> str:
    each = results["waiters"]
    grown = each["waiting_bytes"] - each["idle_bytes"]
    return (
        f"{each['waiters']:,} callers who wait for a batch that does not return: "
        f"{grown / MIB:.1f} MiB beyond the idle process, {grown / each['waiters']:,.0f} bytes each."
    )


def journal(results) -> str:
    hosts, lines = results["hosts"], results["lines"]
    state, recent = results["state_bytes"], results["recent_bytes"]
    snapshot = results["snapshot_bytes"]
    rows = [
        ["what is known of the hosts", f"{state / MIB:.0f} MiB", f"{state / hosts:.0f} bytes a host"],
        [
            f"the newest {results['recent']:,} changes",
            f"{recent / MIB:.0f} MiB",
            f"{recent / results['recent']:.0f} bytes each",
        ],
        [
            "lines of the journal: written",
            f"{results['line_bytes'] / lines:.0f} bytes each",
            f"{results['write_seconds'] / lines * 1e6:.1f} µs each",
        ],
        [
            "packed",
            f"{results['packed_bytes'] / lines:.0f} bytes each",
            f"{results['pack_seconds'] / lines * 1e6:.1f} µs each",
        ],
        ["unpacked, read and applied", "", f"{results['apply_seconds'] / lines * 1e6:.1f} µs each"],
        [
            "a snapshot, written",
            f"{snapshot / MIB:.0f} MiB",
            f"{results['snapshot_write_seconds']:.1f} s",
        ],
        ["read, by a server that starts", "", f"{results['snapshot_read_seconds']:.1f} s"],
    ]
    return table([f"{hosts:,} hosts", "memory, or size", "time on a core"], rows)


def history(results) -> str:
    kept, other = results["kept"], results["not_kept"]
    rows = [
        [
            "requests a second",
            f"{kept['requests_a_second']:,.0f}",
            f"{other['requests_a_second']:,.0f}",
            _spread(results["ratios"]),
        ],
        [
            "time on a core, µs a request",
            f"{kept['cpu_us']:.1f}",
            f"{other['cpu_us']:.1f}",
            _spread(results["cpu_ratios"]),
        ],
    ]
    head = ["a `nochg` from memory", "with `DYNDNS_STATE`", "without", "ratio (range)"]
    return table(head, rows)


def pages(results) -> str:
    rows = [
        [name, f"{each['median'] * 1000:.1f} ms", f"{each['slowest'] * 1000:.1f} ms"]
        for name, each in results["pages"].items()
    ]
    return table([f"{results['hosts']:,} hosts", "median", "slowest"], rows)


def log_line(results) -> str:
    turns = results["turns"]
    rows = [
        [
            what,
            f"{median(turns, f'queued_{kind}'):,.0f}",
            f"{median(turns, f'direct_{kind}'):,.0f}",
            _spread(_log_ratios(turns, kind)),
        ]
        for what, kind in [("time that passes", "ns"), ("time on a core", "cpu_ns")]
    ]
    head = ["of the caller, ns a line", "handed over", "written by itself", "ratio (range)"]
    return table(head, rows)


def _log_ratios(turns, kind):
    return [each[f"queued_{kind}"] / each[f"direct_{kind}"] for each in turns]


def upgrade(results) -> str:
    rows = [
        [
            name,
            f"{kind['answers']:,}",
            kind["refused"],
            kind["lost"],
            kind["strange"],
            f"{kind['slowest']:.2f} s",
        ]
        for name, kind in results["kinds"].items()
    ]
    head = ["callers with", "answers", "refused", "answers lost", "other answers", "slowest"]
    return table(head, rows)


# --- what was promised


def _rush(results, hosts, way=REGISTER_IP):
    return next(
        rush["runs"]
        for rush in results["rushes"]
        if rush["hosts"] == hosts and rush["way"] == way.name
    )


def promises(results) -> list[tuple[str, str, bool]]:
    """What is promised, what was measured, whether it was held."""
    return [
        *_promises_of_coalescing(results["coalescing"]),
        *_promises_of_zones(results["zones"]),
        *_promises_of_copies(results["copies"]),
        *_promises_of_culprits(results["culprits"]),
        *_promises_of_requests(results["nginx"]),
        *_promises_of_growth(results["growth"]),
        *_promises_of_the_log(results["log"]),
        *_promises_of_the_upgrade(results["upgrade"]),
    ]


def _promises_of_coalescing(results):
    crowd, lone = _rush(results, RUSH_HOSTS), _rush(results, 1)
    worst = largest(crowd, "multiple_of_limit")
    dyndns2 = _rush(results, DYNDNS2_HOSTS, NIC_UPDATE)
    both = _rush(results, DYNDNS2_HOSTS, BOTH_FAMILIES)
    worst_dyndns2 = largest(dyndns2, "multiple_of_limit")
    worst_both = largest(both, "multiple_of_limit")
    every = [run for rush in results["rushes"] for run in rush["runs"]]
    bad_calls = total(every, "throttled") + total(every, "overlapping")
    unanswered = sum(run["hosts"] - run["good"] for run in every)
    wrong = total(every, "wrong_records")
    lone_ms = largest(lone, "max_ms")
    return [
        (
            f"{RUSH_HOSTS:,} hosts at once: at most 1.25 times the limit's own time",
            f"{worst:.2f} at worst",
            worst <= 1.25,
        ),
        (
            f"{DYNDNS2_HOSTS:,} at once by `/nic/update`: the same, with one address and with "
            "both families",
            f"{worst_dyndns2:.2f} and {worst_both:.2f} at worst",
            max(worst_dyndns2, worst_both) <= 1.25,
        ),
        (
            "every one is answered `good`, every record is right",
            f"{unanswered} not `good`, {wrong} wrong",
            unanswered == 0 and wrong == 0,
        ),
        (
            "no throttled call, no `PriorRequestNotComplete`",
            f"{bad_calls} of them",
            bad_calls == 0,
        ),
        (
            "a lone caller waits for one round trip only (100 ms)",
            f"{lone_ms:.0f} ms",
            lone_ms < 125,
        ),
    ]


def _promises_of_zones(results):
    last = len(results["hosts"]) - 1
    few, many = results["hosts"][0], results["hosts"][last]
    worst = max(
        statistics.median(_zone_ratios(results, way, last)) for way in ["filling", "leaving"]
    )
    return [
        (
            f"{many:,} hosts in {many:,} zones: a change takes at most {MANY_ZONES_RATIO} times "
            f"what it takes with {few}",
            f"{worst:.1f} times",
            worst <= MANY_ZONES_RATIO,
        )
    ]


def _promises_of_copies(results):
    alone = results["runs"][0]["hosts_a_second"]
    together = [each for each in results["runs"] if each["copies"] > 1]
    least = min(each["hosts_a_second"] / alone for each in together)
    throttled = max(each["throttled"] / each["calls"] for each in together)
    wrong = total(results["runs"], "wrong_records")
    return [
        (
            "copies that share one account and one zone: together at least 0.8 of what one "
            "carries alone",
            f"{least:.2f}",
            least >= 0.8,
        ),
        (
            "of their calls at most one in ten is throttled, and no record is wrong",
            f"{throttled:.3f} at worst, {wrong} wrong",
            throttled <= 0.1 and wrong == 0,
        ),
    ]


def _promises_of_culprits(results):
    def worst(words, key):
        return max(each[key] for each in results["schedules"] if words in each["name"]) / 1000

    neighbour = worst("1,500 refused hosts", "worst_ms")
    proven = worst("50 unnamed culprits", "worst_proven_ms")
    return [
        (
            "1,500 hosts that Route 53 refuses for ever: no neighbour waits for longer than 1 s",
            f"{neighbour:.1f} s",
            neighbour <= 1,
        ),
        (
            "50 culprits among 5,000, not named: no neighbour whose record Route 53 has had "
            "before waits for longer than 3 s",
            f"{proven:.1f} s",
            proven <= 3,
        ),
    ]


def _promises_of_requests(results):
    return [
        (
            f"{what}: at least {least} of nginx's requests a second",
            f"{statistics.median(results[path]['ratios']):.2f}",
            statistics.median(results[path]["ratios"]) >= least,
        )
        for path, what, least in [
            ("/check_ip", "`/check_ip`", 0.95),
            ("/register_ip", "unchanged `/register_ip`", 0.7),
            ("/nic/update", "unchanged `/nic/update`", 0.9),
        ]
    ]


def _promises_of_growth(results):
    million = [
        each
        for each in results["tables"]
        if each["hosts"] == RELOADED_HOSTS and not each["columns"]
    ]
    beside = max(_beside_the_csv(results, each) for each in million)
    ratio = max(_memory(results, each) / each["csv_bytes"] for each in million)
    seconds = max(largest(each["reloads"], "seconds") for each in million)
    slowest = [_slowest(each, "check_ip", "nochg", "good") for each in million]
    typical = max(statistics.median(each) for each in slowest)
    worst = max(max(each) for each in slowest)
    crowd = results["waiters"]
    # Few systems let everybody open 20,000 files; then it is in proportion.
    each_waits = (crowd["waiting_bytes"] - crowd["idle_bytes"]) / crowd["waiters"]
    return [
        ("a million hosts: in service in under 2 s", f"{seconds:.2f} s at worst", seconds < 2),
        ("memory at most 1.5 times the CSV", f"{ratio:.2f}", ratio <= 1.5),
        (
            "a million hosts without columns take no more than before there were any: the CSV "
            f"and {BYTES_BESIDE_THE_CSV} bytes a host",
            f"{beside:.1f}",
            beside <= BYTES_BESIDE_THE_CSV,
        ),
        (
            "no request slower than 50 ms while a million hosts are reloaded",
            f"{typical:.0f} ms in the middle one of the reloads, {worst:.0f} in the worst",
            worst < 50,
        ),
        (
            "20,000 waiting callers fit in 64 MiB beyond the idle process",
            f"{each_waits * 20000 / MIB:.1f} MiB",
            each_waits * 20000 <= 64 * MIB,
        ),
    ]


def _promises_of_the_log(results):
    ratio = statistics.median(_log_ratios(results["turns"], "cpu_ns"))
    return [
        (
            "a log line takes its caller no longer than to write it",
            f"{ratio:.2f} of the time on a core",
            ratio <= 1,
        )
    ]


def _promises_of_the_upgrade(results):
    kinds = [kind for name, kind in results["kinds"].items() if "long silent" not in name]
    refused = sum(kind["refused"] for kind in results["kinds"].values())
    lost = sum(kind["lost"] + kind["strange"] for kind in kinds)
    return [
        (
            "a restart by systemd's sockets refuses nobody, and loses no answer to whoever "
            "was silent for less than 5 s",
            f"{refused} refused and {lost} lost of {sum(kind['answers'] for kind in kinds):,} "
            f"in {len(results['restarts'])} restarts",
            refused == 0 and lost == 0,
        )
    ]


def promise_table(results) -> str:
    rows = [
        [promise, measured, "yes" if held else "**no**"]
        for promise, measured, held in promises(results)
    ]
    return table(["promise", "measured", "held"], rows)


# --- the document


def text(results) -> str:
    turns = f"{results['nginx']['rounds']} turns of {results['nginx']['seconds']} s each."
    return "\n\n".join(
        [
            machine(results["load"]),
            "### The promises",
            promise_table(results),
            "### New addresses within Route 53's limits",
            rushes(results["coalescing"]),
            strategies(results["coalescing"]),
            "### Many zones",
            f"{len(results['zones']['turns'])} turns of {results['zones']['hosts'][-1]:,} changes.",
            many_zones(results["zones"]),
            "### Several copies",
            copies(results["copies"]),
            simulated_copies(results["copies"]),
            "### Hosts that Route 53 refuses",
            culprits(results["culprits"]),
            "### Requests that need no call",
            turns,
            nginx(results["nginx"]),
            "### By TLS",
            f"{results['tls']['rounds']} turns of {results['tls']['seconds']} s each; "
            f"{results['tls']['connections']:,} idle connections.",
            tls(results["tls"]),
            idle(results["tls"]),
            "### The table grows, and the callers who wait",
            f"{results['growth']['turns']} reloads of each.",
            growth(results["growth"]),
            waiters(results["growth"]),
            "### What happened to every host",
            journal(results["journal"]),
            f"{results['history']['rounds']} turns of {results['history']['seconds']} s each.",
            history(results["history"]),
            "### The operator's page",
            f"Each asked for {results['pages']['times']} times; the server has "
            f"{results['pages']['resident_bytes'] / 2**20:.0f} MiB of resident memory.",
            pages(results["pages"]),
            "### A log line",
            f"{len(results['log']['turns'])} turns of {results['log']['lines']:,} lines.",
            log_line(results["log"]),
            "### Restarts at noon",
            f"{len(results['upgrade']['restarts'])} restarts while {results['upgrade']['callers']} "
            "callers of each kind go on calling; each took "
            f"{statistics.median(results['upgrade']['restarts']):.1f} s, "
            f"{max(results['upgrade']['restarts']):.1f} s at most, from the signal to the next "
            "server's table.",
            upgrade(results["upgrade"]),
        ]
    )


def write(results):
    document = DOCUMENT.read_text()
    before, _, rest = document.partition(BEGIN)
    _, _, after = rest.partition(END)
    DOCUMENT.write_text(f"{before}{BEGIN}\n\n{text(results)}\n\n{END}{after}")
    draw(results)


GNUPLOT = """
set terminal svg size 840,330 font "sans-serif,12" background "white"
set samples 2
set multiplot layout 1,2 margins 0.09,0.985,0.16,0.88 spacing 0.1
set logscale xy
set format x "10^{%T}"
set grid ytics lc "#dddddd"
set key left top reverse Left samplen 2
set title "New addresses: hosts a second"
set xlabel "hosts that ask at once"
set xrange [1:20000]
set yrange [1:100000]
plot 2500 title "the limit: 5 calls of 500" lw 1 dt 2 lc "#888888", \\
    $rushes title "dyndns53" with linespoints lw 2 pt 7 ps 0.5 lc "#1f77b4", \\
    UPSERT title "one UPSERT a call" lw 2 lc "#d62728", \\
    READ title "read, then change" lw 2 lc "#ff7f0e"
set title "Memory of the table, MiB"
set xlabel "hosts"
set xrange [5000:2000000]
set yrange [0.1:200]
plot $tables using 1:2 title "dyndns53" with linespoints lw 2 pt 7 ps 0.5 lc "#1f77b4", \\
    $tables using 1:3 title "the CSV itself" with lines lw 1 dt 2 lc "#888888"
"""


def draw(results):
    rushed = [
        f"{rush['hosts']} {median(rush['runs'], 'hosts_a_second')}"
        for rush in results["coalescing"]["rushes"]
        if rush["way"] == REGISTER_IP.name
    ]
    grown = results["growth"]
    tables = [
        f"{each['hosts']} {_memory(grown, each) / MIB} {each['csv_bytes'] / MIB}"
        for each in grown["tables"]
        if each["place"] == "file"
        and not each["known"]
        and not each["columns"]
        and each["hosts"] >= 10000
    ]
    naive = results["coalescing"]["naive"]
    script = [
        _data("rushes", rushed),
        _data("tables", tables),
        f"UPSERT = {naive['upsert']['hosts_a_second']}",
        f"READ = {naive['read-then-change']['hosts_a_second']}",
        GNUPLOT,
    ]
    drawn = subprocess.run(
        ["gnuplot"], input="\n".join(script), check=True, stdout=subprocess.PIPE, text=True
    )
    lines = [line.expandtabs().rstrip() for line in drawn.stdout.splitlines()]
    PLOT.write_text("\n".join(line for line in lines if line) + "\n")


def _data(name, lines):
    return "\n".join([f"${name} << END", *lines, "END"])
