"""Reads a cache we wrote with the official client, without network.

Arguments: what to do, then its arguments. Prints one JSON document; warnings of
the client are in it.
"""
import io, json, logging, os, sys, warnings
from pathlib import Path

import huggingface_hub as hf

log = io.StringIO()
handler = logging.StreamHandler(log)
logging.getLogger("huggingface_hub").addHandler(handler)
warnings.simplefilter("always")


def snapshot(repo, kind, revision):
    path = hf.snapshot_download(repo, repo_type=kind, revision=revision or None, local_files_only=True)
    files = {str(p.relative_to(path)): p.stat().st_size for p in Path(path).rglob("*") if p.is_file()}
    return {"path": path, "files": files}


def snapshots(*wanted):
    """Three arguments for each of them."""
    return {"snapshots": [snapshot(*wanted[i : i + 3]) for i in range(0, len(wanted), 3)]}


def scan():
    info = hf.scan_cache_dir()
    return {
        "warnings": [str(w) for w in info.warnings],
        "repos": {
            f"{r.repo_type}/{r.repo_id}": {
                "size": r.size_on_disk,
                "files": r.nb_files,
                "revisions": sorted(v.commit_hash for v in r.revisions),
                "refs": sorted(ref for v in r.revisions for ref in v.refs),
            }
            for r in info.repos
        },
    }


def transformers(repo):
    from transformers import AutoConfig, AutoTokenizer

    config = AutoConfig.from_pretrained(repo)
    tokens = AutoTokenizer.from_pretrained(repo)("hello world")["input_ids"]
    return {"model_type": config.model_type, "tokens": len(tokens)}


def download(repo, kind, revision, locks=""):
    if locks == "off":  # as on file systems where flock does nothing
        import fcntl

        fcntl.flock = lambda *args: None
    return {"path": hf.snapshot_download(repo, repo_type=kind, revision=revision or None)}


with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    try:
        out = {"snapshots": snapshots, "scan": scan, "transformers": transformers, "download": download}[sys.argv[1]](*sys.argv[2:])
    except Exception as e:
        out = {"error": f"{type(e).__name__}: {e}"}
out["log"] = log.getvalue() + "".join(str(w.message) for w in caught if "huggingface" in str(w.filename))
print(json.dumps(out))
