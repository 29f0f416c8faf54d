"""Every script in examples/ runs by itself, silently on stderr, finds what it claims and draws its picture."""

import importlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.pace import some_quick

EXAMPLES = Path(__file__).parents[1] / "examples"
FACTS = {  # what each one prints at its end
    "character_lstm": "Character LSTM: better than a table of pairs: True",
    "denoise_digits": "Denoising autoencoder: over a third of the error is gone: True; digits lie apart: True",
    "gan_rings": "GAN: made points lie on the ring: True; all around it: True",
    "lecture": "accuracy on the test set: 0.9",
    "logistic_regression": "Logistic regression: neuron and formula agree: True",
    "one_hot_multilabel": "One-hot and class numbers agree: True; several labels right: True",
    "optimizers_compared": "Optimizers: Adam beats plain SGD: True; the middle rate is best: True",
    "perceptron": "Perceptron: 106 of 106 right",
    "relu_tanh_cnn": "ReLU CNN learns faster than tanh CNN: True",
    "series_forecast": "Forecast: 10 steps ahead the GRU beats both guesses: True",
    "siamese": "Siamese: new pairs are told apart: True; better than by their pixels: True",
    "text_padding": "Masks: nearly all reviews judged right: True; padding is not seen: True",
    "universal_approximation": "Universal approximation: 50 units come closer than 1: True",
    "vae_digits": "VAE: the loss falls: True; neighbours on the plane are alike: True",
    "vanishing_gradient": "Vanishing gradient: sigmoid loses it: True; dead ReLU is stuck: True; leaky ReLU learns: True",
    "worked_backprop": "Worked examples: 0 numbers differ from the lecture's, apart from its slip at hidden 2",
    "xor": "XOR solved: 4 of 4",
}
_WITH_DIGITS = ("logistic_regression", "relu_tanh_cnn", "denoise_digits", "siamese", "vae_digits")
NEEDS = {"lecture": ["sklearn"], **dict.fromkeys(_WITH_DIGITS, ["sklearn", "matplotlib"])}  # all others: matplotlib


def run(name, folder, *arguments):
    """Run one script in a folder of its own as a user would, with every warning an error; return what it printed."""
    for package in NEEDS.get(name, ["matplotlib"]):
        pytest.importorskip(package, reason=f"examples/{name}.py needs {package}: pip install '.[examples]'")
        if package == "matplotlib":  # writes its list of fonts at its very first import, which it tells on stderr
            importlib.import_module("matplotlib.font_manager")
    path = os.pathsep.join([str(EXAMPLES.parent), *filter(None, [os.environ.get("PYTHONPATH")])])
    done = subprocess.run(
        [sys.executable, "-W", "error", EXAMPLES / f"{name}.py", *arguments],
        cwd=folder,
        env={**os.environ, "MPLBACKEND": "Agg", "PYTHONPATH": path, "PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        encoding="utf-8",
        timeout=240,
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def test_every_example_is_tested_and_listed():
    scripts = {path.stem for path in EXAMPLES.glob("[!_]*.py")} - {"make_gallery"}
    assert scripts == FACTS.keys()
    readme = (EXAMPLES / "README.md").read_text(encoding="utf-8")
    assert [name for name in scripts if f"({name}.py)" not in readme] == []
    pictures = {path.stem for path in (EXAMPLES / "pictures").glob("*.png")}
    assert pictures == scripts - {"lecture"}
    assert [name for name in pictures if f"(pictures/{name}.png)" not in readme] == []


QUICK = {"worked_backprop"}  # perceptron is below, the lecture's net in test_lecture.py


@pytest.mark.parametrize("name", some_quick(sorted(FACTS), QUICK))
def test_example_finds_what_it_claims(name, tmp_path):
    picture = tmp_path / "made" / "here.png"
    printed = run(name, tmp_path, *([] if name == "lecture" else [picture]))
    last = printed.rstrip().splitlines()[-1]
    assert last.startswith(FACTS[name])
    if name != "lecture":
        import matplotlib.image

        pixels = matplotlib.image.imread(picture)
        assert pixels.shape[0] > 250 and pixels.shape[1] > 600
        assert (pixels[..., :3].min(axis=-1) < 0.9).mean() > 0.01  # drawn upon
        assert picture.stat().st_size < 60_000  # small enough to keep beside the code


def test_the_gallery_is_made_and_shown(tmp_path, monkeypatch):
    pytest.importorskip("matplotlib", reason="the pictures need matplotlib: pip install '.[examples]'")
    monkeypatch.syspath_prepend(str(EXAMPLES))
    gallery = importlib.import_module("make_gallery")
    readme, kept = (EXAMPLES / "README.md").read_text(encoding="utf-8"), list((EXAMPLES / "gallery").glob("*.png"))
    assert {path.stem for path in kept} == set(gallery.PICTURES)
    assert [path.name for path in kept if f"(gallery/{path.name})" not in readme] == []
    assert sum(path.stat().st_size for path in kept) < 600_000
    for name, draw in gallery.PICTURES.items():
        draw(tmp_path / f"{name}.png", epochs=1)
        assert (tmp_path / f"{name}.png").stat().st_size > 3_000


def test_a_notebook_shows_the_picture_and_saves_none(tmp_path):
    pytest.importorskip("matplotlib", reason="the pictures need matplotlib: pip install '.[examples]'")
    code = (
        "import runpy, sys, types; import matplotlib.pyplot as plt; sys.modules['ipykernel'] = types.ModuleType('ipykernel');"
        f"plt.show = lambda: print('shown:', plt.get_fignums()); runpy.run_path({str(EXAMPLES / 'perceptron.py')!r})"
    )
    path = os.pathsep.join([str(EXAMPLES.parent), str(EXAMPLES)])
    env = {**os.environ, "MPLBACKEND": "Agg", "PYTHONPATH": path}
    done = subprocess.run([sys.executable, "-W", "error", "-c", code], cwd=tmp_path, env=env, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    assert "shown: [1]" in done.stdout and "picture:" not in done.stdout


def test_pictures_that_are_kept_change_only_when_asked_to(tmp_path, monkeypatch):
    pytest.importorskip("matplotlib", reason="the pictures need matplotlib: pip install '.[examples]'")
    monkeypatch.syspath_prepend(str(EXAMPLES))
    picture = importlib.import_module("_picture")
    assert f"{picture.OUT.relative_to(EXAMPLES.parent).as_posix()}/" in (EXAMPLES.parent / ".gitignore").read_text().split()
    monkeypatch.setattr(picture, "OUT", tmp_path)
    monkeypatch.setattr(picture, "IN_NOTEBOOK", False)  # as it seems where another test has run a kernel
    for arguments, expected in ([], tmp_path / "xor.png"), ([str(tmp_path / "a" / "b.png")], tmp_path / "a" / "b.png"):
        monkeypatch.setattr(sys, "argv", ["xor.py", *arguments])
        picture.show(picture.panels(4)[0], "xor")
        assert expected.stat().st_size > 500


@pytest.mark.slow
def test_two_runs_print_the_same(tmp_path):
    assert run("xor", tmp_path, "a.png") == run("xor", tmp_path, "a.png")
