import re

import numpy as np
import pytest

import minikeras as keras
from minikeras.layers import AdditiveAttention, Attention, GroupQueryAttention, MultiHeadAttention
from minikeras.layers.attention.heads import attend, attend_back, joint_mask
from tests.gradcheck import check_gradient

RNG = np.random.default_rng(0)
Q, V, K = RNG.standard_normal((2, 3, 4)), RNG.standard_normal((2, 5, 4)), RNG.standard_normal((2, 5, 4))


def softmax(s):
    e = np.exp(s - s.max(-1, keepdims=True))
    return e / e.sum(-1, keepdims=True)


# -- attend


def test_attend_is_the_formula():
    y, kept = attend(Q, K, V, 0.5)
    np.testing.assert_allclose(y, softmax(0.5 * Q @ K.swapaxes(1, 2)) @ V)
    np.testing.assert_allclose(kept.p.sum(-1), 1)


@pytest.mark.parametrize("empty", [False, True])
def test_attend_back_with_mask_dropout_and_probabilities(empty):
    q, k, v = Q.copy(), K.copy(), V.copy()
    mask = RNG.random((2, 3, 5)) < 0.6
    mask[0, 0] = False  # this query may look nowhere
    keep = (RNG.random((2, 3, 5)) < 0.7) / 0.7
    cy, cp = RNG.standard_normal((2, 3, 4)), RNG.standard_normal((2, 3, 5))

    def loss():
        y, kept = attend(q, k, v, 0.7, mask, keep, empty)
        return np.sum(y * cy) + np.sum(kept.p * cp)

    kept = attend(q, k, v, 0.7, mask, keep, empty)[1]
    for a, grad in zip((q, k, v), attend_back(cy, kept, 0.7, cp)):
        check_gradient(loss, a, grad)
    assert (kept.p[0, 0] == (0.0 if empty else 0.2)).all()
    only = attend_back(np.zeros_like(cy), kept, 0.7, cp)
    assert only[0].any() and not only[2].any()


def test_masks_meet():
    query, value, key = [[True, False]], [[True, True, False]], [[True, False, True]]
    assert joint_mask(2, 3) is None
    assert joint_mask(2, 3, query, value).astype(int).tolist() == [[[1, 1, 0], [0, 0, 0]]]
    assert joint_mask(2, 3, key_mask=key, causal=True).astype(int).tolist() == [[[1, 0, 0], [1, 0, 0]]]
    assert joint_mask(2, 3, attention_mask=[[[1, 0, 1], [1, 1, 1]]], window=1).astype(int).tolist() == [[[1, 0, 0], [0, 1, 0]]]


# -- Attention, AdditiveAttention


def test_attention_is_the_formula():
    np.testing.assert_allclose(Attention(dtype="float64")([Q, V]), softmax(Q @ V.swapaxes(1, 2)) @ V)
    layer = AdditiveAttention(use_scale=False, dtype="float64")
    s = np.tanh(Q[:, :, None] + K[:, None]).sum(-1)
    np.testing.assert_allclose(layer([Q, V, K]), softmax(s) @ V)
    layer = Attention(score_mode="concat", use_scale=True, dtype="float64")
    layer([Q, V, K])
    layer.set_weights([2.0, 0.5])
    np.testing.assert_allclose(layer([Q, V, K]), softmax(0.5 * np.tanh(2 * (Q[:, :, None] + K[:, None])).sum(-1)) @ V)


@pytest.mark.parametrize("layer", [Attention, AdditiveAttention])
def test_nobody_looks_ahead_or_at_what_is_masked(layer):
    layer = layer()
    y, p = layer([Q, V], return_attention_scores=True, use_causal_mask=True)
    assert y.shape == (2, 3, 4) and p.shape == (2, 3, 5)
    assert (p[:, np.triu_indices(3, 1)[0], np.triu_indices(3, 1)[1]] == 0).all() and not p[:, :, 3:].any()
    masks = [np.array([[True, True, False]] * 2), np.array([[True, False, True, True, True]] * 2)]
    y, p = layer([Q, V], mask=masks, return_attention_scores=True)
    assert not y[:, 2].any() and not p[:, :, 1].any()
    assert layer.compute_mask([Q, V], masks) is masks[0] and layer.compute_mask([Q, V], [None, masks[1]]) is None


