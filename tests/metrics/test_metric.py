"""The contract of a metric, and metrics of a user's own."""

import copy

import numpy as np
import pytest

import minikeras as keras
from minikeras import Variable, metrics
from minikeras._core.naming import reset_names
from minikeras.metrics.metric import wants_given


class Peak(metrics.Metric):
    """The largest prediction seen."""

    def __init__(self, scale=1.0, name="peak", **kwargs):
        super().__init__(name=name, **kwargs)
        self.scale = scale
        self.top = self.add_weight(name="top", initializer="zeros")

    def update_state(self, y_true, y_pred, sample_weight=None):
        self.top.assign(np.maximum(self.top, np.max(y_pred)))

    def result(self):
        return self.top * self.scale


def test_a_metric_of_ones_own():
    m = Peak(scale=2.0)
    assert float(m([0, 0], [1.0, 3.0])) == 6
    m.tally(np.zeros(2), np.float32([4.0, 1.0]))
    assert float(m.result()) == 8 and [v.name for v in m.variables] == ["top"] and m.top.path == "peak/top"
    m.reset_states()
    assert float(m.result()) == 0
    assert m.get_config() == {"name": "peak", "dtype": "float32", "scale": 2.0}
    assert Peak.from_config(m.get_config()).scale == 2
    assert metrics.deserialize(metrics.serialize(m), {"Peak": Peak}).scale == 2


@pytest.mark.parametrize("base", [metrics.BinaryAccuracy, metrics.MeanSquaredError, metrics.Precision])
def test_an_update_state_of_ones_own_is_what_training_calls(base):
    class Negated(base):
        def update_state(self, y_true, y_pred, sample_weight=None):
            super().update_state(1 - y_true, y_pred, sample_weight)

    y_true, y_pred = np.float32([[0], [1], [1]]), np.float32([[0.9], [0.8], [0.3]])
    mine, plain = Negated(), base()
    mine.tally(y_true, y_pred)
    plain.update_state(1 - y_true, y_pred)
    assert float(mine.result()) == float(plain.result()) != 0


def test_a_tally_of_ones_own_stays():
    class Quick(metrics.Mean):
        def update_state(self, y_true, y_pred, sample_weight=None):
            super().update_state(y_pred)

        def tally(self, y_true, y_pred, sample_weight=None):
            self._add(7.0, 1)

    m = Quick()
    m.tally(None, None)
    assert float(m.result()) == 7


def test_update_state_without_weights_takes_part_in_training():
    class Plain(metrics.Mean):
        def update_state(self, y_true, y_pred):
            super().update_state(np.abs(y_true - y_pred))

    m = Plain()
    m.tally(np.float32([1, 2]), np.float32([2, 4]))
    assert float(m.result()) == 1.5


def test_add_weight_takes_the_arguments_of_keras_2_and_3():
    m = metrics.Metric()
    old = (
        m.add_weight("a", (2,), None, None, "ones", "float64"),
        m.add_weight("b", initializer="ones"),
        m.add_weight("c", shape=(3,)),
    )
    new = (
        m.add_weight((2,), "ones", "float64", "a"),
        m.add_weight(name="b", initializer="ones"),
        m.add_weight(shape=(3,), name="c"),
    )
    for a, b in zip(old, new, strict=True):
        assert (a.name, a.shape, a.dtype, a.tolist()) == (b.name, b.shape, b.dtype, b.tolist())
    assert m.variables == [*old, *new]


def test_metrics_inside_belong_to_the_state():
    class Both(metrics.Metric):
        def __init__(self):
            super().__init__(name="both")
            self.parts = [metrics.Mean(), metrics.Sum()]
            self.named = {"last": metrics.Mean()}
            self.again = self.parts[0]

        def update_state(self, y_true, y_pred, sample_weight=None):
            for part in self.parts:
                part.update_state(y_pred)

        def result(self):
            return {part.name: part.result() for part in self.parts}

    m = Both()
    m.update_state(None, [1.0, 3.0])
    assert [v.name for v in m.variables] == ["total", "count", "total", "total", "count"]
    assert {k: float(v) for k, v in m.result().items()} == {"mean": 2, "sum": 4}
    m.reset_state()
    assert float(m.result()["sum"]) == 0


def test_what_lies_deep_in_an_attribute_belongs_to_the_state():
    m = metrics.Mean()
    m.parts = {"left": [Variable(1.0), (Variable(2.0), metrics.Sum())], "right": metrics.Sum()}
    m.again = m.parts["left"][:1]
    assert len(m.variables) == 2 + 2 + 1 + 1
    m.reset_state()
    assert float(m.parts["left"][1][0]) == 0


