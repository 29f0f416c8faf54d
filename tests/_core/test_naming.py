import pytest

from minikeras import layers
from minikeras._core.naming import auto_name, reset_names, snake_case


@pytest.mark.parametrize(
    "name, snake",
    [
        ("Dense", "dense"), ("LeakyReLU", "leaky_re_lu"), ("PReLU", "p_re_lu"), ("ReLU", "re_lu"), ("ELU", "elu"),
        ("GaussianNoise", "gaussian_noise"), ("Conv2DTranspose", "conv2d_transpose"), ("RMSprop", "rm_sprop"), ("AUC", "auc"),
    ],
)  # fmt: skip
def test_snake_case(name, snake):
    assert snake_case(name) == snake


def test_names_are_numbered_by_class():
    reset_names()
    assert [auto_name("Dense"), auto_name("Dense"), auto_name("ReLU"), auto_name("Dense")] == [
        "dense",
        "dense_1",
        "re_lu",
        "dense_2",
    ]
    reset_names()
    assert layers.Dense(1).name == "dense"
