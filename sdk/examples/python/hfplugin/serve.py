"""Runs a program as a plugin."""

import asyncio
import contextlib
import os
import pathlib
import signal
import sys

from grpclib.server import Server

from . import goplugin, handshake, log, tls
from .analyzer import Service

_ALONE_AT_START = 30  # seconds to wait for the host to connect


def serve(*analyzers):
    """Offers analyzers until the host ends the program or is gone. It does not return.

    Nothing may be printed before it: the first line of stdout belongs to the host.
    """
    try:
        start = handshake.read(os.environ)
    except handshake.NotStarted as e:
        sys.exit(str(e))
    out = handshake.take_stdout()
    log.set_up()
    asyncio.run(_serve(start, out, analyzers))


async def _serve(start: handshake.Start, out, analyzers):
    gone = asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGTERM, gone.set)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C in a terminal reaches us too; the host decides
    os.umask(0o077)  # the socket is for this user alone
    identity = tls.identity(start.host_cert, start.socket_dir)
    broker = goplugin.Broker(identity, gone)
    services = [goplugin.Health(), goplugin.Controller(gone), goplugin.Stdio(), broker]
    server = Server([*services, Service(broker, analyzers)])
    socket = handshake.socket_path(start)
    await server.start(path=socket, ssl=identity.server)
    try:
        out.write(handshake.line(start.version, socket, identity.cert))
        out.flush()
        await asyncio.wait_for(broker.connected.wait(), _ALONE_AT_START)
        await gone.wait()
    except asyncio.TimeoutError:
        pass  # the host died before it came
    server.close()
    broker.close()
    pathlib.Path(socket).unlink(missing_ok=True)
    with contextlib.suppress(OSError):  # the host's end of it may be closed
        sys.stdout.flush()
    # Not sys.exit: it would wait for connections, and for threads whose work nobody wants any more.
    os._exit(0)
