"""A model in files: whole, its weights, for other programs, as text."""

from __future__ import annotations

from typing import Any

from minikeras import saving
from minikeras._core.serialize import serialize_keras_object
from minikeras.saving.tree import telling_shared


class Stored:
    """The part of a model that is written to files and read from them."""

    def save(self, filepath: Any, overwrite: bool = True, zipped: bool | None = None, **kwargs) -> None:
        """Write the whole model to a file; see `minikeras.saving.save_model`."""
        saving.save_model(self, filepath, overwrite=overwrite, zipped=zipped, **kwargs)

    def save_weights(self, filepath: Any, overwrite: bool = True, max_shard_size: None = None, **kwargs) -> None:
        """Write the weights to an HDF5 file; see `minikeras.saving.save_weights`."""
        saving.save_weights(self, filepath, overwrite=overwrite, max_shard_size=max_shard_size, **kwargs)

    def load_weights(self, filepath: Any, skip_mismatch: bool = False, **kwargs) -> None:
        """Read the weights from an HDF5 file; see `minikeras.saving.load_weights`."""
        saving.load_weights(self, filepath, skip_mismatch=skip_mismatch, **kwargs)

    def export(
        self, filepath: Any, format: str = "tf_saved_model", verbose: Any = None, input_signature: Any = None, **kwargs
    ) -> None:
        """Write what `predict` computes to a file for other programs: ``format="onnx"``; see `export_model`."""
        from minikeras.saving.onnx_export import export_model  # with its tables: only when it is needed

        export_model(self, filepath, format, verbose, input_signature, **kwargs)

    def to_json(self, **kwargs) -> str:
        """Return the model without its weights as JSON text; `model_from_json` rebuilds it. Arguments go to json.dumps."""
        with telling_shared(self):
            import json  # takes 1 ms to import, and few ask

            return json.dumps(serialize_keras_object(self), **kwargs)
