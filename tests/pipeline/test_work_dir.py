"""Whose a work dir is, and whether it can be used."""
import errno
import json
import os
from types import SimpleNamespace

import pytest
from stub_pipeline import StubPlan, StubStage

from mmwsss.engine.error_messages import plain_message
from mmwsss.pipeline.work_dir import held_work_dir
from mmwsss.utils.errors import InputError


class Trained(StubStage):
    """A stage with a network, of which only the path counts."""
    config = ''

    def network(self, plan):
        return SimpleNamespace(path=self.config) if self.config else None


@pytest.fixture
def plan(tmp_path) -> StubPlan:
    plan = StubPlan(tmp_path)
    plan.stages = {name: Trained(name) for name in ('classifier', 'segmentor')}
    plan.stages['classifier'].config = 'a/classifier.py'
    return plan


def claim(plan: StubPlan) -> dict:
    with held_work_dir(plan):
        return json.loads((plan.work_dir / 'pipeline.json').read_text())


def test_a_network_comes_and_goes(plan):
    alone = dict(format=2, networks=dict(classifier='classifier.py'))
    assert claim(plan) == alone
    plan.stages['segmentor'].config = 'a/segmentor.py'
    assert claim(plan)['networks'] == dict(classifier='classifier.py', segmentor='segmentor.py')
    plan.stages['segmentor'].config = ''
    assert claim(plan) == alone


def test_another_pipeline_is_refused(plan):
    claim(plan)
    plan.stages['classifier'].config = 'a/classifier2.py'
    with pytest.raises(InputError, match=r'classifier: classifier\.py, here: classifier2\.py'):
        claim(plan)
    plan.stages['classifier'].config = 'b/classifier.py'
    assert claim(plan)['networks'] == dict(classifier='classifier.py')


@pytest.mark.parametrize('note', [dict(classifier='c.py', irnet='i.py'),
                                  dict(classifier='c.py', irnet='i.py', classes=['background', 'cat'])])
def test_a_work_dir_of_an_earlier_version(plan, note):
    claim(plan)
    (plan.work_dir / 'pipeline.json').write_text(json.dumps(note))
    with pytest.raises(InputError, match=f'{plan.work_dir} .*version.*--work-dir'):
        claim(plan)


@pytest.mark.parametrize('content', ['', '[]', '5', 'null', '{}', '{"a": 5}', '{"format": 2}', '\xff'])
def test_a_damaged_note_is_mended_by_what_the_message_says(plan, content):
    whole = claim(plan)
    path = plan.work_dir / 'pipeline.json'
    path.write_text(content)
    with pytest.raises(InputError, match=r'pipeline\.json.*Delete it'):
        claim(plan)
    path.unlink()
    assert claim(plan) == whole


@pytest.mark.parametrize(('name', 'reason'), [
    ('f', 'Not a directory'), ('f/w', 'Not a directory'), ('f/v/w', 'Not a directory'),
    ('x' * 300, 'File name too long')])
def test_a_work_dir_that_cannot_be_made(plan, tmp_path, name, reason):
    (tmp_path / 'f').touch()
    plan.work_dir = tmp_path / name
    with pytest.raises(InputError, match=f'{plan.work_dir} .*{reason}'):
        claim(plan)


def test_a_work_dir_that_cannot_be_written(plan):
    claim(plan)
    (plan.work_dir / 'records').rmdir()
    (plan.work_dir / 'records').touch()
    with pytest.raises(InputError, match=f'{plan.work_dir} .*{plan.work_dir}/records: File exists'):
        claim(plan)
    (plan.work_dir / 'records').unlink()
    for place in (plan.work_dir.parent, plan.work_dir / 'records' / 'a.json'):
        with pytest.raises(InputError, match=f'{place}: Permission denied'), held_work_dir(plan):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(place))


def test_other_errors_pass(plan, tmp_path):
    for number, place in ((errno.EACCES, '/data/a.jpg'), (errno.EACCES, None), (errno.ENOENT, str(plan.work_dir))):
        with pytest.raises(OSError) as caught, held_work_dir(plan):
            raise OSError(number, os.strerror(number), place)
        assert not isinstance(caught.value, InputError) and caught.value.filename == place


def test_a_full_disk_is_named(plan):
    with pytest.raises(OSError) as caught, held_work_dir(plan):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    assert plain_message(caught.value).startswith(f'No space left on device ({plan.work_dir})')


def test_one_run_at_a_time(plan):
    with held_work_dir(plan) as lock:
        print('12 34', file=lock, flush=True)
        with pytest.raises(InputError, match=r'12 34'):
            claim(plan)
    claim(plan)
