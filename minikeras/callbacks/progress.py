"""The progress bar, in Keras' look, drawn by tqdm.

A terminal or a notebook gets one line that is drawn again and again after a carriage return; a log file gets the
finished line only. Time is what drawing must not cost: at most 2 % of the time goes into it.
"""

from __future__ import annotations

import math
import os
import sys
import time
from collections.abc import Iterable
from typing import Any

import numpy as np

from minikeras._core import config

_GREEN, _GREY, _BOLD, _PLAIN = "\33[32m", "\33[37m", "\33[1m", "\33[0m"


class Progbar:
    """A progress bar for a loop of your own.

    Args:
        target: number of steps, None if unknown.
        width: width of the bar in characters.
        verbose: 0 silent, 1 a bar, 2 one line at the end.
        interval: least number of seconds between two drawings; at 0 a log file, too, gets a line at each update.
        stateful_metrics: names of values to show as they are; all others are averaged over the steps.
        stateless_metrics: names of values to average; all others are shown as they are. Give one of the two.
        unit_name: what a step is called.

    >>> bar = Progbar(target=3, verbose=2)
    >>> for step in range(3):
    ...     bar.update(step + 1, [("loss", 0.5)])
    3/3 - 0s - .../step - loss: 0.5000
    """

    def __init__(
        self,
        target: int | None,
        width: int = 20,
        verbose: int = 1,
        interval: float = 0.05,
        stateful_metrics: Iterable[str] | None = None,
        stateless_metrics: Iterable[str] | None = None,
        unit_name: str = "step",
    ):
        if stateful_metrics is not None and stateless_metrics is not None:
            raise ValueError(
                "Progbar takes stateful_metrics or stateless_metrics. Only one of them: each is the rest of the other."
            )
        self.target = target
        self.width = width
        self.verbose = verbose
        self.interval = interval
        self.unit_name = unit_name
        self.stateful_metrics = set(stateful_metrics or ()) if stateless_metrics is None else None
        self.stateless_metrics = None if stateless_metrics is None else set(stateless_metrics)
        self.due_at = -math.inf if verbose == 1 else math.inf  # when the next drawing may begin, by time.perf_counter()
        self._dynamic = verbose == 1 and redraws(sys.stdout)
        if self._dynamic:
            import tqdm.std  # before the clock starts  # noqa: F401
        self._always = self._dynamic or interval == 0
        self.drawn = False  # whether anything was drawn that a later drawing goes over
        self._status: Any = None  # what writes over the last drawing, and the stream that it writes to
        self._stream: Any = None
        self._seen_so_far = 0
        self._values: dict[str, list] = {}  # name -> [sum, number of steps in it]
        self._start = time.perf_counter()
        self._first_step_at: float | None = None

    def update(self, current: int, values: Iterable[tuple[str, Any]] | None = None, finalize: bool | None = None) -> None:
        """Show that ``current`` steps are done.

        Args:
            current: number of steps done.
            values: pairs of a name and the value of the last step.
            finalize: whether this is the last call; by default when ``current`` reaches the target.
        """
        if finalize is None:
            finalize = self.target is not None and current >= self.target
        self._count_in(current, values or (), finalize)
        now = time.perf_counter()
        per_unit = self._time_per_unit(current, now)
        if self.verbose == 1 and (finalize or now >= self.due_at):
            if finalize or self._always:
                self._draw(current, now, per_unit, finalize)
            cost = time.perf_counter() - now
            later = -math.inf if self._always else math.inf
            self.due_at = now + max(self.interval, 50 * cost) if self._dynamic else later
            self.drawn = self._dynamic
        elif self.verbose == 2 and finalize and self.target:
            count = f"{int(current):{len(str(self.target))}d}/{self.target}"
            parts = [count, f"{now - self._start:.0f}s", _duration(per_unit, self.unit_name)]
            print_msg(" - ".join(parts + self._shown(signed=False)))

    def add(self, n: int, values: Iterable[tuple[str, Any]] | None = None) -> None:
        """Show that ``n`` more steps are done."""
        self.update(self._seen_so_far + n, values)

    def _count_in(self, current: int, values: Iterable, finalize: bool) -> None:
        new = max(current - self._seen_so_far, 1)
        for name, value in values:
            averaged = name not in self.stateful_metrics if self.stateless_metrics is None else name in self.stateless_metrics
            if not averaged or finalize or name not in self._values:
                steps = new if averaged and not finalize else 1
                self._values[name] = [value * steps if steps > 1 else value, steps]
            else:
                self._values[name][0] += value * new
                self._values[name][1] += new
        self._seen_so_far = current

    def _time_per_unit(self, current: int, now: float) -> float:
        """Seconds per step; the first, which is slower, does not count where there are more."""
        if not current:
            return 0.0
        if self._first_step_at is not None and current > 1:
            return (now - self._first_step_at) / (current - 1)
        if current == 1:
            self._first_step_at = now
        return (now - self._start) / current

    def _draw(self, current: int, now: float, per_unit: float, finalize: bool) -> None:
        from tqdm.std import Bar, tqdm
        from tqdm.utils import disp_len, disp_trim

        colour = self._dynamic and colourful(sys.stdout)
        bold = (lambda text: f"{_BOLD}{text}{_PLAIN}") if colour else str
        if self.target:
            count = bold(f"{int(current):{len(str(self.target))}d}/{self.target}")
            block = "━" if _encodable("━") else "="
            bar = format(Bar(min(current / self.target, 1.0), self.width, " " + block), "")
            if colour:
                done = len(bar.rstrip())
                bar = f"{_GREEN}{bar[:done]}{_PLAIN}{_GREY}{block * (self.width - done)}{_PLAIN}"
            left = now - self._start if finalize else per_unit * (self.target - current)
            clock = f"{left:.0f}s" if finalize else _clock(left)
            line = f"{count} {bar} {bold(clock)}"
        else:
            line = f"{int(current):7d}/Unknown {bold(f'{now - self._start:.0f}s')}"
        line = " - ".join([f"{line} {_duration(per_unit, self.unit_name)}", *self._shown()])
        if not self._dynamic:
            return print_msg(line)
        columns = _columns(sys.stdout)
        if not finalize and disp_len(line) >= columns:  # a wrapped line can't be drawn over
            line = disp_trim(line, columns - 1)
        if self._status is None or self._stream is not sys.stdout:
            self._status, self._stream = tqdm.status_printer(sys.stdout), sys.stdout
        self._status(line)
        if finalize:
            sys.stdout.write("\n")
            sys.stdout.flush()
            self._status = self._stream = None

    def _shown(self, signed: bool = True) -> list[str]:
        """The values as Keras writes them: 4 decimals, or 4 digits and a power of ten for the small."""
        shown = []
        for name, (total, steps) in self._values.items():
            value = float(np.mean(total)) / max(1, steps)
            small = not (abs(value) if signed else value) > 1e-3
            shown.append(f"{name}: {value:.4e}" if small else f"{name}: {value:.4f}")
        return shown


