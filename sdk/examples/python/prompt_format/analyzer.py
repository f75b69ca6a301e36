"""Reads the files, and says what they mean together."""

import asyncio
import json

from hfplugin import Analyzer, Claim, NoFile, Report, TooLarge

from . import describe

TYPE = "prompt-format"

# The largest seen are 1.1 MB, 20 KB and 1 KB; what is larger is not read.
_TOKENIZER, _GENERATION = "tokenizer_config.json", "generation_config.json"
_JINJA, _IN_JSON = "chat_template.jinja", "chat_template.json"
_TEMPLATE_LIMIT = 128 << 10
_LIMITS = {_TOKENIZER: 4 << 20, _GENERATION: 64 << 10, _JINJA: _TEMPLATE_LIMIT, _IN_JSON: _TEMPLATE_LIMIT}
_MORE, _MOST_TEMPLATES = "additional_chat_templates/", 8
_NAME_LIMIT = 100  # characters of a template's name


class PromptFormat(Analyzer):
    """Says how to prompt a chat model."""

    name = "prompt-format"
    version = "0.1.0"
    types = [TYPE]

    def __init__(self):
        self._one = asyncio.Semaphore(1)  # bounds the memory of parsing

    async def match(self, repo):
        if repo.ref.type != "model":
            return None
        paths = {f.path for f in await repo.files()}
        for name in (_JINJA, _IN_JSON):
            if name in paths:
                return Claim(50, TYPE, f"{name} at the root")
        if _TOKENIZER in paths and b'"chat_template"' in await repo.read(_TOKENIZER, 0, _LIMITS[_TOKENIZER]):
            return Claim(50, TYPE, f"a chat template in {_TOKENIZER}")
        return None

    async def analyze(self, repo, options):
        paths = {f.path for f in await repo.files()}
        warnings = []
        read = {}
        for name, limit in self._wanted(paths).items():
            try:
                read[name] = await repo.read_whole(name, limit)
            except (NoFile, TooLarge) as e:
                warnings.append(str(e))
        async with self._one:
            # In a thread, so that the host still gets answers to its pings.
            section = await asyncio.to_thread(_describe, read, warnings)
        return Report("Chat model", sections={TYPE: section}, warnings=warnings)

    @staticmethod
    def _wanted(paths) -> dict[str, int]:
        out = {name: limit for name, limit in _LIMITS.items() if name in paths}
        more = sorted(p for p in paths if p.startswith(_MORE) and p.endswith(".jinja"))
        return out | dict.fromkeys(more[:_MOST_TEMPLATES], _TEMPLATE_LIMIT)


def _describe(read: dict[str, bytes], warnings: list[str]) -> dict:
    tokenizer = _object(_TOKENIZER, read, warnings)
    found = _templates(tokenizer, read, warnings)
    return describe.section(found, tokenizer, _object(_GENERATION, read, warnings), warnings)


def _templates(tokenizer: dict, read: dict[str, bytes], warnings: list[str]) -> describe.Found:
    """The templates by name. Files of their own win over the tokenizer's, as in transformers."""
    found = describe.Found("", {})
    for source, value in (
        (_TOKENIZER, tokenizer.get("chat_template")),
        (_IN_JSON, _object(_IN_JSON, read, warnings).get("chat_template")),
    ):
        for name, text in _named(value).items():
            if len(text) > _TEMPLATE_LIMIT:
                warnings.append(f"{source}: a template is larger than {_TEMPLATE_LIMIT >> 10} KiB")
            elif len(found.texts) < _MOST_TEMPLATES:
                found.source, found.texts[name] = source, text
    for path, data in read.items():
        if path.startswith(_MORE):
            name = path.removeprefix(_MORE).removesuffix(".jinja")
            found.source = found.source or _MORE.rstrip("/")
            found.texts[name[:_NAME_LIMIT]] = data.decode("utf-8", "replace")
    if _JINJA in read:
        found.source, found.texts["default"] = _JINJA, read[_JINJA].decode("utf-8", "replace")
    return found


def _named(value) -> dict[str, str]:
    """A template is a string, or there is a list of them with names."""
    if isinstance(value, str):
        return {"default": value}
    if not isinstance(value, list):
        return {}
    entries = [e for e in value if isinstance(e, dict) and isinstance(e.get("name"), str)]
    return {e["name"][:_NAME_LIMIT]: e["template"] for e in entries if isinstance(e.get("template"), str)}


def _object(name: str, read: dict[str, bytes], warnings: list[str]) -> dict:
    if name not in read:
        return {}
    try:
        value = json.loads(read[name])
    except (ValueError, RecursionError) as e:  # ValueError: no JSON, no UTF-8, endless numbers
        warnings.append(f"{name} cannot be read: {e}")
        return {}
    if not isinstance(value, dict):
        warnings.append(f"{name} is no JSON object")
        return {}
    return value
