"""Adam with weight decay."""

from __future__ import annotations

from minikeras.optimizers.adam import Adam
from minikeras.optimizers.options import Rate


class AdamW(Adam):
    """Adam after a decay of the weights that does not pass through its means: w ← w − η λ w, then Adam's step.

    Args:
        learning_rate: η.
        weight_decay: λ; see ``exclude_from_weight_decay`` for variables to be spared, such as biases.
        beta_1: as in `Adam`.
        beta_2: as in `Adam`.
        epsilon: as in `Adam`.
        amsgrad: as in `Adam`.
        *options, **named: the arguments that all optimizers take, see `Optimizer`.

    Source: Loshchilov and Hutter, Decoupled weight decay regularization (2019), arXiv:1711.05101.

    >>> from minikeras._core.variable import Variable
    >>> w = Variable([1.0, -1.0]); optimizer = AdamW(learning_rate=0.1, weight_decay=0.5)
    >>> optimizer.apply([[2.0, -4.0]], [w]); w.tolist()
    [0.85, -0.85]
    """

    def __init__(
        self,
        learning_rate: Rate = 0.001,
        weight_decay: float = 0.004,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float | None = 1e-7,
        amsgrad: bool = False,
        *options,
        **named,
    ):
        if weight_decay is None:
            raise ValueError("Argument `weight_decay` must be a float. Received: weight_decay=None; AdamW without one is Adam.")
        super().__init__(learning_rate, beta_1, beta_2, epsilon, amsgrad, weight_decay, *options, **named)
