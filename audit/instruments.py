"""The counters and histograms themselves. Apart, because the library costs a tenth of a second to load."""

from prometheus_client import Counter, Gauge, Histogram

SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)


class Instruments:
    def __init__(self) -> None:
        self.calls = Counter("memory_core_calls", "Calls, as recorded.", ["action", "outcome", "channel"])
        self.errors = Counter("memory_core_errors", "Calls that were refused or failed, by error code.", ["code"])
        self.call_seconds = Histogram("memory_core_call_seconds", "A whole call.", ["action"], buckets=SECONDS)
        self.own_seconds = Histogram(
            "memory_core_call_own_seconds", "A call without what Atlassian took.", ["action"], buckets=SECONDS
        )
        self.record_failures = Counter("memory_core_audit_write_failures", "Records that could not be written.")
        self.masked = Counter("memory_core_masked", "Secrets masked in what was read, by kind.", ["kind"])
        self.upstream_requests = Counter(
            "memory_core_upstream_requests", "Requests to Atlassian by last status.", ["provider", "status"]
        )
        self.upstream_seconds = Histogram(
            "memory_core_upstream_seconds", "A request to Atlassian, retries included.", ["provider"], buckets=SECONDS
        )
        self.upstream_retries = Counter("memory_core_upstream_retries", "Repeated requests.", ["provider"])
        self.slots_in_use = Gauge(
            "memory_core_upstream_slots_in_use",
            "Calls that wait for Atlassian now.",
            ["provider"],
            multiprocess_mode="livesum",
        )
