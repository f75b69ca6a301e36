"""hfdownloader's protocol: what an analyzer is, and how the host's calls reach it."""

import json
import logging
from dataclasses import dataclass, field

from grpclib import GRPCError
from grpclib.const import Status

from .goplugin import Broker
from .repo import HostError, Repo
from .wire import analyzer_pb2 as pb
from .wire.analyzer_grpc import AnalyzerBase, HostStub

_log = logging.getLogger("hfplugin")


@dataclass
class Claim:
    """A repository is of a type. The highest rank names it; 50 is for what is true of it besides."""

    rank: int
    type: str  # one of Analyzer.types
    evidence: str  # what was seen, for people


@dataclass
class Report:
    """What was found."""

    description: str
    sections: dict = field(default_factory=dict)  # what json.dumps takes, by key
    warnings: list[str] = field(default_factory=list)


class Analyzer:
    """Recognises one kind of repository and describes it. Calls come many at once."""

    name = ""  # lower case, digits, "-"
    version = ""
    types: list[str] = []

    async def match(self, repo: Repo) -> Claim | None:
        """Claims a repository, or does not. It should be cheap: two seconds are the limit."""
        raise NotImplementedError

    async def analyze(self, repo: Repo, options: pb.Options) -> Report:
        """Describes a repository. What cannot be read is a warning; a HostError loses the section."""
        raise NotImplementedError


class Service(AnalyzerBase):
    """Answers the host."""

    def __init__(self, broker: Broker, analyzers):
        self._broker = broker
        self._analyzers = {a.name: a for a in analyzers}

    async def Describe(self, stream):
        await stream.recv_message()
        infos = [pb.AnalyzerInfo(name=a.name, version=a.version, types=a.types) for a in self._analyzers.values()]
        await stream.send_message(pb.DescribeResponse(analyzers=infos))

    async def Match(self, stream):
        request = await stream.recv_message()
        analyzer, repo = await self._find(request)
        answer = pb.MatchResponse()
        try:
            claim = await analyzer.match(repo)
            if claim:
                answer.claim.CopyFrom(pb.Claim(rank=claim.rank, type=claim.type, evidence=text(claim.evidence)))
        except HostError as e:
            answer.error = text(e)
        except Exception as e:
            raise _broken(analyzer, e) from e
        await stream.send_message(answer)

    async def Analyze(self, stream):
        request = await stream.recv_message()
        analyzer, repo = await self._find(request)
        answer = pb.AnalyzeResponse()
        try:
            report = await analyzer.analyze(repo, request.options)
            answer.report.CopyFrom(_report(report))
        except HostError as e:
            answer.error = text(e)
        except Exception as e:
            raise _broken(analyzer, e) from e
        await stream.send_message(answer)

    async def _find(self, request) -> tuple[Analyzer, Repo]:
        analyzer = self._analyzers.get(request.analyzer)
        if analyzer is None:
            raise GRPCError(Status.INVALID_ARGUMENT, f"there is no analyzer {request.analyzer!r}")
        channel = await self._broker.dial(request.repository.host)
        return analyzer, Repo(HostStub(channel), request.repository)


def _report(r: Report) -> pb.Report:
    sections = [pb.Section(key=key, data=_json(data)) for key, data in r.sections.items()]
    return pb.Report(description=text(r.description), sections=sections, warnings=[text(w) for w in r.warnings])


def _json(value) -> bytes:
    return json.dumps(value, ensure_ascii=False, allow_nan=False).encode("utf-8", "replace")


def text(value) -> str:
    """Text that protobuf takes: half a surrogate pair, which JSON may hold, is no character."""
    return str(value).encode("utf-8", "replace").decode()


def _broken(analyzer: Analyzer, e: Exception) -> GRPCError:
    _log.error("%s failed", analyzer.name, exc_info=e)
    return GRPCError(Status.INTERNAL, text(f"it failed: {type(e).__name__}: {e}"))
