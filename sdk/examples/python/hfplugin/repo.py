"""The repository a call is about, as the host shows it."""

from grpclib.const import Status
from grpclib.exceptions import GRPCError, StreamTerminatedError

from .wire import analyzer_pb2 as pb
from .wire.analyzer_grpc import HostStub


class HostError(Exception):
    """The host could not or would not answer; the text is its own."""


class NoFile(HostError):
    """The repository does not list the path."""


class OutOfBudget(HostError):
    """This analysis has read as much as it may."""


class TooLarge(Exception):
    """A file is larger than the analyzer wants to read."""


class Repo:
    """A repository at one commit. Everything it gives was written by strangers.

    ref and facts are the messages Ref and Facts of analyzer.proto. It can be asked
    while the call that brought it is under way, and not afterwards.
    """

    def __init__(self, host: HostStub, message: pb.Repository):
        self.ref = message.ref
        self.facts = message.facts
        self._host = host
        self._lease = message.lease

    async def files(self) -> list[pb.File]:
        """All files (path, size, lfs, sha256), in the order of the listing."""
        request = pb.FilesRequest(lease=self._lease)
        return [f for part in await _ask(self._host.Files, request) for f in part.files]

    async def read(self, path: str, offset: int = 0, length: int = 1 << 20) -> bytes:
        """A range of a file; fewer bytes only at the end of the file. It counts against a budget."""
        request = pb.ReadRequest(lease=self._lease, path=path, offset=offset, length=length)
        data = b"".join(part.data for part in await _ask(self._host.Read, request))
        if len(data) > length:
            raise HostError(f"{path}: the host sent more than {length} bytes")
        return data

    async def read_whole(self, path: str, limit: int) -> bytes:
        """A small file. The listing's size is not trusted: what is longer is TooLarge."""
        data = await self.read(path, 0, limit + 1)
        if len(data) > limit:
            raise TooLarge(f"{path} is larger than {limit >> 10} KiB")
        return data


async def _ask(method, request):
    try:
        return await method(request)
    except GRPCError as e:
        kind = {Status.NOT_FOUND: NoFile, Status.RESOURCE_EXHAUSTED: OutOfBudget}.get(e.status, HostError)
        raise kind(e.message or e.status.name) from e
    except (OSError, StreamTerminatedError) as e:
        raise HostError(f"the host is not there: {e}") from e
