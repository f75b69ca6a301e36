"""Plugins of hfdownloader in Python.

An analyzer is a subclass of Analyzer; serve() runs the program as a plugin:

    class Demo(Analyzer):
        name, version, types = "demo", "0.1.0", ["demo"]

        async def match(self, repo):
            if any(f.path == "demo.json" for f in await repo.files()):
                return Claim(50, "demo", "demo.json")

        async def analyze(self, repo, options):
            return Report("Demo", sections={"demo": {"bytes": len(await repo.read("demo.json"))}})

    serve(Demo())

The other modules are one subject each: handshake (how a plugin starts), tls,
goplugin (the services of go-plugin), repo (what can be asked of the host),
analyzer (the protocol of hfdownloader), log.
"""

from .analyzer import Analyzer, Claim, Report
from .repo import HostError, NoFile, OutOfBudget, Repo, TooLarge
from .serve import serve

__all__ = ["Analyzer", "Claim", "HostError", "NoFile", "OutOfBudget", "Repo", "Report", "TooLarge", "serve"]
