"""The section: what template and tokens say together, and where they disagree."""

from dataclasses import dataclass

from . import template, tokens
from .formats import Format, recognise


@dataclass
class Found:
    """The templates of a repository, by name, and where the first of them is."""

    source: str
    texts: dict[str, str]


def section(found: Found, tokenizer: dict, generation: dict, warnings: list[str]) -> dict:
    """Describes; what is odd goes to the warnings."""
    known = tokens.read(tokenizer, generation)
    out = {
        "format": "none",
        "label": "no chat template",
        "special_tokens": known.special,
        "additional_special_tokens": known.more,
        "stop_tokens": known.stops,
        "stop_token_ids": known.unnamed,
    }
    if not found.texts:
        warnings.append("there is no chat template: a client has to know how to prompt this model")
        return out
    name = "default" if "default" in found.texts else next(iter(found.texts))
    parsed = {n: template.parse(text) for n, text in found.texts.items()}
    warnings += [f"the template {n} is broken: {t.problem}" for n, t in parsed.items() if t.problem]
    main = parsed[name]
    style = recognise(main.text)
    ends = _ends(main, style, known)
    out |= {
        "format": style.key if style else "custom",
        "label": style.label if style else "a format of its own",
        "source": found.source,
        "templates": list(found.texts),
        "turn_ends": ends,
        "system_role": main.system,
        "tools": _any(t.tools for t in parsed.values()),
        "options": sorted({o for t in parsed.values() for o in t.options})[:50],
    }
    if style:
        out["example"] = style.example
    warnings += _disagreements(ends, known)
    return out


def _any(values) -> bool | None:
    values = list(values)
    return True if True in values else None if None in values else False


def _ends(main: template.Template, style: Format | None, known: tokens.Tokens) -> list[str]:
    """The tokens that end the model's turn in what the template writes."""
    ends = [e for e in style.ends if e in main.text] if style else []
    eos = known.special.get("eos")
    if main.eos and eos and eos not in ends:
        ends.append(eos)
    return ends


def _disagreements(ends: list[str], known: tokens.Tokens) -> list[str]:
    out = []
    for end in ends:
        if known.known and end not in known.known:
            out.append(f"the template writes {end}, which is no token of this tokenizer: the model sees it in pieces")
    if ends and known.stops and not known.unnamed and not set(ends) & set(known.stops):
        out.append(
            f"the template ends a turn with {' or '.join(ends)}, but generation stops only at "
            f"{' or '.join(known.stops)}: the model may not stop, so set {ends[0]} as a stop token"
        )
    return out
