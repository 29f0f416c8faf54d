"""A notebook without Jupyter: its cells one after the other, their outputs, and a page to look at."""

from __future__ import annotations

import ast
import base64
import contextlib
import html
import io
import json
import os
import re
import sys
import traceback
from pathlib import Path
from typing import Any

HARMLESS = re.compile(r"^\s*(%|!|\?|.*\?\s*$)")
ASSIGNED = re.compile(r"^(\s*)([\w, ]+?)\s*=\s*[!%](.*)$")


class Notebook:
    """The cells of an `.ipynb` file.

    Magics and shell lines do what does no harm: ``%time`` and ``%%time`` run what stands behind, ``%cd`` changes the folder, ``%run``
    runs a script; the others, and ``!pip install``, are passed over with a word.
    """

    def __init__(self, path: Path):
        self.path = path
        try:
            self.content = json.loads(path.read_text(encoding="utf-8"))
            self.cells = self.content["cells"] if "cells" in self.content else self.content["worksheets"][0]["cells"]
        except (ValueError, KeyError, IndexError, TypeError) as error:
            raise ValueError(f"{path} is no notebook: {error}") from error
        self.names: dict[str, Any] = {"__name__": "__main__", "display": self._display, "get_ipython": lambda: _Shell()}
        self.failed: int | None = None

    def run(self) -> bool:
        """Run all cells in order; False if one fails: its number, code and error are printed."""
        number = 0
        for cell in self.cells:
            if cell.get("cell_type") != "code":
                continue
            number += 1
            code = "".join(cell.get("source", cell.get("input", "")))
            cell["execution_count"], cell["outputs"] = number, []
            self._outputs = cell["outputs"]
            if not self._run_cell(code, number):
                self.failed = number
                return False
        return True

    def _run_cell(self, code: str, number: int) -> bool:
        with contextlib.redirect_stdout(_Tee(sys.stdout, self._outputs, "stdout")):
            try:
                self._execute(plain_python(code), number)
                return True
            except SystemExit as stop:
                return not stop.code
            except BaseException as error:  # whatever a cell raises
                text = "".join(traceback.format_exception(type(error), error, error.__traceback__.tb_next.tb_next))
                self._outputs.append({"output_type": "error", "ename": type(error).__name__, "evalue": str(error),
                                      "traceback": text.splitlines()})  # fmt: skip
                print(f"\nCell {number} of {self.path.name} failed:\n\n{code.rstrip()}\n\n{text}", file=sys.stderr)
                if isinstance(error, KeyboardInterrupt):
                    raise
                return False
            finally:
                self._collect_figures()

    def _execute(self, code: str, number: int) -> None:
        tree = ast.parse(code, f"cell {number}")
        last = (
            tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) and not code.rstrip().endswith(";") else None
        )
        exec(compile(tree, f"cell {number}", "exec"), self.names)  # the user's own notebook, which was asked to be run
        if last is not None:
            value = eval(compile(ast.Expression(last.value), f"cell {number}", "eval"), self.names)
            if value is not None:
                self._display(value)

    def _display(self, *values: Any) -> None:
        for value in values:
            data = {"text/plain": repr(value)}
            as_html = getattr(value, "_repr_html_", None)
            if callable(as_html):
                with contextlib.suppress(Exception):
                    data["text/html"] = as_html()
            self._outputs.append({"output_type": "display_data", "data": data, "metadata": {}})
            sys.__stdout__.write(data["text/plain"] + "\n")

    def _collect_figures(self) -> None:
        plt = sys.modules.get("matplotlib.pyplot")
        for number in plt.get_fignums() if plt is not None else ():
            made = io.BytesIO()
            plt.figure(number).savefig(made, format="png", bbox_inches="tight")
            data = {"image/png": base64.b64encode(made.getvalue()).decode(), "text/plain": "<Figure>"}
            self._outputs.append({"output_type": "display_data", "data": data, "metadata": {}})
            plt.close(number)

    def save(self, path: str) -> None:
        """Write the notebook with its outputs."""
        Path(path).write_text(json.dumps(self.content, indent=1), encoding="utf-8")

    def page(self, path: str) -> None:
        """Write a page of all cells and outputs, pictures included."""
        parts = [
            f"<!doctype html><meta charset=utf-8><title>{html.escape(self.path.name)}</title><style>"
            "body{font:16px/1.5 sans-serif;max-width:60em;margin:2em auto;padding:0 1em}pre{background:#f6f6f6;padding:.7em;"
            "overflow:auto;border-radius:4px}.out{background:#fff;border-left:3px solid #0072b2}.err{border-left:3px solid #d55e00}"
            "img{max-width:100%}</style>"
        ]
        for cell in self.cells:
            text = "".join(cell.get("source", cell.get("input", "")))
            if cell.get("cell_type") != "code":
                parts.append(f"<div>{_markdown(text)}</div>")
                continue
            parts.append(f"<pre>{html.escape(text)}</pre>")
            for output in cell.get("outputs", ()):
                data = output.get("data", {})
                if "image/png" in data:
                    parts.append(f"<img src='data:image/png;base64,{''.join(data['image/png'])}'>")
                elif output.get("output_type") == "error":
                    parts.append(f"<pre class=err>{html.escape(chr(10).join(output['traceback']))}</pre>")
                else:
                    parts.append(f"<pre class=out>{html.escape(''.join(output.get('text', data.get('text/plain', ''))))}</pre>")
        Path(path).write_text("\n".join(parts), encoding="utf-8")


