"""Makes an installable plugin: python build.py FOLDER

Run it with the Python the plugin shall run with: its path becomes the first line
of the program. It needs what .ci/python/plugin.txt lists.
"""

import compileall
import json
import shutil
import sys
import tempfile
from importlib.resources import files
from pathlib import Path
from py_compile import PycInvalidationMode

from grpc_tools import protoc

HERE = Path(__file__).resolve().parent
PROTOS = [HERE.parents[1] / "analyzerv1" / "analyzer.proto", HERE / "hfplugin" / "goplugin.proto"]
PROGRAM = """\
#!{python} -Es
import sys

sys.path[0] += "/lib"  # beside this file

from {package}.main import main

main()
"""


def build(target: Path):
    """Writes the plugin to a folder, which must be new or empty."""
    if target.exists() and any(target.iterdir()):
        sys.exit(f"{target} is not empty")
    # The system would cut the first line at the space, or take it for too long.
    if any(c.isspace() for c in sys.executable) or len(sys.executable) > 120:
        sys.exit(f"{sys.executable} cannot start a script: make an environment at a short path without spaces")
    executable = json.loads((HERE / "plugin.json").read_text())["executable"]
    package = executable.replace("-", "_")
    lib = target / "lib"
    lib.mkdir(parents=True)
    for name in ("hfplugin", package):
        shutil.copytree(HERE / name, lib / name, ignore=shutil.ignore_patterns("__pycache__", "*.proto"))
    generate(lib)
    # Compiled here once, as the host starts a fresh copy of the folder each time.
    compileall.compile_dir(lib, quiet=1, invalidation_mode=PycInvalidationMode.UNCHECKED_HASH)
    shutil.copy(HERE / "plugin.json", target)
    program = target / executable
    program.write_text(PROGRAM.format(python=sys.executable, package=package))
    program.chmod(0o755)


def generate(lib: Path):
    """Generates hfplugin/wire. The files are copied first because their place names the package."""
    wire = lib / "hfplugin" / "wire"
    wire.mkdir()
    (wire / "__init__.py").touch()
    with tempfile.TemporaryDirectory() as root:
        place = Path(root, "hfplugin", "wire")
        place.mkdir(parents=True)
        names = [shutil.copy(p, place) for p in PROTOS]
        generator = Path(sys.executable).with_name("protoc-gen-grpclib_python")
        code = protoc.main([
            "protoc", f"-I{root}", f"-I{files('grpc_tools') / '_proto'}", f"--python_out={lib}",
            f"--plugin=protoc-gen-grpclib_python={generator}", f"--grpclib_python_out={lib}", *names,
        ])  # fmt: skip
    if code:
        sys.exit(f"protoc ended with {code}")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    build(Path(sys.argv[1]))
