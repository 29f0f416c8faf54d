"""Training runs of real Keras 3.15.1, repeated: same history, same evaluation, same final weights."""

import numpy as np
import pytest

import minikeras
from tests.parity.specs import arrays, cases, known, resolve

DATA, WEIGHTS = arrays("training_data.npz"), arrays("training_weights.npz")


def fit_arguments(spec):
    arguments = {}
    for key, value in spec.items():
        if key == "validation_data":
            arguments[key] = tuple(DATA[name[1:]] for name in value)
        elif key == "class_weight":
            arguments[key] = {int(label): weight for label, weight in value.items()}
        elif isinstance(value, str) and value.startswith("@"):
            arguments[key] = DATA[value[1:]]
        else:
            arguments[key] = resolve(value)
    return arguments


@pytest.mark.parametrize(
    "jit", [pytest.param(False, id="numpy"), pytest.param(True, id="compiled", marks=pytest.mark.slow)]
)
@pytest.mark.parametrize("case", [pytest.param(c, id=c["name"]) for c in cases() if known(c["layers"])])
def test_history_and_weights_are_those_of_keras(case, jit):
    if jit:
        pytest.importorskip("numba")
    minikeras.utils.clear_session()  # metrics are numbered anew
    floatx = case.get("floatx") or "float32"
    tolerance = 1e-6 if floatx == "float64" else 1e-5
    minikeras.config.set_floatx(floatx)
    try:
        model = minikeras.Sequential([resolve(layer) for layer in case["layers"]])
        model.set_weights([WEIGHTS[f"{case['name']}/init{i}"] for i in range(case["n_weights"])])
        model.compile(**{**resolve(case["compile"]), "jit_compile": jit})
        x, y = DATA[case["x"]], DATA[case["y"]]
        history = model.fit(x, y, **fit_arguments(case["fit"])).history
        evaluated = model.evaluate(x, y, batch_size=16, return_dict=True, verbose=0)
    finally:
        minikeras.config.set_floatx("float32")
    assert set(history) == set(case["history"])
    for name, values in case["history"].items():
        np.testing.assert_allclose(history[name], values, rtol=tolerance, atol=1e-6, err_msg=name)
    for name, value in case["evaluate"].items():
        np.testing.assert_allclose(evaluated[name], value, rtol=1e-4, atol=1e-6, err_msg=name)
    for i, weight in enumerate(model.get_weights()):
        np.testing.assert_allclose(weight, WEIGHTS[f"{case['name']}/final{i}"], rtol=1e-4, atol=1e-5)


def test_no_golden_case_waits_for_its_layers():
    waiting = {case["name"] for case in cases() if not known(case["layers"])}
    assert waiting == set()