@pytest.mark.parametrize("layer", [Attention, AdditiveAttention])
def test_wrong_inputs_of_attention(layer):
    layer = layer(name="look")
    with pytest.raises(ValueError, match=r"'look' \(\w+\) takes a list of inputs, \[query, value\]"):
        layer(keras.Input((3, 4)))
    with pytest.raises(ValueError, match="query and a key of one size"):
        layer([keras.Input((3, 4)), keras.Input((5, 6))])
    with pytest.raises(ValueError, match="a key for each value"):
        layer([keras.Input((3, 4)), keras.Input((5, 4)), keras.Input((6, 4))])
    with pytest.raises(ValueError, match="list of masks"):
        layer([Q, V], mask=np.ones((2, 3), bool))


def test_bad_arguments_of_attention():
    with pytest.raises(ValueError, match="`score_mode` of Attention must be 'dot' or 'concat', got 'sum'"):
        Attention(score_mode="sum")
    with pytest.raises(ValueError, match="`dropout` of AdditiveAttention"):
        AdditiveAttention(dropout=1.5)


def test_configs_are_those_of_keras():
    assert list(Attention().get_config()) == ["name", "trainable", "dtype", "use_scale", "score_mode", "dropout", "seed"]
    assert list(AdditiveAttention().get_config()) == ["name", "trainable", "dtype", "use_scale", "dropout", "seed"]


def test_symbolic_scores():
    y, p = Attention()([keras.Input((3, 4)), keras.Input((5, 4))], return_attention_scores=True)
    assert (y.shape, p.shape) == ((None, 3, 4), (None, 3, 5))
    y, p = MultiHeadAttention(2, 4)(keras.Input((3, 4)), keras.Input((5, 4)), return_attention_scores=True)
    assert (y.shape, p.shape) == ((None, 3, 4), (None, 2, 3, 5))


# -- MultiHeadAttention, GroupQueryAttention


def test_heads_are_attention_each_on_its_own():
    layer = MultiHeadAttention(2, 3, dtype="float64")
    y, p = layer(Q, V, return_attention_scores=True)
    (wq, bq), (wk, bk), (wv, bv), (wo, bo) = (layer.get_weights()[i : i + 2] for i in (0, 2, 4, 6))
    expected = bo.copy()
    for h in range(2):
        q, k, v = Q @ wq[:, h] + bq[h], V @ wk[:, h] + bk[h], V @ wv[:, h] + bv[h]
        head = softmax(q @ k.swapaxes(1, 2) / np.sqrt(3))
        np.testing.assert_allclose(p[:, h], head)
        expected = expected + head @ v @ wo[h]
    np.testing.assert_allclose(y, expected)


def test_attention_axes_may_count_from_the_end():
    x = RNG.standard_normal((2, 3, 4, 5))
    one, two = (MultiHeadAttention(2, 3, attention_axes=axes, dtype="float64") for axes in (2, -2))
    y = one(x, x)
    two(x, x)
    two.set_weights(one.get_weights())
    assert one.attention_axes == two.attention_axes == (2,)
    np.testing.assert_array_equal(two(x, x), y)


def test_groups_share_keys_and_values():
    grouped = GroupQueryAttention(3, 4, 2, dtype="float64")
    y = grouped(Q, V)
    full = MultiHeadAttention(4, 3, dtype="float64")
    full(Q, V)
    weights = grouped.get_weights()
    full.set_weights([w.repeat(2, axis=-2) if i in (2, 3, 4, 5) else w for i, w in enumerate(weights)])
    np.testing.assert_allclose(full(Q, V), y)
    mask = RNG.random((2, 4, 3, 5)) < 0.7  # one for each head
    np.testing.assert_allclose(full(Q, V, attention_mask=mask), grouped(Q, V, attention_mask=mask))


@pytest.mark.parametrize("layer", [MultiHeadAttention(2, 3), GroupQueryAttention(3, 2, 1)])
def test_nobody_looks_ahead_or_at_what_is_masked_by_any_head(layer):
    x = RNG.standard_normal((2, 4, 4))
    before = layer(x, x, use_causal_mask=True)
    later = x.copy()
    later[:, 3] += 1
    np.testing.assert_array_equal(layer(later, later, use_causal_mask=True)[:, :3], before[:, :3])
    mask = np.array([[True, True, True, False]] * 2)
    np.testing.assert_allclose(layer(x, later, value_mask=mask), layer(x, x, value_mask=mask), atol=1e-6)