def test_names_are_numbered_where_keras_numbers_them():
    reset_names()
    named = [
        metrics.AUC(),
        metrics.AUC(),
        metrics.Precision(),
        metrics.MeanIoU(2),
        metrics.MeanIoU(2),
        metrics.F1Score(),
        metrics.F1Score(),
    ]
    assert [m.name for m in named] == ["auc", "auc_1", "precision", "mean_io_u", "mean_io_u_1", "f1_score", "f1_score"]
    assert metrics.Metric().name == "metric" and metrics.MeanMetricWrapper(len).name == "mean_metric_wrapper"
    assert metrics.AUC(name="mine").name == "mine"
    reset_names()


def test_forgotten_super_is_named():
    class Hasty(metrics.Metric):
        def __init__(self):
            self.total = self.add_weight(name="total")

    with pytest.raises(RuntimeError, match=r"Hasty should call super\(\).__init__\(\) first"):
        Hasty()


def test_missing_methods_are_named():
    with pytest.raises(NotImplementedError, match="Metric should define update_state"):
        metrics.Metric().update_state([1], [1])
    with pytest.raises(NotImplementedError, match="Metric should define result"):
        metrics.Metric().result()


def test_stateless_calls_leave_the_state_alone():
    m = metrics.Mean()
    m.update_state([1.0, 3.0])
    state = m.stateless_update_state([0.0, 0.0], [5.0, 7.0])
    assert [float(v) for v in state] == [12, 2] and float(m.stateless_result(state)) == 6
    assert [float(v) for v in m.stateless_reset_state()] == [0, 0] and float(m.result()) == 2
    with pytest.raises(ValueError, match="has 2 variables, got 1"):
        m.stateless_result([1.0])


def test_dtypes():
    m = metrics.MeanSquaredError(dtype="float64")
    m.update_state([[0.1]], [[0.3]])
    assert m.dtype == "float64" and m.result().dtype == np.float64 and m.total.dtype == "float64"
    assert metrics.Mean(dtype="mixed_float16").dtype == "float16"


def test_copies_go_their_own_way():
    m = metrics.Mean()
    m.update_state([4.0])
    twin = copy.deepcopy(m)
    twin.update_state([0.0])
    assert (float(m.result()), float(twin.result()), repr(m)) == (4, 2, "<Mean name=mean>")


def test_no_metric_takes_the_name_of_the_loss():
    def loss(y_true, y_pred):
        return y_pred

    for wrong in (loss, metrics.Mean("loss"), metrics.AUC(name="val_loss")):
        with pytest.raises(ValueError, match="A metric can't be called '(val_)?loss'"):
            metrics.resolve(wrong)


def test_who_wants_targets_as_passed():
    class Mine(metrics.BinaryAccuracy):
        pass

    class Holds(metrics.Mean):
        def __init__(self):
            super().__init__()
            self.inner = Mine()

    for metric in (Mine(), Holds(), metrics.resolve(len)):
        assert wants_given(metric)
    assert not wants_given(metrics.resolve("mse"))


def test_an_own_function_that_holds_each_sample_against_each_is_told():
    m = metrics.resolve(lambda y, p: np.abs(y - p))
    m.tally(np.zeros((4, 1)), np.zeros((4, 1)))
    with pytest.warns(UserWarning, match=r"array of shape \(4, 4\) for y_true of shape \(4,\) and y_pred of shape \(4, 1\)"):
        m.tally(np.zeros(4), np.zeros((4, 1)))


def test_what_metrics_give_answers_as_tensors_do():
    mean = metrics.Mean()
    assert mean(2.0).numpy() == 2.0 and mean.result().numpy().dtype == np.float32 and f"{mean.result():.1f}" == "2.0"
    assert metrics.F1Score(average=None)([[1.0, 0.0]], [[0.9, 0.1]]).numpy().shape == (2,)

    class Twice(metrics.Mean):
        def result(self):
            return {"twice": super().result() * 2}

    assert Twice()(3.0)["twice"].numpy() == 6.0


@pytest.mark.parametrize(
    "metric",
    [
        metrics.RootMeanSquaredError(), metrics.R2Score(), metrics.F1Score(), metrics.OneHotIoU(3, [0, 2]),
        metrics.BinaryIoU([1]), metrics.MeanSquaredError(), metrics.AUC(), metrics.CategoricalAccuracy(), metrics.Precision(),
    ],
    ids=lambda metric: type(metric).__name__,
)  # fmt: skip
def test_a_metric_counts_in_the_call_of_a_model_that_is_differentiated(metric):
    x, y = np.random.default_rng(0).random((4, 3)).astype("float32"), np.eye(3, dtype="float32")[[0, 2, 1, 1]]

    class Counting(keras.Model):
        def __init__(self):
            super().__init__()
            self.dense, self.metric = keras.layers.Dense(3, activation="softmax"), metric

        def call(self, x):
            p = self.dense(x)
            self.metric.update_state(y[: len(x)], p)
            return p

    model = Counting()
    before = model(x)
    model.compile("sgd", "mse")
    logs = model.fit(x, y, shuffle=False, verbose=0).history
    metric.reset_state()
    metric.update_state(y, before)
    assert np.array_equal(logs[metric.name], [metric.result()])
