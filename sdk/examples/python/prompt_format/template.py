"""What a chat template does, by its syntax tree. It is never run: it comes from strangers."""

from dataclasses import dataclass

from jinja2 import Environment, TemplateSyntaxError, nodes
from jinja2.ext import Extension

# Names that every chat template may use; others are choices of this model.
_USUAL = {
    "messages", "tools", "add_generation_prompt", "bos_token", "eos_token", "pad_token", "unk_token",
    "raise_exception", "strftime_now", "namespace", "range", "loop", "dict", "lipsum", "cycler", "joiner", "caller",
}  # fmt: skip

_NAME_LIMIT = 100  # characters of an option


@dataclass
class Template:
    """A chat template, seen from outside."""

    text: str  # all that it may write, or compares with
    system: bool | None  # takes a system message; None is unknown
    tools: bool | None
    eos: bool  # writes the tokenizer's own eos_token
    options: list[str]  # what may be given besides, as enable_thinking
    problem: str = ""  # why it could not be understood


class _Generation(Extension):
    """{% generation %}…{% endgeneration %}, with which transformers marks what the model writes."""

    tags = {"generation"}

    def parse(self, parser):
        next(parser.stream)
        return parser.parse_statements(("name:endgeneration",), drop_needle=True)


def parse(source: str) -> Template:
    """Looks at a template. One that is broken is told by its raw text."""
    env = Environment(extensions=["jinja2.ext.loopcontrols", "jinja2.ext.do", _Generation])
    try:
        return _describe(env.parse(source))
    except TemplateSyntaxError as e:
        problem = f"line {e.lineno}: {e.message}"
    except RecursionError:
        problem = "it is nested too deeply"
    except (ValueError, OverflowError, AssertionError) as e:  # numbers of thousands of digits and the like
        problem = str(e)
    return Template(source, None, None, "eos_token" in source, [], problem[:200])


def _describe(tree: nodes.Template) -> Template:
    names = list(tree.find_all(nodes.Name))
    set_here = {n.name for n in names if n.ctx != "load"} | {m.name for m in tree.find_all(nodes.Macro)}
    used = {n.name for n in names if n.ctx == "load"}
    words = [c.value for c in tree.find_all(nodes.Const) if isinstance(c.value, str)]
    return Template(
        text="\n".join(words + [d.data for d in tree.find_all(nodes.TemplateData)]),
        system=not _refuses_system(tree) and ("system" in words or _writes_role(tree)),
        tools="tools" in used,
        eos="eos_token" in used,
        options=sorted(n[:_NAME_LIMIT] for n in used - set_here - _USUAL),
    )


def _refuses_system(tree: nodes.Template) -> bool:
    for call in tree.find_all(nodes.Call):
        if isinstance(call.node, nodes.Name) and call.node.name == "raise_exception":
            said = " ".join(str(c.value).lower() for c in call.find_all(nodes.Const))
            if "system" in said and "not support" in said:
                return True
    return False


def _writes_role(tree: nodes.Template) -> bool:
    """Any role is written as it is given, so system is one."""
    for output in tree.find_all(nodes.Output):
        for part in output.find_all((nodes.Getitem, nodes.Getattr, nodes.Name)):
            if _key(part) == "role":
                return True
    return False


def _key(part) -> str | None:
    if isinstance(part, nodes.Getattr):
        return part.attr
    if isinstance(part, nodes.Name):
        return part.name
    return part.arg.value if isinstance(part.arg, nodes.Const) else None
