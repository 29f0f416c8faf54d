"""The process of one contestant: asked by lines of JSON on its input, answers by lines on its output.

    python -m benchmarks.worker NAME

It may run in an interpreter that has no minikeras; this package and NumPy are enough for the rest.
"""

from __future__ import annotations

import gc
import json
import os
import sys
import time
import warnings

from benchmarks.contestants import BY_NAME
from benchmarks.contestants.contestant import Absent
from benchmarks.measures import KINDS, trained
from benchmarks.works import Work

SHORT = 0.4  # seconds


class Worker:
    """Prepares works and goes through them a round at a time."""

    def __init__(self, name):
        self.entry, self.measure, self.took = BY_NAME[name], None, 0.0
        self.entry.hide_others()
        self.contestant = self.entry.make()

    def hello(self):
        return {}

    def file(self, work, folder):
        """Write the file of a trained model."""
        path = os.path.join(folder, self.entry.name + self.contestant.suffix)
        self.contestant.save(trained(self.contestant, Work.heard(work)), path)
        return {"path": path}

    def prepare(self, work):
        """Make what the work needs, and go through it once: what is compiled is compiled then."""
        work = Work.heard(work)
        self.measure, self.took = KINDS[work.kind](self.contestant, work), 0.0
        return {"value": self.measure()}

    def round(self):
        """Once more; what is short is done twice, and the second time counts: cores that have slept are slow for a while."""
        if self.took < SHORT:
            self.measure()
        start = time.perf_counter()
        value = self.measure()
        self.took = time.perf_counter() - start
        return {"value": value}

    def drop(self):
        self.measure = None
        gc.collect()
        return {}

    def sweep(self, scale):
        """Many small nets in one process and in two."""
        from benchmarks.sweep import sweep

        return sweep(scale)

    def answer(self, question):
        """The answer to one question; a fault is an answer, too."""
        try:
            return getattr(self, question.pop("ask"))(**question)
        except Absent as reason:
            return {"absent": str(reason)}
        except Exception as fault:
            return {"absent": f"{type(fault).__name__}: {str(fault).splitlines()[0] if str(fault) else ''}"[:200]}


def main():
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # whatever libraries print goes elsewhere
    warnings.simplefilter("ignore")
    worker = Worker(sys.argv[1])
    for line in sys.stdin:
        print(json.dumps(worker.answer(json.loads(line))), file=answers, flush=True)


if __name__ == "__main__":
    main()
