"""Special tokens, and where generation stops."""

from dataclasses import dataclass, field

_ROLES = ("bos", "eos", "pad", "unk")
_MOST = 64  # of a list
_LONGEST = 100  # characters of a token


@dataclass
class Tokens:
    """What tokenizer_config.json and generation_config.json say."""

    special: dict[str, str] = field(default_factory=dict)  # by role: bos, eos, pad, unk
    more: list[str] = field(default_factory=list)
    known: set[str] = field(default_factory=set)  # all added tokens; empty is unknown
    stops: list[str] = field(default_factory=list)
    unnamed: list[int] = field(default_factory=list)  # ids that stop, without a name here


def read(tokenizer: dict, generation: dict) -> Tokens:
    """Reads both files; either may be empty, and neither is trusted."""
    by_id = _added(tokenizer.get("added_tokens_decoder"))
    out = Tokens(known=set(by_id.values()))
    for role in _ROLES:
        if token := _token(tokenizer.get(f"{role}_token")):
            out.special[role] = token
    for key in ("additional_special_tokens", "extra_special_tokens"):
        listed = tokenizer.get(key)
        if isinstance(listed, dict):
            listed = list(listed.values())
        if isinstance(listed, list):
            out.more += [t for t in map(_token, listed) if t]
    out.more = list(dict.fromkeys(out.more))[:_MOST]
    if eos := out.special.get("eos"):
        out.stops.append(eos)
    for i in _ids(generation.get("eos_token_id")):
        if i not in by_id:
            out.unnamed.append(i)
        elif by_id[i] not in out.stops:
            out.stops.append(by_id[i])
    return out


def _token(value) -> str:
    """A token is a string or an object with its content."""
    if isinstance(value, dict):
        value = value.get("content")
    return value if isinstance(value, str) and len(value) <= _LONGEST else ""


def _added(decoder) -> dict[int, str]:
    if not isinstance(decoder, dict):
        return {}
    out = {}
    for key, value in decoder.items():
        token = _token(value)
        if token and key.isascii() and key.isdigit() and len(key) <= 9:
            out[int(key)] = token
    return out


def _ids(value) -> list[int]:
    values = value if isinstance(value, list) else [value]
    return [v for v in values if isinstance(v, int) and not isinstance(v, bool) and 0 <= v < 1 << 31][:_MOST]
