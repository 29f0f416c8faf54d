from minikeras.utils import text_dataset_from_directory


def test_texts_are_read_when_they_are_needed_and_cut_off(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "1.txt").write_text("Grüße", encoding="utf-8")
    (tmp_path / "a" / "2.txt").write_bytes(b"\xff broken")
    data = text_dataset_from_directory(tmp_path, shuffle=False, max_length=3, verbose=False)
    (tmp_path / "a" / "1.txt").write_text("changed", encoding="utf-8")
    assert next(iter(data))[0].tolist() == ["cha", "\ufffd b"]
    assert data.class_names == ["a"] and len(data) == 1
