"""Downloads from the hub at HF_ENDPOINT with the official client, unchanged.

The only argument is a JSON list of cases {do, repo, kind, revision, path, token};
prints a JSON list of what became of them. Each case has a cache of its own.
"""
import hashlib, json, os, sys, warnings
from pathlib import Path

warnings.simplefilter("error", UserWarning)
import huggingface_hub as hf


def sums(root):
    return {p.relative_to(root).as_posix(): hashlib.sha256(p.read_bytes()).hexdigest() for p in Path(root).rglob("*") if p.is_file()}


def snapshot(c, cache):
    path = hf.snapshot_download(c["repo"], repo_type=c["kind"], revision=c["revision"] or None, token=c["token"] or False, cache_dir=cache)
    scan = hf.scan_cache_dir(cache)
    return {"commit": Path(path).name, "files": sums(path), "warnings": [str(w) for w in scan.warnings]}


def one(c, cache):
    path = hf.hf_hub_download(c["repo"], c["path"], repo_type=c["kind"], revision=c["revision"] or None, token=c["token"] or False, cache_dir=cache)
    return {"files": {c["path"]: hashlib.sha256(Path(path).read_bytes()).hexdigest()}}


def look(c, cache):
    api, kind, token = hf.HfApi(), c["kind"], c["token"] or False
    refs = api.list_repo_refs(c["repo"], repo_type=kind, include_pull_requests=True, token=token)
    info = api.repo_info(c["repo"], repo_type=kind, files_metadata=True, token=token)
    paths = api.get_paths_info(c["repo"], ["dir", "model.safetensors", "nothing"], repo_type=kind, token=token, expand=True)
    return {
        "commit": info.sha,
        "branches": [r.name for r in refs.branches],
        "tags": [r.name for r in refs.tags],
        "pulls": [r.ref for r in refs.pull_requests or []],
        "listed": api.list_repo_files(c["repo"], repo_type=kind, token=token),
        "sizes": {s.rfilename: s.size for s in info.siblings},
        "paths": [p.path for p in paths],
        "commits": len(list(api.list_repo_commits(c["repo"], repo_type=kind, token=token))),
    }


def may(c, cache):
    hf.HfApi().auth_check(c["repo"], repo_type=c["kind"], token=c["token"] or False)
    return {"user": hf.HfApi().whoami(token=c["token"])["name"]}


out = []
for i, case in enumerate(json.loads(sys.argv[1])):
    cache = Path(os.environ["HF_HOME"], f"cache{i}")
    cache.mkdir(parents=True)
    try:
        result = {"snapshot": snapshot, "one": one, "look": look, "may": may}[case["do"]](case, cache)
    except Exception as e:
        result = {"error": type(e).__name__, "text": str(e)}
    result["missing"] = [p.relative_to(cache).as_posix() for p in cache.glob("*/.no_exist/*/*")]
    out.append(result)
print(json.dumps(out))
