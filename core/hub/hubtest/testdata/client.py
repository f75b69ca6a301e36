"""Downloads from the hub at HF_ENDPOINT with the official client, unchanged.

Arguments: what to do, then its arguments. Prints one JSON document.
"""
import json, os, sys, warnings
from pathlib import Path

warnings.simplefilter("error", UserWarning)
import huggingface_hub as hf
from huggingface_hub import errors


def tree(root):
    root = Path(root)
    return {str(p.relative_to(root)): p.stat().st_size for p in sorted(root.rglob("*")) if p.is_file()}


def snapshot(repo, kind, revision, token):
    path = hf.snapshot_download(repo, repo_type=kind, revision=revision or None, token=token or False)
    return {"commit": Path(path).name, "files": tree(path)}


def one(repo, kind, name, token):
    path = hf.hf_hub_download(repo, name, repo_type=kind, token=token or False)
    return {"size": os.stat(path).st_size}


def info(repo, kind, token):
    refs = hf.list_repo_refs(repo, repo_type=kind, include_pull_requests=True, token=token or False)
    return {
        "branches": [r.name for r in refs.branches],
        "tags": [r.name for r in refs.tags],
        "pulls": [r.ref for r in refs.pull_requests or []],
        "files": len(hf.list_repo_files(repo, repo_type=kind, token=token or False)),
    }


try:
    print(json.dumps({"snapshot": snapshot, "one": one, "info": info}[sys.argv[1]](*sys.argv[2:])))
except Exception as e:
    print(json.dumps({"error": type(e).__name__}))
