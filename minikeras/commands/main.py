"""Which command is meant, and how it is told what is wrong: one line on stderr, and an exit code."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

import minikeras
from minikeras.commands import files, run
from minikeras.commands.diff import diff
from minikeras.commands.doctor import doctor

EXAMPLES = """examples:
  minikeras run train.py --epochs 3            a script written for Keras or tf.keras, as it is
  minikeras run lecture.ipynb --html out.html  a notebook, with its pictures
  minikeras summary model.keras                the table of its layers
  minikeras inspect model.h5                   what is in a file, without trusting it
  minikeras convert model.h5 model.keras       a model of .keras, .h5 or .json as .keras, .h5, .weights.h5, .onnx, .json
  minikeras export model.keras model.onnx      for ONNX Runtime
  minikeras diff old.keras new.keras           what differs, in architecture and weights
  minikeras predict model.keras rows.csv > out.csv
  minikeras doctor                             versions, BLAS, threads, extras
"""


def parser() -> argparse.ArgumentParser:
    """The arguments of all commands.

    >>> parser().parse_args(["summary", "m.keras"]).command
    'summary'
    """
    top = argparse.ArgumentParser(
        "minikeras", description="Keras on NumPy.", epilog=EXAMPLES, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    top.add_argument("--version", action="version", version=f"minikeras {minikeras.__version__}")
    commands = top.add_subparsers(dest="command", metavar="COMMAND", required=True)
    runner = commands.add_parser("run", help="run a script or a notebook written for Keras")
    runner.add_argument("file", help="a .py or .ipynb file")
    runner.add_argument("--save", metavar="OUT.ipynb", help="write the notebook with its outputs")
    runner.add_argument("--html", metavar="OUT.html", help="write the notebook as a page")
    runner.add_argument("arguments", nargs=argparse.REMAINDER, help="what the script finds in sys.argv")
    for name, what in (
        ("summary", "print the table of layers"),
        ("inspect", "say what is in a model file, without trusting it"),
    ):
        one = commands.add_parser(name, help=what)
        one.add_argument("file")
        one.add_argument("--json", action="store_true", help="as JSON")
    converter = commands.add_parser("convert", help="write a model file in another format")
    converter.add_argument("file")
    converter.add_argument("out", help=".keras, .h5, .weights.h5, .onnx or .json")
    exporter = commands.add_parser("export", help="write a model for ONNX Runtime and converters to other formats")
    exporter.add_argument("file")
    exporter.add_argument("out", nargs="?", help="an .onnx file; beside the model by default")
    differ = commands.add_parser("diff", help="compare two model files")
    differ.add_argument("file")
    differ.add_argument("other")
    differ.add_argument("--json", action="store_true", help="as JSON")
    predictor = commands.add_parser("predict", help="predict the rows of a file")
    predictor.add_argument("file")
    predictor.add_argument("rows", help="a .csv (numbers separated by commas, a line of names first or not) or .npy file")
    predictor.add_argument("--out", help="a .csv or .npy file; standard output by default")
    predictor.add_argument("--batch-size", type=int, default=32)
    checker = commands.add_parser("doctor", help="versions, BLAS, threads, extras")
    checker.add_argument("--json", action="store_true", help="as JSON")
    return top


COMMANDS = {
    "run": run.run, "summary": files.summary, "inspect": files.inspect, "convert": files.convert, "export": files.export,
    "diff": diff, "predict": files.predict, "doctor": doctor,
}  # fmt: skip


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; return 0, 1 if something is wrong with a file, 2 if with the arguments.

    >>> main(["summary", "nowhere.keras"])
    1
    """
    if not (sys.argv[1:] if arguments is None else arguments):
        parser().print_help()
        return 2
    options = parser().parse_args(arguments)
    try:
        return COMMANDS[options.command](options) or 0
    except BrokenPipeError:  # the reader of a pipe has seen enough
        return 0
    except (OSError, ValueError, ImportError, MemoryError, RecursionError) as error:
        print(f"minikeras {options.command}: {' '.join(str(error).split())}", file=sys.stderr)
        return 1
