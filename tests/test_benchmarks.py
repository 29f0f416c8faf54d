"""The benchmarks run: each at a tiny size, without peers, and without a word on how long anything took."""

import subprocess
import sys
import time
from dataclasses import replace

import numpy as np
import pytest

import minikeras as keras
from benchmarks import growth, pictures, report, rounds, start
from benchmarks.__main__ import arguments, main
from benchmarks.contestants import BY_NAME
from benchmarks.contestants.contestant import Absent
from benchmarks.contestants.loops import Binary, Classes
from benchmarks.measures import KINDS
from benchmarks.meter import STATUS
from benchmarks.rounds import Result
from benchmarks.works import DIGITS, LECTURE, WORKS, Work, data, dense

HERE = ["numpy", "products", "ours", "sklearn"]
NAMED = {work.name: work for work in WORKS}
on_linux = pytest.mark.skipif(not STATUS.exists(), reason="memory is read from /proc")


@pytest.fixture(scope="module")
def contestants():
    pytest.importorskip("sklearn")
    return {name: BY_NAME[name].make() for name in HERE}


@pytest.fixture
def workers():
    made = [rounds.Worker(BY_NAME[name], probed=probed()) for name in ("numpy", "ours")]
    yield made
    for worker in made:
        worker.close()


def probed():
    return {"python": "3", "found": {"numpy": "2"}, "needs": {"numpy": [], "minikeras": ["numpy"]},
            "sizes": {"numpy": 10, "minikeras": 5}}  # fmt: skip


LARGE = ("digits", "wide", "cifar", "lstm", "predict-memory", "predict-many", "models")  # each has a smaller one beside it


@on_linux
@pytest.mark.parametrize("work", [pytest.param(w, id=w.name, marks=[pytest.mark.slow] * (w.name in LARGE)) for w in WORKS])
def test_each_work_is_done_by_all_whose_it_is(work, contestants):
    done = {}
    for name, contestant in contestants.items():
        try:
            done[name] = KINDS[work.kind](contestant, work.at("tiny"))()
        except Absent:
            continue
    assert "ours" in done and all(np.isfinite(value) for value in done.values())
    assert ("numpy" in done) == (work.net.sizes is not None and work.kind != "generator")


@on_linux
def test_memory_is_measured():
    """At sizes that are smaller still."""
    ours = BY_NAME["ours"].make()
    for name in ("models", "predict-memory", "predict-many"):
        work = replace(NAMED[name].at("tiny"), rows=64, epochs=1)
        assert np.isfinite(KINDS[work.kind](ours, work)())


@pytest.mark.parametrize(
    "loop, net", [(Binary, LECTURE), (Binary, dense(10, 32, 32, 1)), (Classes, DIGITS), (Classes, dense(20, 16, 16, 3))]
)
def test_the_hand_written_loop_computes_what_fit_does(loop, net, monkeypatch):
    monkeypatch.setattr(np.random, "permutation", np.arange)
    x, y = data(Work("", "", "train", net, 4 * net.batch))
    hand, model = loop(net.sizes, net.batch, net.optimizer), BY_NAME["ours"].make().build(net)
    model.set_weights([array for pair in zip(hand.w, hand.b) for array in pair])
    loss, hits = hand.epoch(x, y)
    history = model.fit(x, y, batch_size=net.batch, shuffle=False, verbose=0).history
    assert history["loss"][0] == pytest.approx(loss, rel=1e-5)
    assert history["accuracy"][0] == pytest.approx(hits)
    for (w, b), layer in zip(zip(hand.w, hand.b), model.layers):
        np.testing.assert_allclose(layer.kernel.numpy(), w, atol=1e-5)
        np.testing.assert_allclose(layer.bias.numpy(), b, atol=1e-5)


def test_a_work_travels_as_json_and_shrinks():
    work = NAMED["cnn"]
    assert Work.heard(work.told()) == work
    assert work.at("full") == work and work.at("tiny").rows == 128 and work.at("quick").rows < work.rows
    assert NAMED["digits"].net.sizes == (784, 128, 10) and work.net.sizes is None


def test_a_worker_answers_and_says_why_it_can_not(workers):
    numpy_loop, _ = workers
    assert numpy_loop.ask("prepare", work=NAMED["cnn"].at("tiny").told()) == {"absent": "dense nets only"}
    assert "AttributeError" in numpy_loop.ask("no such question")["absent"]
    result = rounds.contest(NAMED["lecture-sgd"].at("tiny"), workers, 2)
    assert {name: len(values) for name, values in result.values.items()} == {"numpy": 2, "ours": 2} and not result.absent
    numpy_loop.process.kill()
    time.sleep(0.2)  # else it may still take the question
    assert "its process ended" in numpy_loop.ask("round")["absent"]


