"""What it costs a request that what happens is kept: updates to an address that stands
already, of a server with DYNDNS_STATE next to one without. Both have one loop, on one
core; they take turns, and each turn gives a ratio."""

import statistics

from against_nginx import OF_ONE_HOST, SERVER_CORE, medians, wrk
from hosts import csv_of
from programs import DAY_SECONDS, Aws, Server, scratch_folder

HOSTS = 1000


def run(quick: bool, say) -> dict:
    rounds, seconds = (3, 1) if quick else (9, 3)
    request = OF_ONE_HOST[-1]
    kept, not_kept = [], []
    with scratch_folder() as folder, Aws() as aws:
        database = folder / "hosts.csv"
        database.write_bytes(csv_of(HOSTS))
        settings = {
            "DYNDNS_DATABASE": database,
            "DYNDNS_THREADS": 1,
            "DYNDNS_NOCHG_SECONDS": DAY_SECONDS,
        }
        with (
            Server(aws, core=SERVER_CORE, DYNDNS_STATE=folder / "state", **settings) as keeper,
            Server(aws, core=SERVER_CORE, **settings) as other,
        ):
            for server in (keeper, other):
                request.ask(server)
                assert request.ask(server)[0] == request.body
            for _ in range(rounds):
                kept.append(wrk(request, keeper, keeper.pid, seconds))
                not_kept.append(wrk(request, other, other.pid, seconds))
    pairs = list(zip(kept, not_kept))
    results = {
        "rounds": rounds,
        "seconds": seconds,
        "kept": medians(kept),
        "not_kept": medians(not_kept),
        "ratios": sorted(a["requests_a_second"] / b["requests_a_second"] for a, b in pairs),
        "cpu_ratios": sorted(a["cpu_us"] / b["cpu_us"] for a, b in pairs),
    }
    say(f"{statistics.median(results['ratios']):.2f} of the requests a second")
    return results
