"""What a command line or a file names as entries."""
import pytest
from message_names import message_names
from reference_network import REPO

from mmwsss.pipeline.comparison import read_comparison
from mmwsss.utils.errors import InputError

FILES = dict(
    cam="model = dict(type='A', head=dict(radius=1))\n",
    other="model = dict(type='B')\n",
    chain="recipe = 'irn'\nclassifier = 'cam.py'\nirnet = 'i.py'\n",
    table="entries = [dict(config='cam.py'), dict(name='P, whole', config='chain.py', options={'crf': True})]\n"
          "seeds = [3, 4]\nlists = ['val']\n",
    nested="entries = [dict(config='table.py')]\n",
    seven="entries = [dict(config='other.py')]\nseeds = [7]\n")


@pytest.fixture(autouse=True)
def files(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / 'sub').mkdir()
    for name, text in FILES.items():
        (tmp_path / f'{name}.py').write_text(text)
    (tmp_path / 'sub' / 'up.py').write_text("entries = [dict(config='../cam.py')]\n")
    (tmp_path / 'sub' / 'a=b.py').write_text(FILES['cam'])


def test_names_kinds_and_defaults():
    found = read_comparison(['cam.py', 'GAP+x=cam.py', 'chain.py', 'ab=sub/a=b.py'])
    assert [(entry.name, entry.config, entry.is_pipeline) for entry in found.entries] == [
        ('cam', 'cam.py', False), ('GAP+x', 'cam.py', False), ('chain', 'chain.py', True),
        ('ab', 'sub/a=b.py', False)]
    assert found.seeds == (0, ) and found.lists == ()


def test_a_file_has_entries_seeds_and_lists():
    found = read_comparison(['table.py', 'other.py'], test_options={'model.type': 'C'})
    assert [entry.name for entry in found.entries] == ['cam', 'P, whole', 'other']
    assert found.entries[1].options == {'crf': True} and found.seeds == (3, 4) and found.lists == ('val', )
    assert [entry.test_options for entry in found.entries] == [{'model.type': 'C'}] * 3
    assert found.entries[1].pipeline_options == {'crf': True, 'test_options.model.type': 'C'}
    found = read_comparison(['table.py', 'seven.py'], seeds=[1], lists=['a', 'b'])
    assert found.seeds == (1, ) and found.lists == ('a', 'b')
    assert read_comparison(['sub/up.py']).entries[0].config == 'cam.py'


def test_options_of_a_pipeline_in_dictionaries(tmp_path):
    short = {'train_cfg.max_epochs': 1, 'train_dataloader': dict(batch_size=2)}
    options = {'network_options.irnet': short}
    (tmp_path / 'own.py').write_text(f"entries = [dict(config='chain.py', options={options}, test_options=dict("
                                     "test_cfg=dict(fp16=True)))]\n")
    assert read_comparison(['own.py']).entries[0].pipeline_options == {
        'network_options.irnet.train_cfg.max_epochs': 1, 'network_options.irnet.train_dataloader.batch_size': 2,
        'test_options.test_cfg.fp16': True}


def test_what_is_subtracted(tmp_path):
    (tmp_path / 'own.py').write_text("entries = [dict(config='cam.py'), dict(config='other.py', against='cam')]\n")
    assert [entry.against for entry in read_comparison(['own.py', 'x=cam.py']).entries] == ['', 'cam', '']
    assert [entry.against for entry in read_comparison(['own.py', 'x=cam.py'], against='x').entries] == ['x', 'x', '']
    with pytest.raises(InputError, match=message_names('missing', 'cam', 'other')):
        read_comparison(['own.py'], against='missing')
    (tmp_path / 'own.py').write_text("entries = [dict(config='other.py', against='cam')]\n")
    with pytest.raises(InputError, match=message_names('cam', 'other')):
        read_comparison(['own.py'])


