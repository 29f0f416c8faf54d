import wave

import numpy as np
import pytest

from minikeras.utils import audio_dataset_from_directory
from minikeras.utils.audio_dataset_utils import read_wav


def write(path, samples, width=2, rate=8000, channels=1):
    with wave.open(str(path), "wb") as file:
        file.setparams((channels, width, rate, 0, "NONE", ""))
        if width == 3:
            file.writeframes((np.asarray(samples, "<i4") << 8).view("u1").reshape(-1, 4)[:, 1:].tobytes())
        else:
            file.writeframes(np.asarray(samples, {1: "u1", 2: "<i2", 4: "<i4"}[width]).tobytes())


@pytest.mark.parametrize("width, half", [(1, 192), (2, 2**14), (3, 2**22), (4, 2**30)])
def test_every_width(tmp_path, width, half):
    write(tmp_path / "a.wav", [half, 128 if width == 1 else 0], width)
    x = read_wav(str(tmp_path / "a.wav"))
    assert x.ravel().tolist() == [0.5, 0.0] and x.dtype == "float32" and x.shape == (2, 1)


def test_length_rate_and_channels(tmp_path):
    write(tmp_path / "a.wav", np.arange(8) * 4096, channels=2)
    assert read_wav(str(tmp_path / "a.wav")).shape == (4, 2)
    assert read_wav(str(tmp_path / "a.wav"), length=6)[4:].tolist() == [[0, 0], [0, 0]]
    assert read_wav(str(tmp_path / "a.wav"), length=2).shape == (2, 2)
    np.testing.assert_allclose(read_wav(str(tmp_path / "a.wav"), 16000)[:4, 0], [0, 0.125, 0.25, 0.375])


def test_batches_of_sounds_of_different_length(tmp_path):
    for name, n in (("high", 3), ("low", 5)):
        (tmp_path / name).mkdir()
        write(tmp_path / name / "a.wav", np.full(n, 16384))
    x, y = next(iter(audio_dataset_from_directory(tmp_path, shuffle=False, verbose=False)))
    assert x.shape == (2, 5, 1) and x[0, :, 0].tolist() == [0.5, 0.5, 0.5, 0, 0] and y.tolist() == [0, 1]
    assert next(iter(audio_dataset_from_directory(tmp_path, output_sequence_length=4, verbose=False)))[0].shape == (2, 4, 1)
    with pytest.raises(ValueError, match="ragged"):
        audio_dataset_from_directory(tmp_path, ragged=True)
    with pytest.raises(ValueError, match="sampling_rate"):
        audio_dataset_from_directory(tmp_path, sampling_rate=0.5)
