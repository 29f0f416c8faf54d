"""What stands between or around the layers of a model on a pass through it."""

from __future__ import annotations


class Shared:
    """Stands for a layer some of whose weights stand further behind too: adds its gradients to those, ∂L/∂w = Σ ∂L/∂w[i]."""

    def __init__(self, layer, shared):
        self.layer, self.shared = layer, shared

    def backward(self, dy, kept, need_dx=True):
        behind = [v.grad.copy() for v in self.shared]
        dx = self.layer.backward(dy, kept, need_dx)
        for v, grad in zip(self.shared, behind):
            v.grad += grad
        return dx

    def __getattr__(self, name):
        return getattr(self.layer, name)


class ActivityPenalty:
    """Stands behind a layer with an activity regularizer R: lets a pass, adds R(a)/n to the loss and its slope to ∂L/∂a."""

    weights = trainable_weights = ()
    logits = None
    is_penalized = True

    def __init__(self, regularizer):
        self.regularizer = regularizer

    def forward(self, x, training=False):
        return x, x

    def backward(self, dy, x, need_dx=True):
        return dy + self.regularizer.grad(x) * (1 / len(x))  # ∂(L + R/n)/∂a = ∂L/∂a + ∂R/∂a / n

    def penalty(self, x):
        return float(self.regularizer(x)) / len(x)
