"""A child process takes the damage: every limit is a clear finding, and the next file is read."""

import os
import time

import pytest

from checks.tables.child import Limits, Worker, close_children, in_child
from checks.tables.reading import UnreadableTable, read_table
from checks.tables.validation import validate

MB = 1_000_000


@pytest.fixture(scope="module")
def worker():
    worker = Worker(Limits(wall_seconds=20, cpu_seconds=1, memory_bytes=400 * MB, file_bytes=MB))
    yield worker
    worker.close()


def test_a_child_gives_the_answer_of_the_function(worker, tmp_path):
    path = tmp_path / "tabel.csv"
    path.write_text("kode,nama\n1,a\n2,b\n")
    assert worker.call(read_table, path) == read_table(path)
    assert worker.call(validate, path, None).n_rows == 2


def test_one_child_serves_many_calls(worker):
    assert worker.call(os.getpid) == worker.call(os.getpid) != os.getpid()


def test_errors_of_ours_come_back_whole(worker, tmp_path):
    with pytest.raises(UnreadableTable) as caught:
        worker.call(read_table, tmp_path / "tidak-ada.csv")
    assert caught.value.code == "missing-file"
    assert caught.value.sentence_en


@pytest.mark.parametrize(
    ("function", "argument", "code"),
    [
        (sum, range(10**11), "too-slow"),
        (bytearray, 3_000 * MB, "too-much-memory"),
        (os._exit, 3, "reader-failed"),
        (os.abort, None, "too-much-memory"),
    ],
)
def test_a_passed_limit_is_a_clear_error_and_the_next_call_works(worker, function, argument, code):
    with pytest.raises(UnreadableTable) as caught:
        worker.call(function, *([] if argument is None else [argument]))
    assert caught.value.code == code
    assert "; " in caught.value.sentence_id
    assert worker.call(len, "abc") == 3


def test_a_child_that_never_answers_is_ended():
    worker = Worker(Limits(wall_seconds=0.3))
    with pytest.raises(UnreadableTable) as caught:
        worker.call(time.sleep, 60)
    assert caught.value.code == "too-slow"
    assert not worker.is_alive


def test_a_child_cannot_write_a_large_file(worker, tmp_path):
    path = tmp_path / "besar"
    with pytest.raises(UnreadableTable):
        worker.call(path.write_bytes, b"x" * 2 * MB)
    assert path.stat().st_size <= MB


def test_children_are_kept_for_the_next_call():
    limits = Limits(memory_bytes=900 * MB)
    assert in_child(os.getpid, limits=limits) == in_child(os.getpid, limits=limits)
    close_children()
