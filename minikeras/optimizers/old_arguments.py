"""The arguments that optimizers took in Keras 1 and 2 and what they mean now: one table, one hint per process."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from minikeras._core.arguments import unknown_arguments
from minikeras._core.config import epsilon as default_epsilon
from minikeras._core.old_arguments import hint
from minikeras.optimizers.schedules import InverseTimeDecay, LearningRateSchedule

# name -> how to say it today; the last ones come from old files only and say nothing
OLD = {
    "lr": "`learning_rate`",
    "decay": "`learning_rate=schedules.InverseTimeDecay(rate, 1, decay)`, which is what it now makes",
    "schedule_decay": "nothing: Keras 3 has left it out",
}
UNUSED = ("jit_compile", "is_legacy_optimizer", "experimental_aggregate_gradients")


def translate(
    learning_rate: Any, given: dict[str, Any], quiet: bool = False, owner: str = "Optimizer", known: Iterable[str] = ()
) -> Any:
    """Return the learning rate that the old arguments in ``given`` ask for.

    Args:
        learning_rate: what was given under the name of today.
        given: the arguments that the class does not know.
        quiet: whether to keep the hint to oneself, as when a file is read.
        owner, known: the class and the arguments that it knows, for the error.

    Raises:
        ValueError: an argument was never known.

    >>> translate(0.01, {"lr": 0.1, "decay": 0.0}, quiet=True)
    0.1
    """
    unknown_arguments(owner, sorted(set(given) - set(OLD) - set(UNUSED)), known)
    decay = given.get("decay") or 0.0
    learning_rate = given.get("lr", learning_rate)
    old = [name for name in OLD if name in given and (name != "decay" or decay)]
    if old and not quiet:
        text = "; ".join(f"instead of `{name}` say {OLD[name]}" for name in old)
        hint("optimizers", "", f"Arguments of older Keras still work in optimizers, but {text}.")
    if not decay:
        return learning_rate
    if isinstance(learning_rate, LearningRateSchedule) or callable(learning_rate):
        raise ValueError("`decay` goes with a number as learning rate, not with a schedule: leave one of them out.")
    schedule = InverseTimeDecay(float(learning_rate), 1, float(decay))  # η(t) = lr / (1 + decay · t)
    schedule.settable = True  # as it was then: a callback may set a new lr, from which the decay goes on
    return schedule


def old_epsilon(value: float | None) -> float:
    """Return ε; None meant the default fuzz factor in Keras 2.

    >>> old_epsilon(None), old_epsilon(1e-3)
    (1e-07, 0.001)
    """
    return default_epsilon() if value is None else value