def test_masks_travel_to_the_arguments():
    ids = keras.Input((4,), dtype="int32")
    x = keras.layers.Embedding(9, 4, mask_zero=True)(ids)
    y, p = MultiHeadAttention(2, 3)(x, x, return_attention_scores=True)
    model = keras.Model(ids, [p, keras.layers.GlobalAveragePooling1D()(y)])
    p, _ = model.predict(np.array([[3, 5, 0, 0]]), verbose=0)
    assert not p[..., 2:].any() and p[0, :, :2, :2].all()


def test_dropout_only_in_training():
    layer = MultiHeadAttention(2, 3, dropout=0.5, seed=1)
    still = layer(Q, V)
    np.testing.assert_array_equal(layer(Q, V), still)
    assert np.any(layer(Q, V, training=True) != still)


def test_wrong_shapes_of_heads():
    with pytest.raises(ValueError, match=r"'m' \(MultiHeadAttention\) needs a value and a key whose axes are equal"):
        MultiHeadAttention(2, 3, name="m")(keras.Input((3, 4)), keras.Input((5, 4)), keras.Input((6, 4)))
    with pytest.raises(ValueError, match="a query and a value of one size"):
        GroupQueryAttention(3, 2, 1)(keras.Input((3, 4)), keras.Input((5, 6)))
    with pytest.raises(ValueError, match=r"\(batch, steps, size\)"):
        GroupQueryAttention(3, 2, 1).build((None, 4), (None, 4))


@pytest.mark.parametrize(
    "name, value", [("num_heads", 0), ("key_dim", -1), ("key_dim", 2.5), ("value_dim", 0), ("num_heads", True)]
)
def test_bad_sizes_of_heads(name, value):
    with pytest.raises(ValueError, match=f"`{name}` of MultiHeadAttention must be a positive integer"):
        MultiHeadAttention(**{"num_heads": 2, "key_dim": 3, name: value})


def test_bad_arguments_of_heads():
    with pytest.raises(ValueError, match="divisible"):
        GroupQueryAttention(3, 4, 3)
    with pytest.raises(ValueError, match="`head_dim` of GroupQueryAttention"):
        GroupQueryAttention(0, 4, 2)
    with pytest.raises(ValueError, match="`sliding_window` of MultiHeadAttention"):
        MultiHeadAttention(2, 3, sliding_window=0)
    with pytest.raises(ValueError, match="`attention_axes`"):
        MultiHeadAttention(2, 3, attention_axes="1")
    with pytest.raises(ValueError, match="`output_shape`"):
        MultiHeadAttention(2, 3, output_shape="4")
    with pytest.raises(ValueError, match="activity_regularizer"):
        MultiHeadAttention(2, 3, activity_regularizer="l2")
    with pytest.raises(ValueError, match="flash_attention"):
        MultiHeadAttention(2, 3, dropout=0.1, flash_attention=True)
    with pytest.raises(ValueError, match="flash_attention"):
        MultiHeadAttention(2, 3, flash_attention=True)(Q, V, return_attention_scores=True)


def test_config_of_heads_is_that_of_keras():
    config = MultiHeadAttention(2, 3, output_shape=5, kernel_regularizer="l2").get_config()
    assert sorted(config) == [
        "activity_regularizer", "attention_axes", "bias_constraint", "bias_initializer", "bias_regularizer", "dropout", "dtype",
        "kernel_constraint", "kernel_initializer", "kernel_regularizer", "key_dim", "name", "num_heads", "output_shape", "seed",
        "sliding_window", "trainable", "use_bias", "use_gate", "value_dim",
    ]  # fmt: skip
    assert (config["value_dim"], config["output_shape"], config["attention_axes"]) == (3, (5,), None)


def test_a_config_of_keras_2_holds_the_shapes():
    shapes = {"query_shape": [None, 3, 4], "value_shape": [None, 5, 6], "key_shape": None}
    layer = MultiHeadAttention.from_config({"num_heads": 2, "key_dim": 3, **shapes})
    assert [v.shape for v in layer.weights[:4]] == [(4, 2, 3), (2, 3), (6, 2, 3), (2, 3)]


def test_projections_do_not_start_alike():
    layer = MultiHeadAttention(2, 3)
    layer(Q, V)
    assert np.any(layer.query_dense.kernel.value != layer.key_dense.kernel.value)


def test_names_of_grouped_attention_are_those_of_keras():
    assert GroupQueryAttention(3, 4, 2).name.startswith("grouped_query_attention")


