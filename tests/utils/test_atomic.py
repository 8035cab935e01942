"""Files are complete or absent."""
import pytest

from mmwsss.utils.atomic import atomic_path


def test_the_file_appears_only_when_the_block_succeeds(tmp_path):
    target = tmp_path / 'new' / 'cam.npz'
    with atomic_path(target) as temporary:
        assert temporary.parent == target.parent and temporary.suffix == '.npz' and temporary != target
        temporary.write_bytes(b'whole')
        assert not target.exists()
    assert target.read_bytes() == b'whole'
    assert list(target.parent.iterdir()) == [target]


def test_a_failed_writer_leaves_the_former_file_and_nothing_else(tmp_path):
    target = tmp_path / 'labels.json'
    target.write_text('former')
    with pytest.raises(RuntimeError, match='disk'), atomic_path(target) as temporary:
        temporary.write_text('half')
        raise RuntimeError('disk')
    assert target.read_text() == 'former'
    assert list(tmp_path.iterdir()) == [target]


def test_a_writer_that_is_interrupted_leaves_nothing(tmp_path):
    with pytest.raises(KeyboardInterrupt), atomic_path(tmp_path / 'a.png') as temporary:
        temporary.write_text('half')
        raise KeyboardInterrupt
    assert list(tmp_path.iterdir()) == []


def test_two_writers_of_one_file_do_not_meet(tmp_path):
    target = tmp_path / 'a.png'
    with atomic_path(target) as first, atomic_path(target) as second:
        assert first != second
        first.write_text('first')
        second.write_text('second')
    assert target.read_text() == 'first'  # the outer block ends last
    assert list(tmp_path.iterdir()) == [target]


def test_the_longest_names(tmp_path):
    path = tmp_path / ('\u753b' * 83 + '.png')  # 253 bytes; a file system takes 255
    with atomic_path(path) as temporary:
        temporary.write_text('new', encoding='utf-8')
    assert path.read_text(encoding='utf-8') == 'new'
