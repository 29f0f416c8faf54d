"""Which of many cases of one kind the quick run takes; `-m slow` takes the others."""

import pytest


def some_quick(cases, quick):
    """The cases as parameters, those that `quick` does not hold (or says no to, being a function) marked as slow."""
    is_quick = quick if callable(quick) else quick.__contains__
    return [case if is_quick(case) else pytest.param(*listed(case), marks=pytest.mark.slow) for case in cases]


def listed(case):
    return case if isinstance(case, tuple) else (case,)