def redraws(stream: Any) -> bool:
    """Whether a stream shows text over itself after a carriage return: a terminal, a notebook, PyCharm's console.

    >>> import io
    >>> redraws(io.StringIO())
    False
    """
    if stream is None or not config.is_interactive_logging_enabled():
        return False
    notebook = type(stream).__module__.startswith("ipykernel") or "PYCHARM_HOSTED" in os.environ
    return notebook or bool(getattr(stream, "isatty", bool)())


def colourful(stream: Any) -> bool:
    """Whether a stream shows colours: a terminal that can, and a user who did not set ``NO_COLOR``.

    >>> import io
    >>> colourful(io.StringIO())
    False
    """
    if os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":
        return False
    able = os.name != "nt" or any(name in os.environ for name in ("WT_SESSION", "ANSICON", "ConEmuANSI", "TERM_PROGRAM"))
    return able and bool(getattr(stream, "isatty", bool)())


def print_msg(message: Any, line_break: bool = True) -> None:
    """Print to the terminal, or to the log "minikeras" when interactive logging is off.

    >>> print_msg("Epoch 1/3")
    Epoch 1/3
    """
    message = str(message)
    if not config.is_interactive_logging_enabled():
        import logging  # 2 ms that hardly anybody needs

        logging.getLogger("minikeras").info(message)
    elif sys.stdout is not None:
        if not _encodable(message):
            message = message.replace("━", "=").encode(sys.stdout.encoding, "replace").decode(sys.stdout.encoding)
        sys.stdout.write(message + "\n" if line_break else message)
        sys.stdout.flush()


def _columns(stream: Any) -> int:
    """How many characters a line of a terminal has; plenty, where it can't be told."""
    try:
        return os.get_terminal_size(stream.fileno()).columns or 10_000
    except (OSError, ValueError, AttributeError):
        return 10_000


def _encodable(text: str) -> bool:
    try:
        text.encode(getattr(sys.stdout, "encoding", None) or "utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _duration(seconds: float, unit: str) -> str:
    """
    >>> _duration(2.0, "step"), _duration(0.0031, "step"), _duration(3e-5, "step"), _duration(0.0, "step")
    ('2s/step', '3ms/step', '30us/step', '0s/step')
    """
    if seconds >= 1 or seconds == 0:
        return f"{seconds:.0f}s/{unit}"
    return f"{seconds * 1e3:.0f}ms/{unit}" if seconds >= 1e-3 else f"{seconds * 1e6:.0f}us/{unit}"


def _clock(seconds: float) -> str:
    """
    >>> _clock(59.9), _clock(100), _clock(15000)
    ('59s', '1:40', '4:10:00')
    """
    s = int(seconds)
    if seconds > 3600:
        return f"{s // 3600}:{s % 3600 // 60:02d}:{s % 60:02d}"
    return f"{s // 60}:{s % 60:02d}" if seconds > 60 else f"{s}s"
