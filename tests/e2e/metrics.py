"""What a server tells at /metrics, read as Prometheus reads it."""

import re

# name{label="value",...} number
SAMPLE = re.compile(r'([a-z0-9_]+)(?:\{((?:[a-z]+="[^"\\\n]*",?)+)\})? (\S+)')


class Metrics:
    def __init__(self, text: str):
        self.text = text
        self._samples = {}
        for line in text.splitlines():
            if line.startswith("#"):
                continue
            name, labels, value = SAMPLE.fullmatch(line).groups()
            key = (name, frozenset(re.findall(r'([a-z]+)="([^"]*)"', labels or "")))
            assert key not in self._samples, f"{line} is told twice"
            self._samples[key] = float(value)

    def value(self, name: str, **labels) -> float:
        return self._samples[name, frozenset(labels.items())]

    def has(self, name: str, **labels) -> bool:
        return (name, frozenset(labels.items())) in self._samples

    def series(self) -> set[tuple[str, frozenset]]:
        return set(self._samples)


def address_of(service) -> tuple[str, int]:
    """Where the server tells its metrics, which is one address."""
    service.wait_for_event("started")
    (event,) = service.events("listening", kind="metrics")
    return event["address"], int(event["port"])


def scrape(service) -> Metrics:
    reply = service.get("/metrics", address=address_of(service))
    assert reply.status == 200
    assert reply.header("Content-Type") == "text/plain; version=0.0.4; charset=utf-8"
    return Metrics(reply.body)
