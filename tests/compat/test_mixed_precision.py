from minikeras.compat import mixed_precision


def test_the_policy_is_set_and_read_under_both_names():
    mixed_precision.set_global_policy("float64")
    try:
        assert mixed_precision.global_policy().name == "float64" == mixed_precision.dtype_policy().compute_dtype
    finally:
        mixed_precision.set_policy("float32")
    assert mixed_precision.Policy("mixed_float16").variable_dtype == "float32"
