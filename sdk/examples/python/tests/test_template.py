import time
import unittest

from prompt_format import template
from prompt_format.formats import FORMATS, recognise


class TemplateTest(unittest.TestCase):
    def test_system(self):
        for source, want in {
            "{{ message.role }}": True,
            "{{ '<' + message['role'] + '>' }}": True,
            "{% if m.role == 'system' %}{% endif %}": True,
            "{% if m.role == 'user' %}{{ m.content }}{% endif %}": False,
            "{% if m.role == 'system' %}{{ raise_exception('No system role: not supported.') }}{% endif %}": False,
            "{% if m.role == 'system' %}{{ raise_exception('system must come first') }}{% endif %}": True,
        }.items():
            with self.subTest(source):
                self.assertIs(template.parse(source).system, want)

    def test_what_may_be_given(self):
        for source, want in {
            "{% if tools is defined and enable_thinking %}{% endif %}": (True, ["enable_thinking"]),
            "{# tools #}{% set date = 1 %}{{ date }}{% for tool in tooling %}{{ tool }}{% endfor %}": (
                False,
                ["tooling"],
            ),
            "{% macro show(x) %}{{ x }}{% endmacro %}{{ show(messages) }}": (False, []),
            "{% generation %}{{ tools }}{% endgeneration %}{% for m in messages %}{% break %}{% endfor %}": (True, []),
        }.items():
            with self.subTest(source):
                t = template.parse(source)
                self.assertEqual((t.tools, t.options, t.problem), (*want, ""))

    def test_eos(self):
        self.assertTrue(template.parse("{{ m.content + eos_token }}").eos)
        self.assertFalse(template.parse("eos_token {# eos_token #}").eos)

    def test_every_format_is_found_by_its_own_marks(self):
        for f in FORMATS:
            with self.subTest(f.key):
                self.assertIs(recognise(" ".join(f.marks)), f)
                self.assertIsNotNone(recognise(f.example))
        self.assertIsNone(recognise("Question: {prompt}"))

    def test_hostile(self):
        for name, source in {
            "deep brackets": "{{ " + "(" * 100_000,
            "deep lists": "{{ " + "[" * 20_000 + "]" * 20_000 + " }}",
            "deep blocks": "{% if x %}" * 5_000,
            "long sum": "{{ " + "1+" * 60_000 + "1 }}",
            "long chain": "{{ a" + ".b" * 60_000 + " }}",
            "many outputs": "{{ a }}" * 18_000,
            "bomb": "{{ 'x' * 999999999999 }}{{ 9 ** 9 ** 9 ** 9 }}",
            "endless number": "{{ 1" + "0" * 100_000 + " }}",
            "open string": "{{ '" + "\\" * 100_000,
            "include": "{% include '/etc/passwd' %}{% import 'os' as os %}{% extends x %}",
            "zeros": "\x00" * 1000 + "{{ \ud800 }}",
        }.items():
            with self.subTest(name):
                began = time.monotonic()
                template.parse(source)
                self.assertLess(time.monotonic() - began, 5)


if __name__ == "__main__":
    unittest.main()
