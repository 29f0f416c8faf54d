"""Training loops of one's own, written once for real Keras and for minikeras."""

from __future__ import annotations

import warnings

import numpy as np

SHAPES = ((3, 4), (4,), (2, 2))
STEPS = 6

#: name -> optimizer, its arguments, what is special about the loop
CASES = {
    "sgd": ("SGD", {"learning_rate": 0.1}, ()),
    "sgd_nesterov_clipnorm": ("SGD", {"learning_rate": 0.1, "momentum": 0.9, "nesterov": True, "clipnorm": 0.5}, ()),
    "sgd_clipvalue_parts": ("SGD", {"learning_rate": 0.1, "momentum": 0.9, "clipvalue": 0.4}, ("none",)),
    "adam": ("Adam", {"learning_rate": 0.05}, ("rate",)),
    "adam_parts": ("Adam", {"learning_rate": 0.05, "global_clipnorm": 1.0}, ("none",)),
    "adam_amsgrad_ema": ("Adam", {"amsgrad": True, "use_ema": True, "ema_momentum": 0.7}, ("finalize",)),
    "adam_ema_overwrite": ("Adam", {"use_ema": True, "ema_momentum": 0.7, "ema_overwrite_frequency": 2}, ()),
    "adam_accumulating": ("Adam", {"learning_rate": 0.05, "gradient_accumulation_steps": 3}, ()),
    "adamw": ("AdamW", {"learning_rate": 0.05, "weight_decay": 0.1}, ("exclude",)),
    "rmsprop": ("RMSprop", {"learning_rate": 0.01, "momentum": 0.5, "centered": True}, ("none",)),
    "adagrad": ("Adagrad", {"learning_rate": 0.1}, ()),
    "adadelta": ("Adadelta", {"learning_rate": 1.0}, ()),
    "adamax": ("Adamax", {"learning_rate": 0.05}, ()),
    "nadam": ("Nadam", {"learning_rate": 0.05}, ()),
    "ftrl": ("Ftrl", {"learning_rate": 0.1, "l1_regularization_strength": 0.01}, ()),
    "lion": ("Lion", {"learning_rate": 0.01, "weight_decay": 0.1}, ("none",)),
    "lamb": ("Lamb", {"learning_rate": 0.05}, ()),
    "schedule": ("SGD", {"learning_rate": "schedule", "momentum": 0.5}, ()),
    "two": ("Adam", {"learning_rate": 0.05}, ("two",)),
}


def run(keras, name):
    """Return the weights after each step."""
    kind, arguments, special = CASES[name]
    rng = np.random.default_rng(len(name))
    variables = [keras.Variable(rng.standard_normal(s).astype("float32"), name=f"w{i}") for i, s in enumerate(SHAPES)]
    if arguments.get("learning_rate") == "schedule":
        arguments = {**arguments, "learning_rate": keras.optimizers.schedules.ExponentialDecay(0.2, 2, 0.5, staircase=True)}
    make = getattr(keras.optimizers, kind)
    optimizers = [make(**arguments)]
    if "exclude" in special:
        optimizers[0].exclude_from_weight_decay(var_names=["w1"])
    groups = [variables]
    if "two" in special:
        optimizers.append(keras.optimizers.RMSprop(0.01))
        groups = [variables[:1], variables[1:]]
    found = []
    for step in range(STEPS):
        grads = [rng.standard_normal(s).astype("float32") for s in SHAPES]
        if "none" in special and step in (2, 3):
            grads[step - 1] = None
        if "rate" in special and step == 3:
            optimizers[0].learning_rate = 0.01
        given = dict(zip(map(id, variables), grads))
        for optimizer, group in zip(optimizers, groups):
            with warnings.catch_warnings():
                warnings.filterwarnings("ignore", "Gradients do not exist")
                optimizer.apply_gradients([(given[id(v)], v) for v in group])
        found.append([np.array(v) for v in variables])
    if "finalize" in special:
        optimizers[0].finalize_variable_values(variables)
        found.append([np.array(v) for v in variables])
    return found
