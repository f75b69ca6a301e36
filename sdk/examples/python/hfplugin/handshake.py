"""How a plugin starts: what the host says by the environment, and the line that answers.

The host sets a cookie (so that nobody runs a plugin by accident), the versions of
the protocol it speaks, its certificate and where sockets belong. The plugin
answers with one line on stdout, and with nothing before it.
"""

import base64
import os
import secrets
import sys
import tempfile
from dataclasses import dataclass

COOKIE_KEY, COOKIE_VALUE = "HFDOWNLOADER_PLUGIN", "analyzer"
CORE_VERSION = 1  # of go-plugin's handshake
VERSIONS = (1,)  # of hfdownloader's protocol that this library speaks


class NotStarted(Exception):
    """The program cannot run as a plugin; the text says why."""


@dataclass(frozen=True)
class Start:
    """What the host wants."""

    version: int  # of the protocol
    host_cert: str  # PEM
    socket_dir: str


def read(env) -> Start:
    """Reads the environment of a plugin."""
    if env.get(COOKIE_KEY) != COOKIE_VALUE:
        raise NotStarted(
            "This program is a plugin of hfdownloader, which starts it by itself.\n"
            "To use it: hfdownloader plugins install FOLDER"
        )
    if not env.get("PLUGIN_CLIENT_CERT"):
        raise NotStarted("The host sent no certificate; without one anybody could call this plugin.")
    return Start(
        version=negotiate(env.get("PLUGIN_PROTOCOL_VERSIONS", "")),
        host_cert=env["PLUGIN_CLIENT_CERT"],
        socket_dir=env.get("PLUGIN_UNIX_SOCKET_DIR") or tempfile.gettempdir(),
    )


def negotiate(offered: str) -> int:
    """The newest version both sides speak. Without one the host gets ours, and tells its user."""
    theirs = {v.strip() for v in offered.split(",")}
    return max((v for v in VERSIONS if str(v) in theirs), default=VERSIONS[0])


def socket_path(start: Start) -> str:
    """Where to listen: right in the host's folder, for the host connects to no other place."""
    return os.path.join(start.socket_dir, f"plugin{secrets.token_hex(4)}")


def line(version: int, socket: str, cert: bytes) -> str:
    """The answer: go-plugin's version, ours, where the server is, and its certificate (DER)."""
    encoded = base64.b64encode(cert).decode().rstrip("=")
    return f"{CORE_VERSION}|{version}|unix|{socket}|grpc|{encoded}\n"


def take_stdout():
    """Takes stdout for the line. What is printed from now on, by C libraries too, goes to stderr."""
    sys.stdout.flush()
    ours = os.fdopen(os.dup(1), "w", encoding="ascii")
    os.dup2(2, 1)
    sys.stdout.reconfigure(line_buffering=True)
    return ours
