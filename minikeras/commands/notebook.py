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
import runpy
import sys
import traceback
import types
from pathlib import Path
from typing import Any

from minikeras.commands.markdown import to_html
from minikeras.commands.timing import timed

HARMLESS = re.compile(r"^\s*(%|!|\?|.*\?\s*$)")
ASSIGNED = re.compile(r"^(\s*)([\w, ]+?)\s*=\s*[!%](.*)$")


class Notebook:
    """The cells of an `.ipynb` file.

    Magics do what does no harm: ``%time`` and ``%timeit`` run what stands behind and say how long it took, ``%cd`` changes the
    folder, ``%env`` the environment, ``%run`` runs a script, ``%%writefile`` writes a file; other magics and shell lines are
    passed over with a word.
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
        self.code = 1  # what the process ends with if a cell fails

    def run(self) -> bool:
        """Run all cells in order; False if one fails: its number, code and error are printed."""
        number, text = 0, json.dumps(self.cells)
        if "IPython" in text:
            self._stand_in_for_ipython()
        if re.search("matplotlib|seaborn|plt", text):
            self._catch_figures()
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
                with timed() if code.lstrip().startswith(("%%time", "%%timeit")) else contextlib.nullcontext():
                    self._execute(plain_python(code), number)
                return True
            except SystemExit as stop:
                print(f"Cell {number} of {self.path.name} ended the run: sys.exit({stop.code!r}).", file=sys.stderr)
                self.code = stop.code if isinstance(stop.code, int) else 0 if stop.code is None else 1
                return False
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
                self._collect_figures()
                self._display(value)
                self._outputs[-1].update(output_type="execute_result", execution_count=number)

    def _display(self, *values: Any, **how) -> None:
        for value in values:
            data = {"text/plain": repr(value)}
            for kind, method in (("text/html", "_repr_html_"), ("image/png", "_repr_png_")):
                with contextlib.suppress(Exception):
                    made = getattr(value, method)()
                    data[kind] = base64.b64encode(made).decode() if isinstance(made, bytes) else made
            self._outputs.append({"output_type": "display_data", "data": {k: v for k, v in data.items() if v}, "metadata": {}})
            sys.__stdout__.write(data["text/plain"] + "\n")

    def _stand_in_for_ipython(self) -> None:
        """Let ``from IPython.display import display, HTML, Image, clear_output`` work, with IPython or without."""
        try:
            import IPython.display as shown
        except ImportError:
            package, shown = types.ModuleType("IPython"), types.ModuleType("IPython.display")
            package.display, package.get_ipython, package.version_info = shown, lambda: None, (9, 0, 0)  # matplotlib asks
            sys.modules.update({"IPython": package, "IPython.display": shown})
            shown.HTML, shown.Markdown, shown.SVG, shown.Image = Shown, Shown, Shown, Picture
            shown.clear_output = lambda wait=False: None
        shown.display = self._display

    def _catch_figures(self) -> None:
        """Let ``plt.show()`` put the figures among the outputs, there and then."""
        with contextlib.suppress(ImportError):
            import matplotlib.pyplot as plt

            plt.show = lambda *args, **kwargs: self._collect_figures()

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
            "overflow:auto;border-radius:4px}.out{background:#fff;border-left:3px solid #0072b2}"
            ".err{border-left:3px solid #d55e00}code{background:#f6f6f6;padding:0 .2em}table{border-collapse:collapse}"
            "th,td{border:1px solid #ccc;padding:.2em .6em}"
            "blockquote{border-left:3px solid #ccc;margin-left:0;padding-left:1em}"
            "img{max-width:100%}</style>"
        ]
        for cell in self.cells:
            text = "".join(cell.get("source", cell.get("input", "")))
            if cell.get("cell_type") != "code":
                parts.append(f"<div>{to_html(text)}</div>")
                continue
            parts.append(f"<pre>{html.escape(text)}</pre>")
            for output in cell.get("outputs", ()):
                data = output.get("data", {})
                if "text/html" in data:
                    parts.append(f"<div class=out>{''.join(data['text/html'])}</div>")
                elif "image/png" in data:
                    parts.append(f"<img src='data:image/png;base64,{''.join(data['image/png'])}'>")
                elif output.get("output_type") == "error":
                    parts.append(f"<pre class=err>{html.escape(chr(10).join(output['traceback']))}</pre>")
                else:
                    parts.append(f"<pre class=out>{html.escape(''.join(output.get('text', data.get('text/plain', ''))))}</pre>")
        Path(path).write_text("\n".join(parts), encoding="utf-8")


def plain_python(code: str) -> str:
    """A cell's code with what only IPython understands taken out, line for line.

    >>> print(plain_python("%matplotlib inline\\n!pip install keras\\nx = 1\\n%prun y = x\\nfiles = !ls"))
    pass  # %matplotlib inline
    print('(not run: !pip install keras)')
    x = 1
    y = x
    files = []  # !ls
    """
    first = code.lstrip()
    if first.startswith("%%"):
        head, _, rest = first.partition("\n")
        kind, *words = head[2:].split() or [""]
        if kind in ("time", "timeit", "capture", "prun"):
            return "\n" + plain_python(rest)
        if kind in ("writefile", "file") and words:
            mode = "a" if "-a" in words else "w"
            return f"with open({words[-1]!r}, {mode!r}, encoding='utf-8') as _file: _ = _file.write({rest!r})"
        return _passed_over(head)
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
        magic, rest = bare.split(None, 1)
        return indent + _timed_line(magic, re.sub(r"^(-[nrtcpqo]+\s*\d*\s+)*", "", rest))
    if bare.startswith("%cd "):
        return f"{indent}__import__('os').chdir({os.path.expanduser(bare[4:].strip())!r})"
    if bare.startswith(("%env ", "%set_env ")) and (pair := bare.split(None, 1)[1].replace("=", " ", 1).split(None, 1))[1:]:
        return f"{indent}__import__('os').environ.update({{{pair[0]!r}: {pair[1]!r}}})"
    if bare.startswith("%run "):
        here = "__import__('minikeras.commands.notebook').commands.notebook"
        return f"{indent}globals().update({here}.run_script({bare[5:].split()!r}))"
    if bare.startswith(("!", "%")) and not bare.startswith(("%matplotlib", "%load_ext", "%config", "%autoreload", "%pylab")):
        return indent + _passed_over(bare)
    if bare.startswith("%") or bare.endswith("?") or bare.startswith("?"):
        return f"{indent}pass  # {bare}"
    return line


def _timed_line(magic: str, statement: str) -> str:
    """A statement that is timed, in one line: an expression keeps its value."""
    place = "__import__('minikeras.commands.timing').commands.timing"
    if magic == "%timeit":
        return f"for _ in {place}.timeit(): {statement}"
    if magic == "%prun":
        return statement
    try:
        ast.parse(statement, mode="eval")
        return f"{place}.time_of(lambda: {statement})"
    except SyntaxError:
        return f"with {place}.timed(): {statement}"


def _passed_over(line: str) -> str:
    return f"print({f'(not run: {line})'!r})"


def run_script(words: list[str]) -> dict:
    """Run a script with its arguments, as ``%run`` does; return the names that it leaves."""
    before = sys.argv
    sys.argv = words
    try:
        names = runpy.run_path(words[0], run_name="__main__")
        return {name: value for name, value in names.items() if not name.startswith("__")}
    finally:
        sys.argv = before


class Shown:
    """What IPython.display calls HTML, Markdown or SVG: text for the page."""

    def __init__(self, data: Any = "", **how):
        self.data = data

    def _repr_html_(self) -> str:
        return self.data.decode("utf-8", "replace") if isinstance(self.data, bytes) else str(self.data)


class Picture:
    """What IPython.display calls Image: a file or bytes."""

    def __init__(self, data: Any = None, filename: str | None = None, **how):
        name = filename or (data if isinstance(data, (str, os.PathLike)) else None)
        self.data = Path(name).read_bytes() if name is not None else data

    def _repr_png_(self) -> bytes:
        return self.data


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
