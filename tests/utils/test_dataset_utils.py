import numpy as np
import pytest

from minikeras.utils import text_dataset_from_directory
from minikeras.utils.dataset_utils import check_split_arguments, index_directory


@pytest.fixture
def folder(tmp_path):
    for name, count in (("cat", 6), ("dog", 4)):
        (tmp_path / name).mkdir()
        for i in range(count):
            (tmp_path / name / f"{i}.txt").write_text(f"{name} {i}", encoding="utf-8")
    (tmp_path / "cat" / "notes.md").touch()
    (tmp_path / ".hidden").mkdir()
    return tmp_path


def texts(data):
    return [str(t) for x, *_ in data for t in x]


def test_files_and_classes_in_order(folder):
    paths, labels, names = index_directory(folder, "inferred", (".txt",), shuffle=False, verbose=False)
    assert [p[-5:] for p in paths[:2]] == ["0.txt", "1.txt"] and labels.tolist() == [0] * 6 + [1] * 4
    assert names == ["cat", "dog"]
    _, labels, names = index_directory(folder, "inferred", (".txt",), ["dog", "cat"], shuffle=False, verbose=False)
    assert labels.tolist() == [0] * 4 + [1] * 6 and names == ["dog", "cat"]


def test_shuffling_is_that_of_keras(folder):
    paths, labels, _ = index_directory(folder, "inferred", (".txt",), seed=5, verbose=False)
    expected = sorted(str(p) for p in folder.glob("*/*.txt"))
    np.random.RandomState(5).shuffle(expected)
    assert paths == expected and [n == 1 for n in labels] == ["/dog/" in p for p in paths]


def test_training_and_validation_share_no_file(folder, capsys):
    how = {"validation_split": 0.3, "seed": 3, "batch_size": 4}
    training = text_dataset_from_directory(folder, subset="training", **how)
    validation = text_dataset_from_directory(folder, subset="validation", **how)
    assert len(set(texts(training)) | set(texts(validation))) == 10 and len(texts(validation)) == 3
    both = text_dataset_from_directory(folder, subset="both", **how)
    assert sorted(texts(both[0])) == sorted(texts(training)) and both[1].file_paths == validation.file_paths
    printed = capsys.readouterr().out
    assert "Found 10 files belonging to 2 classes." in printed and "Using 7 files for training." in printed


@pytest.mark.parametrize(
    "mode, shape, dtype", [("int", (10,), "int32"), ("categorical", (10, 2), "float32"), ("binary", (10, 1), "float32")]
)
def test_labels(folder, mode, shape, dtype):
    data = text_dataset_from_directory(folder, label_mode=mode, verbose=False)
    x, y = next(iter(data))
    assert y.shape == shape and y.dtype == dtype
    number = y.argmax(1) if mode == "categorical" else y.ravel()
    assert [str(t)[:3] == "dog" for t in x] == [n == 1 for n in number]


def test_given_labels_and_none(folder):
    given = text_dataset_from_directory(folder, labels=list(range(10)), shuffle=False, verbose=False)
    assert next(iter(given))[1].tolist() == list(range(10)) and given.class_names == [str(i) for i in range(10)]
    assert len(next(iter(text_dataset_from_directory(folder, labels=None, verbose=False)))) == 10
    single = text_dataset_from_directory(folder, batch_size=None, shuffle=False, verbose=False)
    assert [str(x) for x, _ in single.take(2)] == ["cat 0", "cat 1"]


@pytest.mark.parametrize(
    "arguments, message",
    [
        ({"labels": [1, 2]}, "2 entries, but there are 10 files"),
        ({"labels": "guess"}, "label"),
        ({"labels": 3}, "should be 'inferred'"),
        ({"label_mode": "sum"}, "label_mode"),
        ({"class_names": ["bird"]}, "do not match"),
        ({"labels": None, "class_names": ["cat"]}, "class_names"),
        ({"validation_split": 0.2}, "inversely"),
        ({"validation_split": 0.2, "subset": "test", "seed": 1}, "subset"),
        ({"validation_split": 2, "subset": "training", "seed": 1}, "between 0 and 1"),
        ({"validation_split": 0.2, "subset": "training"}, "pass a `seed`"),
        ({"format": "csv"}, "format"),
    ],
)
def test_messages(folder, arguments, message):
    with pytest.raises(ValueError, match=message):
        text_dataset_from_directory(folder, verbose=False, **arguments)


def test_an_empty_folder_and_three_classes(folder, tmp_path):
    (tmp_path / "fish").mkdir()
    with pytest.raises(ValueError, match="exactly 2 classes"):
        text_dataset_from_directory(folder, label_mode="binary", verbose=False)
    (tmp_path / "fish" / "deep").mkdir()
    with pytest.raises(ValueError, match="No files found"):
        text_dataset_from_directory(tmp_path / "fish", verbose=False)
    check_split_arguments(None, None, True, None)
