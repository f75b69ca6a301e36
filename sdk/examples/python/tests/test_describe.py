import json
import random
import unittest

from hfplugin.analyzer import Report, _report
from prompt_format import analyzer, tokens

FILES = {
    "tokenizer_config.json": json.dumps({
        "added_tokens_decoder": {"1": {"content": "<s>"}, "2": {"content": "<|im_end|>"}},
        "additional_special_tokens": ["<a>"],
        "chat_template": [{"name": "default", "template": "{{ '<|im_start|>' + m.role }}{% if tools %}x{% endif %}"}],
        "eos_token": {"content": "<|im_end|>"},
    }),
    "generation_config.json": '{"eos_token_id": [1, 2, 3]}',
    "chat_template.jinja": "{% for m in messages %}{{ m['role'] + eos_token }}{% endfor %}",
}  # fmt: skip


class DescribeTest(unittest.TestCase):
    def test_whatever_the_files_hold(self):
        """Damaged files give a report with warnings, and one that can be sent."""
        rng = random.Random(5)
        for _ in range(500):
            read = {name: bytearray(text.encode()) for name, text in FILES.items() if rng.random() < 0.8}
            for data in read.values():
                for _ in range(rng.randrange(6)):
                    at = rng.randrange(len(data))
                    data[at : at + rng.randrange(3)] = rng.choice(
                        [b"", b"{", b"]", b'"', b"\xff", b"{%", b"null", b"\\ud800"]
                    )
            warnings = []
            with self.subTest(read=read):
                section = analyzer._describe({n: bytes(d) for n, d in read.items()}, warnings)
                sent = _report(Report("x", {"s": section}, warnings))
                self.assertIsInstance(json.loads(sent.sections[0].data), dict)

    def test_json_bombs(self):
        for name, data in {
            "deep": b'{"a":' * 100_000,
            "number": b'{"eos_token_id": ' + b"9" * 100_000 + b"}",
            "not UTF-8": b'{"a": "\xff"}',
            "nothing": b"",
        }.items():
            with self.subTest(name):
                warnings = []
                analyzer._describe({"generation_config.json": data}, warnings)
                self.assertEqual(len(warnings), 2, warnings)  # this and that there is no template
                self.assertIn("generation_config.json cannot be read", warnings[0])

    def test_a_template_that_is_too_large(self):
        warnings = []
        data = json.dumps({"chat_template": "x" * (analyzer._TEMPLATE_LIMIT + 1)}).encode()
        self.assertEqual(analyzer._describe({"tokenizer_config.json": data}, warnings)["format"], "none")
        self.assertEqual(warnings[0], "tokenizer_config.json: a template is larger than 128 KiB")

    def test_names_are_cut(self):
        """What is told stays far below the 8 MiB that the host takes."""
        long = "a" * 100_000
        found = [{"name": long + str(i), "template": "{{ " + long + str(i) + " }}{% " + long} for i in range(30)]
        read = {"tokenizer_config.json": json.dumps({"chat_template": found}).encode()}
        read |= {f"additional_chat_templates/{i}{long}.jinja": b"{{ b" + long.encode() + b" }}" for i in range(8)}
        warnings = []
        section = analyzer._describe(read, warnings)
        self.assertLess(len(json.dumps([section, warnings])), 10_000)

    def test_tokens_are_bounded(self):
        many = [f"<{i}>" for i in range(1000)]
        got = tokens.read(
            {"additional_special_tokens": many, "eos_token": "x" * 101}, {"eos_token_id": list(range(1000))}
        )
        self.assertEqual((len(got.more), len(got.unnamed), got.special), (64, 64, {}))


if __name__ == "__main__":
    unittest.main()
