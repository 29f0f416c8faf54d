"""The README keeps its word: its snippet is what the example runs, its tables name what there is."""

import re
from pathlib import Path

from minikeras import callbacks, layers

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def blocks(language):
    return re.findall(rf"```{language}\n(.*?)```", README, re.S)


def test_the_snippet_is_that_of_the_example():
    example = (ROOT / "examples" / "lecture.py").read_text(encoding="utf-8")
    snippet = blocks("python")[0].replace("          # the accuracy", "")
    for line in filter(None, snippet.splitlines()):
        assert line in example, line


def test_the_first_two_commands_run_the_example_and_the_tests():
    first, second = blocks("bash")[:2]
    assert ".[examples]" in first and "examples/lecture.py" in first
    assert ".[test]" in second and second.rstrip().endswith("-m pytest")


def test_the_table_names_every_layer_and_callback():
    text = re.sub(r"(\w+)1D-3D", r"\g<1>1D, \g<1>2D, \g<1>3D", README)
    named = set(re.findall(r"\w+", text)) | set(layers._ALSO)
    assert {n for n in layers.__all__ if n[0].isupper()} - named - {"InputSpec", "Layer"} == set()
    own = {"Callback", "CallbackList"}
    assert {n for n in callbacks.__all__ if n[0].isupper()} - named - own == set()


def test_links_lead_somewhere():
    for target in re.findall(r"\]\(([^)#:]+)\)", README):
        assert (ROOT / target).exists(), target
