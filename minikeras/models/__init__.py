"""Models: `Sequential`, and reading models from files and configs."""

from typing import TYPE_CHECKING

from minikeras._core.old_arguments import old_names
from minikeras.models.functional import Functional
from minikeras.models.model import Model
from minikeras.models.sequential import Sequential

if TYPE_CHECKING:  # for editors
    from minikeras.models.cloning import clone_model, model_from_json
    from minikeras.saving.api import load_model, save_model

__getattr__ = old_names(
    __name__,
    {name: f"{__name__}.cloning:{name}" for name in ("clone_model", "model_from_config", "model_from_json", "model_from_yaml")}
    | {name: f"minikeras.saving.api:{name}" for name in ("load_model", "save_model")},
)

__all__ = ["Functional", "Model", "Sequential", "clone_model", "load_model", "model_from_json", "save_model"]


def __dir__() -> list[str]:
    return __all__
