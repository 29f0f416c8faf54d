import contextlib
import io
import logging
import re
import sys
from types import SimpleNamespace

import numpy as np
import pytest

from minikeras._core import config
from minikeras.callbacks import progress
from minikeras.callbacks.progress import Progbar, print_msg

BAR = "━" * 20


class Terminal(io.StringIO):
    encoding = "utf-8"

    def isatty(self):
        return True


class Clock:
    def __init__(self):
        self.now = 1000.0

    def perf_counter(self):
        return self.now


@pytest.fixture
def clock(monkeypatch):
    clock = Clock()
    monkeypatch.setattr(progress, "time", clock)
    for name in ("NO_COLOR", "TERM", "PYCHARM_HOSTED", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)
    return clock


@pytest.fixture
def terminal(monkeypatch):
    terminal = Terminal()
    monkeypatch.setattr(progress, "sys", SimpleNamespace(stdout=terminal))  # pytest gives the test a stdout of its own
    return terminal


def plain(text):
    return re.sub("\x1b\\[[0-9;]*m", "", text)


def test_log_file_gets_one_finished_line(clock, capsys):
    bar = Progbar(16)
    for step in range(16):
        clock.now += 0.25 if step else 1.0
        bar.update(step + 1, [("accuracy", 0.5512), ("loss", 3.21e-4)])
    assert capsys.readouterr().out == f"16/16 {BAR} 5s 250ms/step - accuracy: 0.5512 - loss: 3.2100e-04\n"


def test_terminal_gets_keras_line_in_colours(clock, terminal):
    bar = Progbar(8, interval=0)
    clock.now += 1
    bar.update(2, [("loss", 0.5)])
    clock.now += 1
    bar.update(8, [("loss", 0.25)])
    first, second = terminal.getvalue().split("\r")[1:]
    assert first == (  # to the letter as Keras 3.15.1
        "\x1b[1m2/8\x1b[0m \x1b[32m━━━━━\x1b[0m\x1b[37m━━━━━━━━━━━━━━━\x1b[0m \x1b[1m3s\x1b[0m 500ms/step - loss: 0.5000"
    )
    assert second == f"\x1b[1m8/8\x1b[0m \x1b[32m{BAR}\x1b[0m\x1b[37m\x1b[0m \x1b[1m2s\x1b[0m 250ms/step - loss: 0.2500\n"


@pytest.mark.parametrize(
    "options, lines",  # as Keras 3.15.1 shows them
    [
        (
            {"target": 10},
            [
                " 1/10 {2}{18} 2s 250ms/step - a: 1.0000 - b: 1.0000",
                " 2/10 {4}{16} 2s 250ms/step - a: 1.5000 - b: 1.5000",
                " 3/10 {6}{14} 1s 250ms/step - a: 2.0000 - b: 2.0000",
                " 4/10 {8}{12} 1s 250ms/step - a: 2.5000 - b: 2.5000",
                " 5/10 {10}{10} 0s 188ms/step - a: 2.2000 - b: 2.5000",
            ],
        ),
        (
            {"target": None, "stateful_metrics": ["b"], "unit_name": "sample"},
            [
                "      1/Unknown 0s 250ms/sample - a: 1.0000 - b: 1.0000",
                "      2/Unknown 0s 250ms/sample - a: 1.5000 - b: 2.0000",
                "      3/Unknown 1s 250ms/sample - a: 2.0000 - b: 3.0000",
                "      4/Unknown 1s 250ms/sample - a: 2.5000 - b: 4.0000",
                "      5/Unknown 1s 188ms/sample - a: 2.2000 - b: 4.0000",
            ],
        ),
    ],
)
@pytest.mark.parametrize("colour", [True, False])
def test_redrawn_lines_are_keras(clock, terminal, monkeypatch, options, lines, colour):
    if not colour:
        monkeypatch.setenv("NO_COLOR", "1")
    bar = Progbar(interval=0, **options)
    for step in range(4):
        clock.now += 0.25
        bar.update(step + 1, [("a", step + 1.0), ("b", step + 1.0)])
    bar.add(1, [("a", 1.0)])
    drawn = terminal.getvalue()
    assert ("\x1b" in drawn) == colour
    rest = "━" if colour else " "  # without colours what is left can't be told by its colour
    for line, seen in zip(lines, plain(drawn).split("\r")[1:], strict=True):
        line = re.sub(r"\{(\d+)\}\{(\d+)\}", lambda m: "━" * int(m[1]) + rest * int(m[2]), line)
        assert seen.rstrip() == line


@pytest.mark.parametrize(
    "dt, target, done, expected",
    [(100.0, 3, 1, "3:20 100s/step"), (3000.0, 3, 1, "1:40:00 3000s/step"), (1e-5, 5, 1, "0s 10us/step")],
)
def test_time_left(clock, terminal, dt, target, done, expected):
    bar = Progbar(target)
    clock.now += dt * done
    bar.update(done)
    assert plain(terminal.getvalue()).endswith(expected)