@pytest.mark.parametrize("make", [lambda: MultiHeadAttention(2, 3, name="m"), lambda: GroupQueryAttention(3, 2, 1, name="m")])
def test_calls_of_heads_that_do_not_fit(make):
    def x(*shape):
        return np.ones(shape, "float32")

    built = make()
    built(x(2, 3, 4), x(2, 5, 4), attention_mask=np.ones((3, 5)))
    built(x(2, 3, 4), x(2, 5, 4), attention_mask=np.ones((2, 2, 1, 5)))
    for layer in (make(), built):
        with pytest.raises(ValueError, match=r"'m' \(\w+\) needs a value beside the query"):
            layer(x(2, 3, 4))
        with pytest.raises(ValueError, match=r"'m' \(\w+\) needs inputs .* 3 axes or more, got a query of shape \(\w+, 4\)"):
            layer(x(2, 4), x(2, 4))
        with pytest.raises(ValueError, match=r"'m' \(\w+\) needs .* of one batch size, got shapes \(2, 3, 4\), \(3, 3, 4\)\."):
            layer(x(2, 3, 4), x(3, 3, 4))
        for shape in ((2, 5, 3), (3, 3, 5), (5,), (2, 3, 3, 5), (1, 1, 1, 3, 5)):
            with pytest.raises(ValueError, match=r"`attention_mask` of layer 'm' .* here \(2, 3, 5\), .* got \("):
                layer(x(2, 3, 4), x(2, 5, 4), attention_mask=np.ones(shape))
        with pytest.raises(ValueError, match=r"'m' \(\w+\) was built for a query with 3 axes, the last of size 4, got .* 5\)"):
            layer(x(2, 3, 5), x(2, 3, 5))
    with pytest.raises(ValueError, match=r"'m' \(\w+\) was built for a query"):
        built(keras.Input((3, 5)), keras.Input((3, 5)))


def test_attention_mask_over_two_axes():
    layer, q, v = MultiHeadAttention(2, 3, attention_axes=(2, 3)), np.ones((2, 3, 4, 5, 6)), np.ones((2, 3, 2, 5, 6))
    assert layer(q, v, attention_mask=np.ones((2, 4, 5, 2, 5))).shape == q.shape
    with pytest.raises(ValueError, match=r"`attention_mask` of layer .* got \(2, 4, 5, 2, 4\)"):
        layer(q, v, attention_mask=np.ones((2, 4, 5, 2, 4)))


@pytest.mark.parametrize("layer", [Attention, AdditiveAttention])
def test_attention_over_different_batches(layer):
    with pytest.raises(ValueError, match=r"'a' \(\w+\) needs inputs of one batch size, got shapes \(2, 3, 4\), \(3, 3, 4\)"):
        layer(name="a")([Q, np.ones((3, 3, 4))])


MISFITS = [("query_mask", (2, 5)), ("value_mask", (2, 3)), ("key_mask", (3, 5)), ("value_mask", (5,))]


@pytest.mark.parametrize("name, shape", MISFITS)
def test_masks_fit_their_inputs(name, shape):
    layer = MultiHeadAttention(2, 3)
    said = rf"`{name}` of layer .* must have shape \(batch, steps\) of the .*, got {re.escape(str(shape))}"
    with pytest.raises(ValueError, match=said):
        layer(Q, V, **{name: np.ones(shape, bool)})
    layer(Q, V, value_mask=np.ones((1, 5), bool))  # one for the whole batch


@pytest.mark.parametrize("cls", [Attention, AdditiveAttention])
def test_masks_in_a_list_fit_their_inputs(cls):
    good = [np.ones((2, 3), bool), np.ones((2, 5), bool)]
    cls()([Q, V], mask=good)
    with pytest.raises(ValueError, match=r"`query_mask` of layer .* here \(2, 3\), got \(2, 5\)"):
        cls()([Q, V], mask=good[::-1])


@pytest.mark.parametrize("cls", [Attention, AdditiveAttention])
def test_causal_of_keras_2_is_use_causal_mask_of_each_call(cls):
    x = [RNG.standard_normal((2, 4, 3)), RNG.standard_normal((2, 4, 3))]
    old, new = cls(causal=True, use_scale=False), cls(use_scale=False)
    np.testing.assert_allclose(old(x), new(x, use_causal_mask=True))
    assert not np.allclose(old(x), new(x))
    again = cls.from_config(old.get_config())
    np.testing.assert_allclose(again(x), old(x))
    assert "causal" not in new.get_config()
