import warnings

import pytest

from minikeras._core import old_arguments
from minikeras._core.variable import Variable
from minikeras.optimizers import SGD, Adam, Nadam, RMSprop, schedules


@pytest.fixture(autouse=True)
def hint_anew():
    old_arguments.forget()


def quietly(make):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        return make()


def test_the_line_of_all_notebooks_works_with_one_hint():
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        optimizer = SGD(lr=0.01, decay=1e-6, momentum=0.9, nesterov=True)
        Adam(lr=0.5)
    assert len(caught) == 1 and caught[0].filename == __file__
    assert "instead of `lr` say `learning_rate`" in str(caught[0].message) and "`decay`" in str(caught[0].message)
    assert optimizer.get_config()["learning_rate"]["class_name"] == "InverseTimeDecay"


def test_ordinary_use_is_silent_and_so_is_decay_of_nothing():
    Adam(0.001, 0.9, 0.999)
    Adam(beta_1=0.9, beta_2=0.999, epsilon=None, decay=0.0, amsgrad=False)


def test_decay_means_what_it_meant():
    optimizer, w = quietly(lambda: SGD(lr=0.5, decay=1.0)), Variable([0.0])
    for _ in range(3):
        optimizer.apply([[1.0]], [w])
    assert float(w[0]) == pytest.approx(-(0.5 + 0.5 / 2 + 0.5 / 3))  # η / (1 + decay · t)
    optimizer.lr = 4.0
    assert float(optimizer.lr) == pytest.approx(4.0 / (1 + 3))
    with pytest.raises(ValueError, match="`decay` goes with a number"):
        quietly(lambda: SGD(schedules.CosineDecay(0.1, 10), decay=0.1))


def test_epsilon_none_is_the_fuzz_factor():
    assert Adam(epsilon=None).epsilon == RMSprop(epsilon=None).epsilon == 1e-7


def test_configs_of_keras_2_are_read_without_a_word():
    config = {"name": "Nadam", "lr": 0.25, "decay": 0.0, "schedule_decay": 0.004, "jit_compile": False, "epsilon": None}
    optimizer = Nadam.from_config({**config, "is_legacy_optimizer": False})
    assert float(optimizer.learning_rate) == 0.25 and optimizer.name == "Nadam"
    assert "lr" in config
    assert isinstance(SGD.from_config({"lr": 0.5, "decay": 0.1})._learning_rate, schedules.InverseTimeDecay)


def test_what_was_never_known_is_refused():
    with pytest.raises(ValueError, match="SGD got an unknown argument: `learningrate`. Did you mean `learning_rate`"):
        SGD(learningrate=0.1)
    with pytest.raises(ValueError, match="Adam got an unknown argument: `beta1`. Did you mean `beta_1`"):
        Adam(beta1=0.5)


def test_names_in_lower_case_are_modules_and_make_optimizers():
    from minikeras import config, optimizers

    config.disable_hints()
    for name in ("sgd", "rmsprop", "adam", "adagrad", "adadelta", "adamax", "nadam"):
        made = getattr(optimizers, name)(lr=0.5)
        assert type(made).__name__.lower() == name and float(made.learning_rate) == 0.5
    assert optimizers.sgd.SGD is optimizers.SGD and optimizers.rmsprop(lr=0.1, decay=1e-6).learning_rate.shape == ()
    config.enable_hints()
