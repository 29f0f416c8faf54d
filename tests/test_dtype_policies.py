"""Policies by name, config and type."""

from __future__ import annotations

import numpy as np
import pytest

from minikeras import dtype_policies as D


def test_get():
    assert D.get("float64").compute_dtype == "float64"
    assert D.get("mixed_float16").variable_dtype == "float32"
    assert D.get(np.float32) == D.DTypePolicy("float32") == D.get(None)


def test_round_trip():
    policy = D.DTypePolicy("mixed_float16")
    assert D.serialize(policy)["config"] == {"name": "mixed_float16"}
    assert D.deserialize(D.serialize(policy)) == policy
    assert D.deserialize({"module": "keras", "class_name": "FloatDTypePolicy", "config": {"name": "float64"}}).name == "float64"


def test_unknown():
    with pytest.raises(ValueError):
        D.get("float23")
