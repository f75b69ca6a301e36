"""The services that go-plugin wants of every plugin."""

import asyncio

from grpclib import GRPCError
from grpclib.client import Channel
from grpclib.config import Configuration
from grpclib.const import Status
from grpclib.health.v1.health_grpc import HealthBase
from grpclib.health.v1.health_pb2 import HealthCheckResponse

from . import tls
from .wire import goplugin_grpc, goplugin_pb2

_DIAL_TIME = 5  # seconds until the host must have said where it listens


class Broker(goplugin_grpc.GRPCBrokerBase):
    """Learns where services of the host are, and connects to them."""

    def __init__(self, identity: tls.Identity, gone: asyncio.Event):
        self.connected = asyncio.Event()  # the host is there
        self._identity = identity
        self._gone = gone  # set when it is not any more
        self._addresses: dict[int, asyncio.Future[str]] = {}
        self._channels: dict[int, Channel] = {}

    async def StartStream(self, stream):
        # The host keeps this call open for all its life, so its end is the end.
        self.connected.set()
        try:
            async for info in stream:
                address = self._address(info.service_id)
                if info.network == "unix" and not address.done():
                    address.set_result(info.address)
        finally:
            self._gone.set()

    async def dial(self, service: int) -> Channel:
        """The connection to a service of the host; made once."""
        try:
            address = await asyncio.wait_for(asyncio.shield(self._address(service)), _DIAL_TIME)
        except asyncio.TimeoutError:
            raise GRPCError(Status.FAILED_PRECONDITION, "the host did not say where it listens") from None
        if service not in self._channels:
            self._channels[service] = Channel(
                path=address, ssl=self._identity.client, config=Configuration(ssl_target_name_override=tls.NAME)
            )
        return self._channels[service]

    def close(self):
        for channel in self._channels.values():
            channel.close()

    def _address(self, service: int) -> asyncio.Future:
        return self._addresses.setdefault(service, asyncio.get_running_loop().create_future())


class Controller(goplugin_grpc.GRPCControllerBase):
    """Ends the plugin when the host says so."""

    def __init__(self, gone: asyncio.Event):
        self._gone = gone

    async def Shutdown(self, stream):
        await stream.recv_message()
        await stream.send_message(goplugin_pb2.Nothing())
        await stream.send_trailing_metadata(status=Status.OK)
        self._gone.set()


class Stdio(goplugin_grpc.GRPCStdioBase):
    """Has nothing to say: what is printed goes to stderr, which the host reads anyway."""

    async def StreamStdio(self, stream):
        await stream.recv_message()
        await stream.send_initial_metadata()
        await asyncio.Event().wait()


class Health(HealthBase):
    """Says that the process answers."""

    async def Check(self, stream):
        await stream.recv_message()
        await stream.send_message(HealthCheckResponse(status=HealthCheckResponse.SERVING))

    async def Watch(self, stream):
        await self.Check(stream)
        await asyncio.Event().wait()