@pytest.mark.slow
def test_who_has_no_interpreter_is_said():
    entries = [BY_NAME["numpy"], BY_NAME["numpy"].__class__("none", "None", ("a_package_that_nobody_has",), "numpy_loop")]
    found, absent = rounds.gather([sys.executable], entries)
    for worker in found:
        worker.close()
    assert [worker.entry.name for worker in found] == ["numpy"]
    assert absent == {"none": "no interpreter has a_package_that_nobody_has"}


@pytest.mark.slow
@on_linux
def test_new_processes_and_growth(workers, tmp_path):
    found = {"starts": start.starts(workers, 1, tell=lambda text: None), "workers": workers, "absent": {}, "rounds": 1}
    assert all(set(values) == {"numpy", "ours"} for values in found["starts"].values())
    assert found["starts"]["installed"] == {"numpy": [10], "ours": [15]}
    found["times"] = growth.times(workers, 1, "tiny", tell=lambda text: None)
    found["fits"] = growth.fits(workers, "tiny", tell=lambda text: None)
    found["results"] = [Result(NAMED["lecture-sgd"], {"numpy": [1e-4] * 3, "ours": [2e-4] * 3})]
    pytest.importorskip("matplotlib")
    found["pictures"] = pictures.draw(found, tmp_path)
    assert all((tmp_path / name).stat().st_size for name in found["pictures"]) and len(found["pictures"]) == 2
    text = report.write(found)
    assert "| import, of a new process |" in text and "pictures/growth.png" in text


@pytest.mark.slow
def test_many_small_nets():
    with rounds.Worker(BY_NAME["ours"]) as worker:
        found = worker.ask("sweep", scale="tiny")
    assert "| GridSearchCV |" in "\n".join(report.sweep_lines(found))


@pytest.mark.slow
@pytest.mark.parametrize("script", ["batches", "convolutions", "joined", "progress", "recurrent", "threads"])
def test_the_scripts_for_single_parts(script):
    rounds_of = [] if script == "batches" else ["--rounds", "1"]
    command = [sys.executable, "-m", f"benchmarks.bench_{script}", *rounds_of]
    done = subprocess.run(command, cwd=rounds.ROOT, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0 and done.stdout, done.stderr


def test_the_report_tells_ratios_and_keeps_what_is_written_by_hand(tmp_path):
    values = {"numpy": [1e-4, 2e-4, 1e-4], "ours": [2e-4, 2e-4, 2e-4], "jax": [5e-5, 5e-5, 5e-5]}
    result = Result(NAMED["lecture-sgd"], values, {"torch": "OSError: no", "sklearn": "dense nets only"})
    assert report.ratios(result) == pytest.approx({"numpy": 1, "ours": 2, "jax": 0.5})
    path = tmp_path / "RESULTS.md"
    found = {"results": [result], "workers": [], "absent": {"keras-jax": "no interpreter has keras and jax"}, "rounds": 3}
    report.keep(path, report.write(found))
    path.write_text(path.read_text() + "\nBlocks of half the size.\n")
    report.keep(path, report.write(found))
    text = path.read_text()
    assert "| 1 (100 µs) | 2.00 | **0.50** |" in text and "Keras on JAX: no interpreter" in text
    assert "PyTorch, lecture-sgd: OSError: no" in text and "dense nets only" not in text
    assert text.count(report.BY_HAND) == 1 and text.endswith("Blocks of half the size.\n")


@pytest.mark.parametrize(
    "value, unit, text",
    [(78.04e-6, "s", "78 µs"), (1.234e-3, "s", "1.23 ms"), (0.9999, "s", "1 s"), (2e-9, "s", "2 ns"), (27e3, "B", "27 kB"),
     (3e9, "B", "3000 MB"), (1.052, "x", "1.05")],
)  # fmt: skip
def test_numbers_as_people_write_them(value, unit, text):
    assert report.told(value, unit) == text


def test_the_slope_of_a_square_is_two():
    assert growth.slope([(1, 5.0), (10, 3.0), (100, 300.0)]) == pytest.approx(2)
    model = BY_NAME["ours"].make().build(DIGITS)
    assert growth.weights(DIGITS) == model.count_params()


def test_the_command(capsys):
    main(["--tiny", "--only", "playground", "--who", "numpy", "ours"])
    printed = capsys.readouterr()
    assert "| playground 2-4-2-1, batch 10, sgd | 1 (" in printed.out and "All took part." in printed.out
    with pytest.raises(SystemExit):
        arguments(["--only", "plaground"])
    assert "--only knows playground" in capsys.readouterr().err
    assert arguments(["--quick"]).out is None and arguments([]).out.name == "RESULTS.md"


def test_compiled_where_it_can():
    pytest.importorskip("numba")
    model = BY_NAME["ours-jit"].make().build(LECTURE)
    assert model.get_compile_config()["jit_compile"] is True and isinstance(model, keras.Sequential)
