"""Whose a work dir is, and whether it can be used."""
import errno
import json
import os

import pytest
from stub_pipeline import StubPlan

from mmwsss.engine.error_messages import plain_message
from mmwsss.pipeline.work_dir import held_work_dir
from mmwsss.utils.errors import InputError


@pytest.fixture
def plan(tmp_path) -> StubPlan:
    return StubPlan(tmp_path)


def claim(plan: StubPlan) -> dict:
    with held_work_dir(plan):
        return json.loads((plan.work_dir / 'pipeline.json').read_text())


def test_a_segmentor_comes_and_goes(plan):
    alone = dict(classifier='classifier.py', irnet='irnet.py', classes=['background', 'cat'])
    assert claim(plan) == alone
    plan.paths['segmentor'] = 'a/segmentor.py'
    assert claim(plan) == dict(alone, segmentor='segmentor.py')
    del plan.paths['segmentor']
    assert claim(plan) == alone


def test_another_pipeline_is_refused(plan):
    claim(plan)
    plan.paths['irnet'] = 'a/irnet2.py'
    with pytest.raises(InputError, match=r'another pipeline \(its irnet: irnet.py, here: irnet2.py\)'):
        claim(plan)
    plan.paths['irnet'] = 'b/irnet.py'
    plan.configs['classifier'].train_dataloader.dataset.metainfo.classes = ['background', 'dog']
    with pytest.raises(InputError, match=r"its classes: \['background', 'cat'\], here: \['background', 'dog'\]\)"):
        claim(plan)


def test_a_work_dir_from_before_classes_were_noted(plan):
    claim(plan)
    (plan.work_dir / 'pipeline.json').write_text(json.dumps(dict(classifier='classifier.py', irnet='irnet.py')))
    assert claim(plan)['classes'] == ['background', 'cat']


@pytest.mark.parametrize('content', ['', '[]', '5', 'null', '{}', '{"a": 5}', '\xff'])
def test_a_damaged_note_is_mended_by_what_the_message_says(plan, content):
    whole = claim(plan)
    path = plan.work_dir / 'pipeline.json'
    path.write_text(content)
    with pytest.raises(InputError, match=r'pipeline\.json is damaged. Delete it'):
        claim(plan)
    path.unlink()
    assert claim(plan) == whole


@pytest.mark.parametrize(('name', 'reason'), [
    ('f', 'Not a directory'), ('f/w', 'Not a directory'), ('f/v/w', 'Not a directory'),
    ('x' * 300, 'File name too long')])
def test_a_work_dir_that_cannot_be_made(plan, tmp_path, name, reason):
    (tmp_path / 'f').touch()
    plan.work_dir = tmp_path / name
    with pytest.raises(InputError, match=f'The work dir {plan.work_dir} cannot be used .*{reason}'):
        claim(plan)


def test_a_work_dir_that_cannot_be_written(plan):
    claim(plan)
    (plan.work_dir / 'records').rmdir()
    (plan.work_dir / 'records').touch()
    with pytest.raises(InputError, match=f'{plan.work_dir} cannot be used .{plan.work_dir}/records: File exists'):
        claim(plan)
    (plan.work_dir / 'records').unlink()
    for place in (plan.work_dir.parent, plan.work_dir / 'records' / 'a.json'):
        with pytest.raises(InputError, match=f'cannot be used .{place}: Permission denied'), held_work_dir(plan):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(place))


def test_other_errors_pass(plan, tmp_path):
    for number, place in ((errno.EACCES, '/data/a.jpg'), (errno.EACCES, None), (errno.ENOENT, str(plan.work_dir))):
        with pytest.raises(OSError) as caught, held_work_dir(plan):
            raise OSError(number, os.strerror(number), place)
        assert plain_message(caught.value) is None


def test_a_full_disk_is_named(plan):
    with pytest.raises(OSError) as caught, held_work_dir(plan):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    assert plain_message(caught.value) == f'No space left on device ({plan.work_dir}). Make room.'


def test_one_run_at_a_time(plan):
    with held_work_dir(plan) as lock:
        print('12 34', file=lock, flush=True)
        with pytest.raises(InputError, match=r'Another run, .* \(12 34\)'):
            claim(plan)
    claim(plan)
