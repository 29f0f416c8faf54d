"""Not to be imported here: what says ``import tensorflow``, and what made golden numbers."""

collect_ignore_glob = ["scripts/*.py", "run_scripts.py"]
