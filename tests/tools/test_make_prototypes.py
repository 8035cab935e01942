"""The tool that clusters the features of each class."""
import numpy as np
import pytest
import torch
import torch.nn.functional as F
from run_tool import run_inside, run_process
from tiny_pipeline import CLASSES, write_tiny_pipeline

from mmwsss.engine import prototypes
from mmwsss.engine.config import load_config
from mmwsss.engine.file_writing import prepare
from mmwsss.engine.runner import build_runner
from mmwsss.engine.runner_adapter import dataset_of
from mmwsss.pseudo_labels import class_prototypes
from mmwsss.pseudo_labels.local_prototypes import Pixels

TOOL = 'make_prototypes.py'


@pytest.fixture(scope='module')
def folder(tmp_path_factory):
    """Configs of networks, and an untrained classifier's checkpoint."""
    folder = tmp_path_factory.mktemp('prototypes')
    write_tiny_pipeline(folder)
    cfg = load_config(str(folder / 'classifier.py'), work_dir=str(folder / 'w'))
    torch.manual_seed(0)
    torch.save(build_runner(cfg, ('test', ), strict=False).model.state_dict(), folder / 'classifier.pth')
    return folder


def looped(folder, k, mask_thr, **settings):
    """Image by image, with the maps of the classifier."""
    cfg = load_config('classifier.py')
    prepare(cfg, 'classifier.pth', 'y')
    runner = build_runner(cfg, ('test', ), strict=True)
    model, dataset = runner.model.eval(), dataset_of(runner, 'test')
    inside, outside = ([[] for _ in CLASSES] for _ in range(2))
    for index in range(len(dataset)):
        item = dataset[index]
        data = model.data_preprocessor(dict(inputs=[item['inputs']], data_samples=[item['data_samples']]))
        feat = model.extract_feat(data['inputs'][0][None]).levels[-1]
        found, = model.predict(data['inputs'], data['data_samples'])
        small = F.interpolate(found.cam.data[None], size=feat.shape[2:])[0]
        for key, cam in zip(found.cam_keys.tolist(), small, strict=True):
            inside[key] += list(feat[0][:, cam > mask_thr].t())
            outside[key] += list(feat[0][:, cam < mask_thr].t())
    weight = model.head.classifier.weight.flatten(1).detach().numpy()
    return [class_prototypes(Pixels(*(torch.stack(part).detach().numpy() if part else np.zeros((0, 256), np.float32)
                                      for part in parts)), weight, key, k, **settings)
            for key, parts in enumerate(zip(inside, outside, strict=True))]


def test_a_checkpoint_for_a_config_with_prototypes(folder, capsys, monkeypatch):
    monkeypatch.chdir(folder)
    used, settings = [], dict(seed=5, centre_thr=0.95, context_thr=(0.1, 0.8))
    monkeypatch.setattr(prototypes, 'class_prototypes', lambda *given, k, **found: used.append(found) or
                        class_prototypes(*given, k, **found))
    done = run_inside(capsys, monkeypatch, TOOL, 'classifier.py', 'classifier.pth', '--out', 'x/p.pth', '--k', 3,
                      '--mask-thr', 0.5, '--seed', 5, '--centre-thr', 0.95, '--context-thr', 0.1, 0.8)
    assert done.status == 0, done.err
    state = torch.load(folder / 'x/p.pth')['state_dict']
    classifier = torch.load(folder / 'classifier.pth')
    assert torch.equal(state['head.base.classifier.weight'], classifier['head.classifier.weight'])
    with torch.no_grad():
        wanted = looped(folder, 3, 0.5, **settings)
    assert used == [settings] * len(CLASSES)  # those of an untrained classifier would hardly change the result
    for key, one in enumerate(wanted):
        for name in ('centres', 'context'):
            rows = getattr(one, name)
            torch.testing.assert_close(state[f'head.{name}'][key, :len(rows)], torch.from_numpy(rows), atol=1e-4,
                                       rtol=1e-3)
            assert not state[f'head.{name}'][key, len(rows):].any()
    assert 'probability above 0.95' in done.out  # an untrained one is never sure

    tested = run_inside(capsys, monkeypatch, 'test.py', 'lpcam.py', 'x/p.pth')
    assert tested.status == 0, tested.err
    wrong = run_inside(capsys, monkeypatch, 'test.py', 'lpcam.py', 'classifier.pth')  # has no prototypes
    assert wrong.status == 1 and 'head.centres' in wrong.err
    again = run_inside(capsys, monkeypatch, TOOL, 'lpcam.py', 'x/p.pth', '--out', 'z.pth')
    assert again.status == 1 and 'lpcam.py' in again.err and '`classifier`' in again.err


def test_two_processes_give_the_same_prototypes(folder, capsys, monkeypatch):
    monkeypatch.chdir(folder)
    arguments = [TOOL, 'classifier.py', 'classifier.pth', '--k', 2, '--pixels', 3, '--out']
    one = run_inside(capsys, monkeypatch, *arguments, 'one.pth')
    two = run_process('dist_run.sh', 2, *arguments, 'two.pth', cwd=folder)
    assert (one.status, two.status) == (0, 0), one.err + two.err[-3000:]
    first, second = (torch.load(folder / f'{name}.pth')['state_dict'] for name in ('one', 'two'))
    for name in first:
        torch.testing.assert_close(first[name], second[name], atol=1e-5, rtol=0)


@pytest.mark.parametrize(('options', 'named'), [
    (['--k', 0], 'k=0'), (['--seed', -1], '--seed'),
    (['--mask-thr', 1], 'mask_thr=1'), (['--context-thr', 0.5, 0.1], '(0.5, 0.1)')])
def test_bad_input(folder, capsys, monkeypatch, options, named):
    monkeypatch.chdir(folder)
    done = run_inside(capsys, monkeypatch, TOOL, 'classifier.py', 'classifier.pth', '--out', 'z.pth', *options)
    assert done.status == 1 and named in done.err and not (folder / 'z.pth').exists()

