"""The program."""

from hfplugin import serve

from .analyzer import PromptFormat


def main():
    serve(PromptFormat())