def plain_python(code: str) -> str:
    """A cell's code with what only IPython understands taken out, line for line.

    >>> print(plain_python("%matplotlib inline\\n!pip install keras\\nx = 1\\n%time y = x\\nfiles = !ls"))
    pass  # %matplotlib inline
    pass  # !pip install keras
    x = 1
    y = x
    files = []  # !ls
    """
    first = code.lstrip()
    if first.startswith("%%"):
        head, _, rest = first.partition("\n")
        kind = head[2:].split()[0] if head[2:].split() else ""
        return "\n" + plain_python(rest) if kind in ("time", "timeit", "capture", "prun") else f"pass  # {head}"
    try:
        ast.parse(code)
        return code
    except SyntaxError:
        return "\n".join(map(_plain_line, code.split("\n")))


def _plain_line(line: str) -> str:
    indent, bare = line[: len(line) - len(line.lstrip())], line.strip()
    assigned = ASSIGNED.match(line)
    if assigned and not HARMLESS.match(line):
        return f"{assigned[1]}{assigned[2]} = []  # {line.split('=', 1)[1].strip()}"
    if bare.startswith(("%time ", "%timeit ", "%prun ")):
        return indent + bare.split(None, 1)[1]
    if bare.startswith("%cd "):
        return f"{indent}__import__('os').chdir({os.path.expanduser(bare[4:].strip())!r})"
    if bare.startswith("%run "):
        return f"{indent}__import__('runpy').run_path({bare[5:].split()[0]!r}, run_name='__main__')"
    if bare.startswith(("%", "!")) or bare.endswith("?") or bare.startswith("?"):
        return f"{indent}pass  # {bare}"
    return line


class _Tee(io.TextIOBase):
    """Standard output that is kept as well."""

    def __init__(self, stream: Any, outputs: list, name: str):
        self.stream, self.outputs, self.name = stream, outputs, name

    def write(self, text: str) -> int:
        self.stream.write(text)
        if not self.outputs or self.outputs[-1].get("output_type") != "stream":
            self.outputs.append({"output_type": "stream", "name": self.name, "text": []})
        self.outputs[-1]["text"].append(text)
        return len(text)

    def flush(self) -> None:
        self.stream.flush()


class _Shell:
    """What get_ipython() gives: every call does nothing."""

    def __getattr__(self, name: str) -> Any:
        return lambda *args, **kwargs: None


def _markdown(text: str) -> str:
    """Headings and paragraphs; the rest as it is."""
    lines = []
    for line in html.escape(text).split("\n"):
        heading = re.match(r"(#+)\s+(.*)", line)
        lines.append(f"<h{len(heading[1])}>{heading[2]}</h{len(heading[1])}>" if heading else line or "<p>")
    return "\n".join(lines)
