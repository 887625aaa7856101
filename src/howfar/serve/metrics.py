"""What a server counts, in the form that Prometheus reads."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

SECONDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)


class Metrics:
    """The counters of one server."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._requests = Counter("howfar_requests", "Requests answered.", ("path", "status"), registry=self._registry)
        self._seconds = Histogram(
            "howfar_request_seconds", "Time to the answer.", ("path",), buckets=SECONDS, registry=self._registry
        )
        self._pictures = Counter("howfar_pictures", "Pictures looked at.", registry=self._registry)
        self._dropped = Counter("howfar_frames_dropped", "Live frames passed over.", registry=self._registry)
        self._waiting = Gauge("howfar_waiting", "Requests that wait.", registry=self._registry)

    def answered(self, path: str, status: int, seconds: float) -> None:
        """Count a request."""
        self._requests.labels(path, str(status)).inc()
        self._seconds.labels(path).observe(seconds)

    def looked(self) -> None:
        """Count a picture."""
        self._pictures.inc()

    def dropped(self) -> None:
        """Count a frame that was passed over for a newer one."""
        self._dropped.inc()

    def text(self, waiting: int) -> bytes:
        """All of it, in Prometheus' text format."""
        self._waiting.set(waiting)
        return generate_latest(self._registry)
