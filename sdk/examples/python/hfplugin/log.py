"""Logging to the host: lines of JSON on stderr, as go-plugin reads them."""

import json
import logging
import time

_LEVELS = {"DEBUG": "debug", "INFO": "info", "WARNING": "warn", "ERROR": "error", "CRITICAL": "error"}


class Formatter(logging.Formatter):
    """Writes a record as one line."""

    converter = time.gmtime

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
    handler = logging.StreamHandler()  # stderr
    handler.setFormatter(Formatter())
    logging.basicConfig(level=logging.INFO, handlers=[handler])
    logging.getLogger("grpclib").setLevel(logging.WARNING)  # calls that the host gives up are no news
