"""How fast, how large: minikeras beside a hand-written NumPy loop and beside its peers. One command: ``python -m benchmarks``.

``works.py`` says what is done, ``contestants/`` how each library does it, ``measures.py`` what is measured; ``worker.py`` is
the process of one contestant, ``rounds.py`` asks all of them in turns, ``report.py`` and ``pictures.py`` tell the outcome.
Questions of their own: ``start.py`` (new processes), ``growth.py`` (cost against size), ``sweep.py`` (many small nets).
The scripts ``bench_*.py`` each weigh one part of minikeras, and say which.
"""
