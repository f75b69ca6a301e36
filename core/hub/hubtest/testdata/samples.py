"""Loads the samples of the hub at HF_ENDPOINT with the libraries of their formats.

Arguments: the ids of models. Prints {id: what the libraries say}. What is not
installed here is null.
"""
import importlib.util, json, os, sys
from pathlib import Path

import huggingface_hub as hf

folders = {repo: Path(hf.snapshot_download(repo, token=sys.argv[1])) for repo in sys.argv[2:]}
os.environ["HF_HUB_OFFLINE"] = "1"  # before transformers reads it

from safetensors import safe_open
from transformers import AutoConfig, AutoTokenizer, logging

logging.set_verbosity_error()


def tensors(path):
    with safe_open(path, "np") as f:
        return sum(1 for k in f.keys() if f.get_slice(k).get_shape())


def gguf(path):
    if not importlib.util.find_spec("gguf"):
        return None
    from gguf import GGUFReader

    r = GGUFReader(path)
    end = max(int(t.data_offset + t.n_bytes) for t in r.tensors)
    return {"tensors": len(r.tensors), "architecture": r.get_field("general.architecture").contents(), "whole": end <= path.stat().st_size < end + 32}


out = {}
for repo, folder in folders.items():
    out[repo] = {
        "safetensors": {p.relative_to(folder).as_posix(): tensors(p) for p in folder.rglob("*.safetensors")},
        "gguf": {p.name: gguf(p) for p in folder.rglob("*.gguf")},
        "card": hf.ModelCard.load(folder / "README.md").data.pipeline_tag,
    }
    if (folder / "config.json").exists():
        out[repo]["type"] = AutoConfig.from_pretrained(folder).model_type
    if (folder / "tokenizer.json").exists():
        out[repo]["tokens"] = AutoTokenizer.from_pretrained(folder).tokenize("Hello world")
print(json.dumps(out))
