"""What stands between or around the layers of a model on a pass through it."""

from __future__ import annotations

from minikeras import regularizers


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


class Cast:
    """Stands before a layer that computes in another float type than what comes."""

    weights = trainable_weights = ()
    logits = None
    is_penalized = False

    def __init__(self, dtype):
        self.dtype = dtype

    def forward(self, x, training=False):
        return x.astype(self.dtype, copy=False), x.dtype

    def backward(self, dy, came, need_dx=True):
        return dy.astype(came, copy=False)


def foreign_type(layer, tensor):
    """The float type that a layer wants its first argument cast to, None where it takes it as it is.

    Mixed policies keep weights in float32, and NumPy then computes in float32: nothing is cast for them.
    """
    own = layer.compute_dtype
    floats = tensor.dtype.is_floating
    if not floats:  # integers and truth values; layers of your own take them as they are
        return own if layer.float_inputs and layer.casts_inputs and not layer.is_traced and tensor.dtype != "string" else None
    return own if floats and own != tensor.dtype and own == layer.variable_dtype and layer.casts_inputs else None


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
        return dy + regularizers.grad(self.regularizer, x) * (1 / len(x))  # ∂(L + R/n)/∂a = ∂L/∂a + ∂R/∂a / n

    def penalty(self, x):
        return float(self.regularizer(x)) / len(x)
