from __future__ import annotations

import numpy as np
import pytest

from minikeras import losses, metrics, optimizers
from minikeras._core.arguments import checked_name, is_number


def test_numbers_are_numbers():
    assert all(map(is_number, (1, 0.5, True, np.float32(1), np.array(2.0))))
    assert not any(map(is_number, ("1", None, [1.0], {}, np.zeros(1))))


@pytest.mark.parametrize(
    ("module", "name", "config", "said"),
    [
        (optimizers, "Adam", {"beta_1": "x"}, "`beta_1` of Adam must be a number, got 'x'"),
        (optimizers, "RMSprop", {"rho": [0.9]}, "`rho` of RMSprop"),
        (optimizers, "Muon", {"ns_steps": "5"}, "`ns_steps` of Muon must be a whole number"),
        (optimizers, "LossScaleOptimizer", {"initial_scale": 1.0}, "`inner_optimizer` of LossScaleOptimizer"),
        (optimizers.schedules, "ExponentialDecay", {"initial_learning_rate": {}, "decay_steps": 1, "decay_rate": 1}, "`init"),
        (losses, "Huber", {"delta": {"a": 1}}, "`delta` of Huber"),
        (optimizers, "RMSprop", {"rho": None}, "`rho` of RMSprop must be a number, got None"),
        (metrics, "MeanIoU", {"num_classes": 2.5}, "`num_classes` of MeanIoU must be a positive integer, got 2.5"),
        (losses, "Huber", {"name": ["a"]}, "`name` of Huber"),
        (metrics, "Precision", {"name": {}}, "`name` of Precision"),
    ],
)
def test_a_config_of_nonsense_is_refused_when_it_is_read(module, name, config, said):
    with pytest.raises(ValueError, match=said):
        module.deserialize({"class_name": name, "config": config})


def test_names_are_strings():
    assert checked_name(object(), None) is None
    with pytest.raises(ValueError, match="`name` of object must be a string, got 5"):
        checked_name(object(), 5)


def test_all_constructors_refuse_what_they_do_not_take():
    """In each of Keras' kinds; the nearest name is in the message."""
    from minikeras import callbacks, constraints, initializers, losses, metrics, optimizers, regularizers

    schedules = optimizers.schedules
    for make, wrong, near in (
        (losses.Huber, "delte", "delta"),
        (losses.BinaryCrossentropy, "from_logit", "from_logits"),
        (metrics.AUC, "num_threshold", "num_thresholds"),
        (metrics.BinaryAccuracy, "treshold", "threshold"),
        (metrics.Mean, "nme", "name"),
        (optimizers.SGD, "momentm", "momentum"),
        (optimizers.Adam, "clip_norm", "clipnorm"),
        (optimizers.Muon, "lr_ratio", "adam_lr_ratio"),
        (lambda **given: schedules.CosineDecay(0.1, 10, **given), "aplha", "alpha"),
        (lambda **given: optimizers.LossScaleOptimizer(optimizers.SGD(), **given), "initial_scal", "initial_scale"),
        (initializers.RandomNormal, "stdev", "stddev"),
        (initializers.Constant, "valeu", "value"),
        (regularizers.L1L2, "l_1", "l1"),
        (constraints.MaxNorm, "max_valu", "max_value"),
        (callbacks.EarlyStopping, "patient", "patience"),
        (callbacks.ReduceLROnPlateau, "factr", "factor"),
        (callbacks.CSVLogger, "seperator", "separator"),
        (lambda **given: callbacks.BackupAndRestore("x", **given), "save_frq", "save_freq"),
        (lambda **given: callbacks.ModelCheckpoint("x.keras", **given), "save_best", "save_best_only"),
    ):
        for error in (ValueError, TypeError):
            with pytest.raises(error, match=f"got an unknown argument: `{wrong}`. Did you mean `{near}`"):
                make(**{wrong: 1})


def test_a_class_without_arguments_takes_none():
    from minikeras import callbacks, constraints

    with pytest.raises(TypeError, match="NonNeg takes no arguments, got 1"):
        constraints.NonNeg(3)
    for make in (constraints.NonNeg, callbacks.History):
        with pytest.raises(ValueError, match="unknown argument: `axis`. It takes none."):
            make(axis=0)


def test_own_classes_see_to_their_arguments_themselves():
    from minikeras import callbacks, metrics

    class Mine(metrics.Mean):
        def __init__(self, *args, **kwargs):
            self.extra = kwargs.pop("extra", None)
            super().__init__(*args, **kwargs)

    assert Mine("m", extra=3).extra == 3

    class Talk(callbacks.Callback):
        def __init__(self, word):
            super().__init__()
            self.word = word

    assert Talk("a").word == "a"
    with pytest.raises(TypeError):
        Talk(wrd="a")
    with pytest.raises(ValueError, match="Mean got an unknown argument: `nmae`|unexpected keyword argument 'nmae'"):
        try:
            Mine(nmae="m")
        except TypeError as error:  # what Python says where the nearest name is not looked for
            raise ValueError(str(error)) from error


def test_nan_is_no_argument():
    from minikeras import constraints, initializers, regularizers

    nan = float("nan")
    for make in (
        lambda: optimizers.Adam(beta_1=nan),
        lambda: optimizers.SGD(nan),
        lambda: optimizers.SGD(0.1, nan),
        lambda: optimizers.SGD(clipnorm=nan),
        lambda: optimizers.schedules.ExponentialDecay(0.1, 10, nan),
        lambda: losses.Huber(nan),
        lambda: metrics.BinaryAccuracy(threshold=nan),
        lambda: initializers.RandomNormal(stddev=nan),
        lambda: constraints.MaxNorm(nan),
        lambda: regularizers.L2(nan),
    ):
        with pytest.raises(ValueError, match="NaN|nan"):
            make()
    assert np.isnan(initializers.Constant(nan)((1,)))  # a constant may be anything


def test_what_is_passed_on_is_looked_at_when_it_is_given():
    from minikeras.optimizers import SGD

    def cubic(y_true, y_pred, scale=1.0):
        return scale * np.abs(y_true - y_pred) ** 3

    for wrapper in (losses.LossFunctionWrapper, metrics.MeanMetricWrapper):
        assert wrapper(cubic, scale=2.0).get_config()["scale"] == 2.0
        with pytest.raises(ValueError, match="cubic got an unknown argument: `scal`. Did you mean `scale`"):
            wrapper(cubic, scal=2.0)
        wrapper(lambda y, p, **anything: p, scal=2.0)
    message = r"add_weight\(\) of Mean got an unknown argument: `initialiser`. Did you mean `initializer`"
    with pytest.raises(ValueError, match=message):
        metrics.Mean().add_weight(name="a", initialiser="ones")
    with pytest.raises(TypeError, match="initialiser"):
        SGD().add_variable((2,), initialiser="ones")
