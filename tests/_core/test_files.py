import os
import signal
import stat
import subprocess
import sys
import time

import pytest

from minikeras._core import files
from minikeras._core.files import atomic_write, replacing, sweep

posix = pytest.mark.skipif(os.name != "posix", reason="permissions and signals as POSIX has them")
DEAD = 2**22 + 1  # above Linux' largest pid


def temporary_of(folder, name, pid=DEAD):
    path = folder / f".{name}.{pid}.0123456789abcdef.tmp~"
    path.write_bytes(b"half")
    return path


def test_new_file_appears_whole(tmp_path):
    with replacing(tmp_path / "a.h5") as temporary:
        assert os.path.dirname(temporary) == str(tmp_path.resolve())
        assert not (tmp_path / "a.h5").exists()
        with open(temporary, "wb") as file:
            file.write(b"12")
    assert (tmp_path / "a.h5").read_bytes() == b"12"
    assert os.listdir(tmp_path) == ["a.h5"]


def test_text_and_options(tmp_path):
    with atomic_write(tmp_path / "a.csv", "w", encoding="utf-8", newline="") as file:
        file.write("ä\r\n")
    assert (tmp_path / "a.csv").read_bytes() == b"\xc3\xa4\r\n"


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, OSError])
def test_failure_leaves_the_old_file(tmp_path, error):
    path = tmp_path / "a.bin"
    path.write_bytes(b"old")
    with pytest.raises(error):
        with atomic_write(path) as file:
            file.write(b"new")
            raise error
    assert path.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["a.bin"]


def test_failure_leaves_no_new_file(tmp_path):
    with pytest.raises(ValueError):
        with replacing(tmp_path / "a"):
            raise ValueError
    assert os.listdir(tmp_path) == []


def test_block_may_remove_its_temporary(tmp_path):
    with pytest.raises(FileNotFoundError):
        with replacing(tmp_path / "a") as temporary:
            os.unlink(temporary)
    assert os.listdir(tmp_path) == []


@posix
def test_permissions_are_kept_and_new_ones_follow_the_umask(tmp_path):
    old, new = tmp_path / "old", tmp_path / "new"
    old.write_bytes(b"")
    old.chmod(0o640)
    before = os.umask(0o027)
    try:
        for path in (old, new):
            with atomic_write(path) as file:
                file.write(b"1")
    finally:
        os.umask(before)
    assert stat.S_IMODE(old.stat().st_mode) == 0o640
    assert stat.S_IMODE(new.stat().st_mode) == 0o640
    with atomic_write(tmp_path / "plain") as file:
        file.write(b"1")
    assert stat.S_IMODE((tmp_path / "plain").stat().st_mode) == 0o666 & ~before


@posix
def test_link_is_followed(tmp_path):
    (tmp_path / "disk").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "disk" / "real")
    with atomic_write(tmp_path / "link") as file:  # dangling: the target is made
        file.write(b"1")
    with atomic_write(tmp_path / "link") as file:
        file.write(b"2")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "disk" / "real").read_bytes() == b"2"


