"""How fast minikeras is, beside a hand-written NumPy loop and whatever peers are installed.

    python -m benchmarks [--rounds 5] [--quick] [--only NAME ...] [--python PATH ...]

Each contestant has a process of its own, and all are asked for one round of each work in turns. Peers are looked for in this
interpreter and in those of --python, the first that has all of it: name the leanest first. A whole run, some twenty minutes,
goes to benchmarks/RESULTS.md, where what is written by hand at the end stays; --only and --quick only print.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from pathlib import Path

from benchmarks import growth, pictures, report, start
from benchmarks.contestants import BY_NAME
from benchmarks.rounds import contest, gather
from benchmarks.works import GLANCE, WORKS

HERE = Path(__file__).parent
PARTS = ("start", "growth", "memory", "sweep")


def arguments(given=None):
    parser = argparse.ArgumentParser("python -m benchmarks", description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    names = [*(work.name for work in WORKS), *PARTS]
    parser.add_argument("--rounds", type=int, help="of each work (5, quick: 3)")
    parser.add_argument("--quick", action="store_true", help="fewer works, rounds and data, Keras' defaults alone")
    parser.add_argument("--tiny", action="store_true", help=argparse.SUPPRESS)  # whether it runs at all
    parser.add_argument("--only", nargs="+", default=[], metavar="NAME", help="of " + ", ".join(names))
    parser.add_argument("--who", nargs="+", default=[], metavar="NAME", help="of " + ", ".join(BY_NAME))
    parser.add_argument("--python", nargs="+", default=[], action="extend", metavar="PATH", help="interpreters to look in")
    parser.add_argument("--busy", type=int, default=0, metavar="N", help="so many other processes compute beside it")
    parser.add_argument("--out", type=Path, help="write the report there (a whole run: benchmarks/RESULTS.md)")
    options = parser.parse_args(given)
    for given, known, what in ((options.only, names, "--only"), (options.who, [*BY_NAME], "--who")):
        if unknown := set(given) - set(known):
            parser.error(f"{what} knows {', '.join(known)}, got {', '.join(sorted(unknown))}")
    options.who = options.who or [name for name in BY_NAME if not (options.quick and name.endswith("-best"))]
    options.scale = "tiny" if options.tiny else "quick" if options.quick else "full"
    options.rounds = options.rounds or {"full": 5, "quick": 3, "tiny": 1}[options.scale]
    whole = options.scale == "full" and not options.only and len(options.who) == len(BY_NAME)
    options.out = options.out or (HERE / "RESULTS.md" if whole else None)
    options.only = options.only or (GLANCE + PARTS if options.quick else names)
    return options


def run(options, tell) -> dict:
    """All that is asked for, as `report.write` takes it."""
    entries = [entry for entry in BY_NAME.values() if entry.name in options.who]
    workers, absent = gather([sys.executable, *options.python], entries)
    tell("taking part: " + ", ".join(worker.entry.title for worker in workers))
    found = {"workers": workers, "absent": absent, "rounds": options.rounds, "busy": options.busy, "results": []}
    try:
        for work in (work for work in WORKS if work.name in options.only):
            found["results"].append(contest(work.at(options.scale), workers, options.rounds))
            tell(f"  {work.title}: {found['results'][-1].slowest()}")
        if "start" in options.only:
            found["starts"] = start.starts(workers, {"full": 3}.get(options.scale, 1), tell)
        if "growth" in options.only:
            found["times"] = growth.times(workers, options.rounds, options.scale, tell)
        if "memory" in options.only:
            found["fits"] = growth.fits(workers, options.scale, tell)
        ours = [worker for worker in workers if worker.entry.name == "ours"]
        if "sweep" in options.only and ours:
            tell("  many small nets")
            answer = ours[0].ask("sweep", scale=options.scale)
            found["sweep"] = None if "absent" in answer else answer
            absent |= {"ours": "many small nets: " + answer["absent"]} if "absent" in answer else {}
    finally:
        for worker in workers:
            worker.close()
    return found


def main(given=None):
    options = arguments(given)
    begin = time.perf_counter()

    def tell(text):
        print(f"{time.perf_counter() - begin:6.0f} s {text}", file=sys.stderr, flush=True)

    others = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(options.busy)]
    try:
        found = run(options, tell)
    finally:
        for other in others:
            other.kill()
            other.wait()
    if options.out:
        folder = options.out.parent / "pictures"
        folder.mkdir(parents=True, exist_ok=True)
        try:
            found["pictures"] = pictures.draw(found, folder)
        except ImportError:
            tell("no pictures: matplotlib is not installed")
    text = report.write(found)
    print(text)
    if options.out:
        report.keep(options.out, text)


if __name__ == "__main__":
    main()
