"""Which files of a folder count."""
import pytest

from mmwsss.utils.walk import walk_files


@pytest.fixture
def folder(tmp_path):
    for name in ('in/a.jpg', 'in/b/c.PNG', 'in/b/notes.txt', 'in/.hidden.jpg', 'in/.thumbnails/a.jpg', 'out/d.jpg',
                 'in/b/.ipynb_checkpoints/c.png'):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    (tmp_path / 'in/file.jpg').symlink_to(tmp_path / 'out/d.jpg')
    (tmp_path / 'in/linked').symlink_to(tmp_path / 'out')
    (tmp_path / 'in/b/above').symlink_to(tmp_path / 'in')
    (tmp_path / 'in/self').symlink_to(tmp_path / 'in/self')
    (tmp_path / 'in/broken.jpg').symlink_to(tmp_path / 'nowhere')
    return tmp_path / 'in'


def test_links_hidden_names_and_suffixes(folder):
    assert sorted(walk_files(folder)) == ['a.jpg', 'b/c.PNG', 'b/notes.txt', 'file.jpg', 'linked/d.jpg']
    assert sorted(walk_files(folder, ('.jpg', '.png'))) == ['a.jpg', 'b/c.PNG', 'file.jpg', 'linked/d.jpg']
    assert sorted(walk_files(folder, '.jpg', recursive=False)) == ['a.jpg', 'file.jpg']


def test_the_folder_itself_may_be_hidden_a_link_or_missing(folder):
    assert list(walk_files(folder / '.thumbnails')) == ['a.jpg']
    assert list(walk_files(folder / 'linked')) == ['d.jpg']
    assert list(walk_files(folder / 'nowhere')) == []