@posix
def test_what_is_no_file_is_refused(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(OSError, match="device or pipe"):
        with replacing(tmp_path / "pipe"):
            pass
    with pytest.raises(IsADirectoryError, match="this is a folder"):
        with replacing(tmp_path):
            pass
    with pytest.raises(FileNotFoundError, match="folder does not exist.*missing"):
        with replacing(tmp_path / "missing" / "a"):
            pass


def test_read_only_file_is_not_replaced(tmp_path, monkeypatch):
    path = tmp_path / "a"
    path.write_bytes(b"old")
    monkeypatch.setattr(os, "access", lambda path, mode: False)  # root may write anything: ask as somebody else
    with pytest.raises(PermissionError, match="read-only"):
        with replacing(path):
            pass
    assert path.read_bytes() == b"old"


def test_modes(tmp_path):
    for mode in ("a", "r+b", "xb"):
        with pytest.raises(ValueError, match="mode must be"):
            with atomic_write(tmp_path / "a", mode):
                pass


def test_long_names(tmp_path):
    name = "é" * 120 + ".h5"  # 243 bytes, near the limit of 255
    with atomic_write(tmp_path / name) as file:
        file.write(b"1")
    assert os.listdir(tmp_path) == [name]
    with replacing(tmp_path / name) as temporary:
        os.rename(temporary, temporary := temporary.replace(f".{os.getpid()}.", f".{DEAD}."))
        assert sweep(tmp_path, name) == [os.path.basename(temporary)]
        (tmp_path / os.path.basename(temporary).replace(f".{DEAD}.", f".{os.getpid()}.")).write_bytes(b"2")
    assert (tmp_path / name).read_bytes() == b"2"


def test_sweep_takes_dead_writers_only(tmp_path):
    mine, other = temporary_of(tmp_path, "a.h5"), temporary_of(tmp_path, "b.h5")
    living = temporary_of(tmp_path, "a.h5", os.getppid())
    earlier = temporary_of(tmp_path, "a.h5", os.getpid())  # a process before us had our pid
    (tmp_path / "a.h5").write_bytes(b"1")
    (tmp_path / ".a.h5.tmp~").write_bytes(b"not ours")
    with replacing(tmp_path / "a.h5") as temporary:
        assert sweep(tmp_path, "a.h5") == sorted([mine.name, earlier.name])
        assert os.path.exists(temporary)
    assert living.exists() and other.exists() and (tmp_path / ".a.h5.tmp~").exists()
    assert sweep(tmp_path) == [other.name]
    assert sweep(tmp_path / "missing") == []


def test_sweep_takes_what_nobody_touched_for_a_day(tmp_path):
    path = temporary_of(tmp_path, "a", os.getppid())
    os.utime(path, (time.time() - 2 * files._STALE,) * 2)
    assert sweep(tmp_path, "a") == [path.name]


@posix
def test_kill_inside_a_write_leaves_the_old_file_and_one_stray(tmp_path):
    path = tmp_path / "a.bin"
    path.write_bytes(b"old")
    code = (
        "import os, signal; from minikeras._core.files import atomic_write\n"
        f"with atomic_write({str(path)!r}) as file:\n"
        "    file.write(b'new'); file.flush(); os.kill(os.getpid(), signal.SIGKILL)"
    )
    result = subprocess.run([sys.executable, "-c", code], cwd=os.path.dirname(os.path.dirname(os.path.dirname(__file__))))
    assert result.returncode == -signal.SIGKILL
    assert path.read_bytes() == b"old"
    assert len(sweep(tmp_path, "a.bin")) == 1
    assert os.listdir(tmp_path) == ["a.bin"]


@pytest.mark.parametrize("tries", [3])
def test_rename_waits_for_windows(tmp_path, monkeypatch, tries):
    calls = []

    def replace(source, target):
        calls.append(source)
        if len(calls) < tries:
            raise PermissionError

    monkeypatch.setattr(files.os, "replace", replace)
    monkeypatch.setattr(files.os, "name", "nt")
    monkeypatch.setattr(files.time, "sleep", lambda s: None)
    files._rename("a", "b")
    assert len(calls) == tries


def test_an_error_names_the_file_and_not_its_temporary(tmp_path, monkeypatch):
    def refuse(path, *args):
        raise PermissionError(13, "Permission denied", path)

    monkeypatch.setattr(os, "open", refuse)
    with pytest.raises(PermissionError) as caught, replacing(tmp_path / "model.keras"):
        pass
    assert caught.value.filename == str(tmp_path / "model.keras")


def test_an_error_without_a_file_gets_its_name(tmp_path):
    path = tmp_path / "a.txt"
    with pytest.raises(OSError, match=r"\[Errno 28\] full: .*a\.txt'$") as caught, replacing(path):
        raise OSError(28, "full")
    assert caught.value.filename == str(path) and not os.listdir(tmp_path)
    with pytest.raises(OSError, match="^no number$"), replacing(path):
        raise OSError("no number")