def test_second_mode_is_keras_line(clock, capsys):
    bar = Progbar(4, verbose=2)
    for step in range(4):
        clock.now += 0.25
        bar.update(step + 1, [("a", step + 1.0), ("b", -0.5), ("c", float("nan")), ("d", 12345.678)])
    bar.add(1, [("a", 1.0)])
    assert capsys.readouterr().out == (
        "4/4 - 1s - 250ms/step - a: 4.0000 - b: -5.0000e-01 - c: nan - d: 12345.6780\n"
        "5/4 - 1s - 188ms/step - a: 1.0000 - b: -5.0000e-01 - c: nan - d: 12345.6780\n"
    )


def test_silent(clock, capsys):
    Progbar(2, verbose=0).update(2, [("a", 1.0)])
    Progbar(None, verbose=1).update(2, [("a", 1.0)])  # unknown, and not said to be the last
    assert capsys.readouterr().out == ""


def test_values_that_are_arrays_show_their_mean(clock, capsys):
    Progbar(1).update(1, [("f1", np.array([0.25, 0.75], "float32")), ("n", 3)])
    assert capsys.readouterr().out.endswith("- f1: 0.5000 - n: 3.0000\n")


def test_draws_at_most_so_often(clock, terminal):
    bar = Progbar(1000, interval=0.1)
    for step in range(1000):
        clock.now += 0.01
        bar.update(step + 1)
    assert 90 <= terminal.getvalue().count("\r") <= 101


def test_slow_terminal_costs_at_most_two_percent(clock, terminal, monkeypatch):
    def slow(text, write=Terminal.write):
        clock.now += 0.05
        return write(terminal, text)

    monkeypatch.setattr(terminal, "write", slow)
    bar, start = Progbar(10_000, interval=0.1), clock.now
    for step in range(9_999):
        clock.now += 0.01
        bar.update(step + 1)
    drawn = terminal.getvalue().count("\r")
    assert drawn * 0.05 <= 0.021 * (clock.now - start) and drawn > 30


def test_shorter_line_wipes_the_longer(clock, terminal):
    bar = Progbar(None, interval=0)
    bar.update(1, [("a", 1.0)])
    bar.update(2, [])
    bar._values.clear()
    bar.update(3)
    first, _, last = plain(terminal.getvalue()).split("\r")[1:]
    assert len(last) >= len(first) and last.endswith("   ")


def test_long_line_is_cut_to_the_terminal_until_the_last(clock, terminal, monkeypatch):
    monkeypatch.setattr(progress, "_columns", lambda stream: 40)
    bar = Progbar(2, interval=0)
    for step in (1, 2):
        clock.now += 1
        bar.update(step, [(f"metric_{i}", 1.0) for i in range(5)])
    first, last = terminal.getvalue().split("\r")[1:]
    assert len(plain(first)) == 39 and "metric_4: 1.0000" in last


def test_where_lines_are_drawn_over(monkeypatch):
    monkeypatch.delenv("PYCHARM_HOSTED", raising=False)
    assert progress.redraws(Terminal()) and not progress.redraws(io.StringIO()) and not progress.redraws(None)
    notebook = type("OutStream", (io.StringIO,), {"__module__": "ipykernel.iostream"})()
    assert progress.redraws(notebook) and not progress.colourful(notebook)
    monkeypatch.setenv("PYCHARM_HOSTED", "1")
    assert progress.redraws(io.StringIO())
    monkeypatch.setenv("TERM", "dumb")
    assert not progress.colourful(Terminal())


def test_streams_that_know_no_box_characters(clock, monkeypatch):
    stream = SimpleNamespace(encoding="ascii", written=[], flush=lambda: None)
    stream.write = stream.written.append
    monkeypatch.setattr(sys, "stdout", stream)
    Progbar(1).update(1, [("a", 1.0)])
    print_msg("naïve ━")
    assert "".join(stream.written) == f"1/1 {'=' * 20} 0s 0s/step - a: 1.0000\nna?ve =\n"
    monkeypatch.setattr(sys, "stdout", None)  # a program without a console
    print_msg("nobody hears")


def test_interactive_logging_off_goes_to_the_log(clock, caplog, capsys):
    config.disable_interactive_logging()
    try:
        with caplog.at_level(logging.INFO, "minikeras"):
            bar = Progbar(2)
            bar.update(1)
            bar.update(2, [("a", 1.0)])
    finally:
        config.enable_interactive_logging()
    assert caplog.messages == [f"2/2 {BAR} 0s 0s/step - a: 1.0000"]
    assert capsys.readouterr().out == ""


def test_arguments():
    with pytest.raises(ValueError, match="stateful_metrics or stateless_metrics. Only one of"):
        Progbar(1, stateful_metrics=["a"], stateless_metrics=["b"])
    bar = Progbar(1, stateless_metrics=["b"])
    assert (bar.width, bar.verbose, bar.interval, bar.unit_name) == (20, 1, 0.05, "step")


def test_import_takes_no_tqdm():
    import subprocess

    code = "import sys, minikeras.callbacks; sys.exit('tqdm' in sys.modules or 'h5py' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0


def test_the_output_of_the_moment_is_written_to():
    """A redirection after the bar was made holds; with interval=0 a log file gets a line at each update."""
    bar = Progbar(target=3, interval=0.0)
    bar.update(1, [("loss", 0.0)])
    log = io.StringIO()
    with contextlib.redirect_stdout(log):
        bar.update(2, [("loss", 2.0)])
    assert log.getvalue().startswith("2/3 ") and "loss: 1.0000" in log.getvalue()
