"""What Keras 2 wrote of ``model.add_loss(tensor)`` and ``model.add_metric(tensor)``: layers behind which there is no output."""

from __future__ import annotations

from typing import Any

KINDS = ("AddLoss", "AddMetric")


class Addition:
    """A tensor in the graph of a file that belongs to the loss, or is reported, once there is a model.

    Args:
        kind: "AddLoss" or "AddMetric".
        config: of the layer in the file.
        name: the layer's.

    >>> Addition("AddLoss", {}, "add_loss")(3)
    3
    """

    def __init__(self, kind: str, config: Any, name: str):
        self.kind, self.config, self.name = kind, config if isinstance(config, dict) else {}, name
        self.tensors: list = []

    def __call__(self, x: Any, **_: Any) -> Any:
        self.tensors.append(x)
        return x

    def join(self, model: Any) -> None:
        """Add the tensors to the model that was made of the graph."""
        for tensor in self.tensors:
            if self.kind == "AddLoss":
                model.add_loss(tensor)
            else:
                model.add_metric(tensor, name=str(self.config.get("metric_name") or self.name))
