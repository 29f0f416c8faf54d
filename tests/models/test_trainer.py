import warnings

import numpy as np
import pytest

import minikeras as keras
from minikeras import layers
from tests.models.samples import fit, net


def test_a_metric_without_a_value_is_refused():
    with pytest.raises(ValueError, match="function of metric 'lambda' returned no numbers but None. Does it lack a `return`"):
        fit(net(metrics=[lambda y, p: None]))

    class Silent(keras.metrics.Metric):
        def update_state(self, y, p, sample_weight=None):
            pass

        def result(self):
            pass

    with pytest.raises(ValueError, match=r"result\(\) of metric 'silent\w*' \(Silent\) returned None"):
        fit(net(metrics=[Silent()]))


@keras.saving.register_keras_serializable("test_trainer")
class OwnCompile(keras.Model):
    """Takes its losses in a compile() of its own, as GANs do."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.dense = layers.Dense(1)

    def call(self, x):
        return self.dense(x)

    def compile(self, loss_fn, **kwargs):
        super().compile("sgd", loss_fn, **kwargs)


@keras.saving.register_keras_serializable("test_trainer")
class PassedOnCompile(OwnCompile):
    def compile(self, *args, **kwargs):
        keras.Model.compile(self, *args, **kwargs)


def test_a_compile_of_ones_own_does_not_keep_the_file_from_opening(tmp_path):
    for kind, told in ((OwnCompile, True), (PassedOnCompile, False)):
        model = kind()
        model(np.ones((1, 2)))
        model.compile("mae") if told else model.compile("sgd", "mae")
        model.save(tmp_path / "m.keras")
        with warnings.catch_warnings(record=True) as seen:
            warnings.simplefilter("always")
            again = keras.models.load_model(tmp_path / "m.keras")
        assert [str(w.message).startswith("`compile()` was not called as part of model loading") for w in seen] == [True] * told
        assert again.compiled is not told and np.array_equal(again(np.ones((1, 2))), model(np.ones((1, 2))))
