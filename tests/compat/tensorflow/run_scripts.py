"""Run the scripts and print what they say, as JSON.

With real TensorFlow 2 it makes the golden file, by hand: ``python run_scripts.py > scripts.json``; a test runs it here.
"""

import contextlib
import json
import os
import sys
import traceback
from pathlib import Path

SCRIPTS = sorted((Path(__file__).parent / "scripts").glob("*.py"))


def as_json(value):
    """Numbers of NumPy's, shapes."""
    return value.item() if hasattr(value, "item") else list(value)


def run(path):
    """The RESULT of a script, or the error it ends with."""
    space = {"__name__": "__main__"}
    try:
        with open(os.devnull, "w") as nowhere, contextlib.redirect_stdout(nowhere):
            exec(compile(path.read_text("utf-8"), str(path), "exec"), space)
        return json.loads(json.dumps(space["RESULT"], default=as_json))
    except Exception:
        return {"error": traceback.format_exc()}


if __name__ == "__main__":
    if "--minikeras" in sys.argv:
        import minikeras

        minikeras.install_as_keras()
    print(json.dumps({path.stem: run(path) for path in SCRIPTS}, indent=0))