def test_configs_of_the_package(tmp_path):
    (tmp_path / 'own.py').write_text("entries = [dict(config='mmwsss::mini/cam_r18_mini')]\n")
    found = read_comparison(['own.py', 'x=mmwsss::mini/pipeline_mini.py'])
    assert [(entry.name, entry.config, entry.is_pipeline) for entry in found.entries] == [
        ('cam_r18_mini', str(REPO / 'configs/mini/cam_r18_mini.py'), False),
        ('x', str(REPO / 'configs/mini/pipeline_mini.py'), True)]


@pytest.mark.parametrize('words, options, named', [
    (['nope.py'], {}, ['nope.py']),
    (['cam.py', 'sub/up.py'], {}, ['cam', 'NAME=PATH']),
    (['a=cam.py', 'a=other.py'], {}, ['a', 'cam.py', 'other.py']),
    (['Gap=cam.py', 'GAP=other.py'], {}, ['Gap', 'cam.py', 'other.py']),  # one folder on some file systems
    (['x=table.py'], {}, ['table.py']),
    (['nested.py'], {}, ['table.py']),
    (['.x=cam.py'], {}, ['.x']), (['compare.json=cam.py'], {}, ['compare.json']), (['a|b=cam.py'], {}, ['a|b']),
    (['table.py', 'seven.py'], {}, ['seeds', '[3, 4]', '[7]', '--seeds']),
    (['cam.py'], dict(seeds=[1, 1]), ['--seeds', '1']), (['cam.py'], dict(seeds=[-1]), ['-1']),
    (['cam.py'], dict(seeds=[2**32]), [2**32]),
    (['cam.py'], dict(lists=['val', 'train', 'val']), ['--lists', 'val']),
    (['cam.py'], dict(lists=['a/val.txt', 'b/val.txt']), ['--lists', 'val']),
    (['cam.py'], dict(lists=['val.txt', 'val']), ['--lists', 'val']),
    (['cam.py'], dict(test_options={'model.head.radius.x': 1}), ['model.head.radius.x=1', 'cam.py'])])
def test_mistakes(words, options, named):
    with pytest.raises(InputError, match=message_names(*named)):
        read_comparison(words, **options)


@pytest.mark.parametrize('entries, named', [
    ('3', ['3']), ('[]', ['entries']), ('[5]', ['5', 'config']), ("[dict(name='a')]", ['config']),
    ("[dict(config='cam.py', name=3)]", ['bad.py', 'name', 3]),
    ("[dict(config='cam.py', against=4)]", ['bad.py', 'against', 4]),
    ("[dict(config='cam.py')]\nlists = 'train'", ["lists = 'train'", "['train']"]),
    ("[dict(config='cam.py')]\nseeds = 3", ['seeds = 3', '[3]']),
    ("[dict(config='nope.py')]", ['bad.py', 'nope.py']), ("[dict(config='sub')]", ['bad.py', 'sub', 'folder']),
    ("[dict(config='cam.py', lr=1)]", ['lr', 'options']),
    ("[dict(config='cam.py', options=[1])]", ['options', '[1]']),
    ("[dict(config='cam.py', options={'model.head.radius.x': 1})]", ['model.head.radius.x=1']),
    ("[dict(config='chain.py', options={'network_options': {}})]", ['network_options', 'chain.py']),
    ("[dict(config='chain.py', test_options={'a': {}})]", ['chain.py', 'a'])])
def test_mistakes_in_a_file(entries, named, tmp_path):
    (tmp_path / 'bad.py').write_text(f'entries = {entries}\n')
    with pytest.raises(InputError, match=message_names(*named)):
        read_comparison(['bad.py'])


@pytest.mark.parametrize('path', sorted((REPO / 'configs').rglob('compare_*.py')), ids=lambda path: path.name)
def test_the_published_comparisons(path):
    found = read_comparison([str(path)])
    assert path.name in path.read_text().partition('entries')[0]  # the command that runs it
    names = [entry.name for entry in found.entries]
    if 'segmentors' in path.name:
        assert names[0] == 'IRNet' and names[-1] == 'masks' and found.lists == ('val', )
    else:
        assert names[:3] == ['GAP', 'HSPP', 'VWE'] and found.lists == ('train', 'val')
