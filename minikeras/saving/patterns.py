"""Regular expressions from files: some take longer than the universe lasts to find that a name does not match."""

from __future__ import annotations

import re
from typing import Any

MOST_STEPS = 10**9  # some ten seconds at the worst
QUANTIFIER = re.compile(r"[*+?{]")


def check_patterns(patterns: Any, longest: int, paths: int, name: str) -> None:
    """Raise a ValueError for patterns that could take too long on that many paths.

    A search tries every start and every length of each repetition: n^(k + 1) steps for k repetitions on n characters. A
    repetition of a group that repeats or chooses inside takes 2^n; no repeated group is let in.

    Args:
        patterns: a list of regular expressions; anything else is left to the class that takes it.
        longest: characters of the longest path that they will be compared with.
        paths: how many they will be compared with.
        name: what error messages call the file.

    >>> check_patterns(["dense_[0-9]+", ".*head.*"], 40, 10, "x.keras")
    >>> check_patterns(["(a+)+$"], 40, 10, "x.keras")
    Traceback (most recent call last):
    ValueError: x.keras: the pattern '(a+)+$' in the config may take for ever to compare: it repeats a group.
    """
    steps = 0
    for pattern in patterns if isinstance(patterns, (list, tuple)) else [patterns]:
        if not isinstance(pattern, str):
            continue
        plain = _without_classes(pattern)
        if re.search(r"\)[*+{]", plain):
            raise ValueError(
                f"{name}: the pattern {pattern[:80]!r} in the config may take for ever to compare: it repeats a group."
            )
        steps += max(paths, 1) * max(longest, len(pattern)) ** (1 + len(QUANTIFIER.findall(plain.replace("(?", "("))))
        if steps > MOST_STEPS:
            raise ValueError(f"{name}: the pattern {pattern[:80]!r} in the config takes too long to compare with all names.")


def _without_classes(pattern: str) -> str:
    """The pattern with escaped characters and classes of characters as one plain letter each.

    >>> _without_classes(r"[^)*]+\\)a")
    'x+xa'
    """
    return re.sub(r"\[\^?\]?(?:\\.|[^\]\\])*\]", "x", re.sub(r"\\.", "x", pattern, flags=re.DOTALL))
