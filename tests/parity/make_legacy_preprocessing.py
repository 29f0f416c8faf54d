"""Write the golden numbers of Keras 2's preprocessing, which Keras 3.15 still has. Run by hand with real Keras, not a test."""

import json
import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parent))

import legacy_preprocessing_cases as cases  # noqa: E402
from keras.src.legacy.preprocessing import image, sequence, text  # noqa: E402

HERE = Path(__file__).parent

if __name__ == "__main__":
    arrays, words = cases.run(image, text, sequence)
    np.savez_compressed(HERE / "legacy_preprocessing.npz", **arrays)
    (HERE / "legacy_preprocessing.json").write_text(json.dumps(words))
