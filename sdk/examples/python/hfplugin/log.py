"""Logging to the host: lines of JSON on stderr, as go-plugin reads them."""

import json
import logging

_LEVELS = {"DEBUG": "debug", "INFO": "info", "WARNING": "warn", "ERROR": "error", "CRITICAL": "error"}


class Formatter(logging.Formatter):
    """Writes a record as one line."""

    def format(self, record: logging.LogRecord) -> str:
        entry = {
            "@level": _LEVELS.get(record.levelname, "info"),
            "@message": record.getMessage(),
            "@module": record.name,
            "@timestamp": self.formatTime(record, "%Y-%m-%dT%H:%M:%S") + f".{int(record.msecs):03d}000Z",
        }
        if record.exc_info:
            entry["stack"] = self.formatException(record.exc_info)
        return json.dumps(entry)


def set_up():
    """Sends all of Python's logging to the host."""
    import time

    handler = logging.StreamHandler()  # stderr
    handler.setFormatter(Formatter())
    handler.formatter.converter = time.gmtime
    logging.basicConfig(level=logging.INFO, handlers=[handler])
    # A call that the host gave up is no news, nor is every failed one twice.
    logging.getLogger("grpclib").setLevel(logging.CRITICAL)
