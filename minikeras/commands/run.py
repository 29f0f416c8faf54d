"""``minikeras run``: scripts and notebooks written for Keras or tf.keras, as they are."""

from __future__ import annotations

import os
import runpy
import sys
import traceback
from pathlib import Path
from typing import Any

import minikeras
from minikeras.commands.notebook import Notebook


def run(options: Any) -> int:
    """Run a file with minikeras in the place of Keras.

    A script finds its arguments in sys.argv and its own folder first in sys.path, as it would with Python.
    """
    path = Path(options.file)
    if not path.is_file():
        raise OSError(f"there is no file {options.file!r}.")
    if path.suffix == ".ipynb":
        return run_notebook(path, options)
    if options.save or options.html:
        raise ValueError(
            "--save and --html are for notebooks, and stand before the file: minikeras run --html out.html a.ipynb"
        )
    minikeras.install_as_keras()
    sys.argv = [str(path), *options.arguments]
    sys.path.insert(0, str(path.resolve().parent))
    try:
        runpy.run_path(str(path), run_name="__main__")
    except Exception as error:  # what the script raises is told as Python tells it, from the script on
        frames = error.__traceback__
        while frames is not None and frames.tb_frame.f_code.co_filename != str(path):
            frames = frames.tb_next
        traceback.print_exception(type(error), error, frames)
        return 1
    return 0


def run_notebook(path: Path, options: Any) -> int:
    """Run the cells of a notebook in order, in its folder; say which one fails."""
    minikeras.install_as_keras()
    os.environ.setdefault("MPLBACKEND", "Agg")
    notebook = Notebook(path)
    before = Path.cwd()
    sys.path.insert(0, str(path.resolve().parent))
    os.chdir(path.resolve().parent)
    try:
        good = notebook.run()
    finally:
        os.chdir(before)
    rest = list(options.arguments)
    save, html = options.save or after("--save", rest), options.html or after("--html", rest)
    if save:
        notebook.save(save)
    if html:
        notebook.page(html)
    return 0 if good else notebook.code


def after(flag: str, arguments: list[str]) -> str | None:
    """The value of a flag that stands behind the file.

    >>> after("--html", ["--html", "out.html"])
    'out.html'
    """
    for i, word in enumerate(arguments):
        if word == flag and i + 1 < len(arguments):
            return arguments[i + 1]
        if word.startswith(f"{flag}="):
            return word.split("=", 1)[1]
    return None
