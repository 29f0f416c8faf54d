"""What a new process pays: import, open a model's file and predict one row, make a net and train it for the first time.

    python -m benchmarks.cold CONTESTANT FILE

prints the times at which each was done. Nothing is imported here that the library would not import itself.
"""

import sys
import time


def main():
    from benchmarks.contestants import BY_NAME

    entry = BY_NAME[sys.argv[1]]
    entry.hide_others()
    contestant = entry.make()
    stamps = {"import": time.time()}

    import numpy as np

    from benchmarks.works import LECTURE

    model = contestant.load(sys.argv[2], LECTURE)
    contestant.predictor(model, LECTURE, np.zeros((1, 10), np.float32))()
    stamps["predicted"] = time.time()
    stamps["memory"] = peak()
    x, y = np.zeros((320, 10), np.float32), np.arange(320, dtype=np.float32) % 2
    start = time.time()
    contestant.trainer(contestant.build(LECTURE, 10), LECTURE, x, y, 1)()
    stamps["first fit"] = time.time() - start
    print(stamps, file=sys.__stdout__)


def peak():
    """The most bytes that this process has held, as the system counts them."""
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


if __name__ == "__main__":
    main()
