"""The converter as a command."""
import re
import subprocess
import sys

import numpy as np
import pytest
import torch
from message_names import message_names
from reference_network import REPO, reference_checkpoint

from mmwsss.convert.checkpoint import convert_file, read_codebook
from mmwsss.utils.errors import InputError


def run(repo, *args):
    return subprocess.run([sys.executable, repo / 'tools/model_converters/convert_checkpoint.py', *map(str, args)],
                          capture_output=True, text=True, cwd=repo)


@pytest.fixture(scope='module')
def released(tmp_path_factory):
    path = tmp_path_factory.mktemp('released') / 'res50_vwe.pth'
    torch.save({f'module.{name}': value for name, value in reference_checkpoint().items()}, path)
    return path


def test_converts_checks_and_refuses_to_overwrite(repo, released, tmp_path):
    out = tmp_path / 'a folder' / 'out.pth'
    done = run(repo, 'vwe', released, out, '--config', 'configs/vwe_hspp_r50_voc.py')
    assert done.returncode == 0, done.stderr
    assert re.search(message_names(322, out), done.stdout)
    state = torch.load(out, weights_only=True)['state_dict']
    assert torch.equal(state['head.classifier.weight'], reference_checkpoint()['classifier.weight'])
    for source in ('vwe', 'onestage'):
        with pytest.raises(InputError, match=message_names(out, 'backbone.', 'no conversion')):
            convert_file(source, out, tmp_path / 'twice.pth')
    again = run(repo, 'vwe', released, out)
    assert again.returncode == 1 and 'Traceback' not in again.stderr
    assert re.search(message_names(out, '--force'), again.stderr)


def test_a_model_it_does_not_fit(repo, released, tmp_path):
    done = run(repo, 'vwe', released, tmp_path / 'out.pth', '--config', 'configs/cam_r50_voc.py')
    assert done.returncode == 1 and re.search(message_names('cam_r50_voc.py', 'head.word_to_image.weight'), done.stderr)
    assert not (tmp_path / 'out.pth').exists() and 'Traceback' not in done.stderr


def test_a_codebook_of_another_size(released, tmp_path):
    config = tmp_path / 'few_words.py'
    config.write_text(f"""_base_ = {str(REPO / 'configs/vwe_hspp_r50_voc.py')!r}
model = dict(backbone=dict(init_cfg=None), head=dict(encoder=dict(num_words=7)))
""")
    with pytest.raises(InputError, match=message_names('few_words.py', '256 x 2048', '7 x 2048')):
        convert_file('vwe', released, tmp_path / 'out.pth', str(config))
    assert not (tmp_path / 'out.pth').exists()


def test_a_config_without_a_model(released, tmp_path):
    config = tmp_path / 'pipeline.py'
    config.write_text("recipe = 'irn'")
    with pytest.raises(InputError, match=message_names(config, 'model')):
        convert_file('vwe', released, tmp_path / 'out.pth', str(config))
    assert not (tmp_path / 'out.pth').exists()


@pytest.mark.parametrize(('content', 'named'), [
    (None, []), (b'text', []), ({'conv.weight': torch.zeros(1)}, [4, 'VWE.centroid'])])
def test_bad_files(repo, tmp_path, content, named):
    path = tmp_path / 'bad.pth'
    if isinstance(content, bytes):
        path.write_bytes(content)
    elif content is not None:
        torch.save(content, path)
    done = run(repo, 'vwe', path, tmp_path / 'out.pth')
    assert done.returncode == 1 and re.search(message_names('bad.pth', *named), done.stderr)
    assert 'Traceback' not in done.stderr and not (tmp_path / 'out.pth').exists()


def test_a_codebook_in_its_own_file(released, tmp_path):
    state = {name: value for name, value in torch.load(released, weights_only=True).items() if 'centroid' not in name}
    torch.save(state, tmp_path / 'vwl_m.pth')
    words = np.random.default_rng(0).standard_normal((256, 2048)).astype(np.float32)
    np.save(tmp_path / 'codebook.npy', words)
    np.save(tmp_path / 'numbers.npy', np.arange(3))
    (tmp_path / 'text.npy').write_text('no array')
    (tmp_path / 'empty.npy').touch()
    (tmp_path / 'cut.npy').write_bytes((tmp_path / 'codebook.npy').read_bytes()[:-1])
    with (tmp_path / 'zip.npy').open('wb') as file:
        np.savez(file, words)
    convert_file('vwe', tmp_path / 'vwl_m.pth', tmp_path / 'out.pth', codebook=tmp_path / 'codebook.npy')
    found = torch.load(tmp_path / 'out.pth', weights_only=True)['state_dict']
    np.testing.assert_array_equal(found['head.encoder.codebook.words'], words)
    for dtype in ('>f4', 'f8'):
        np.save(tmp_path / 'codebook.npy', words.astype(dtype))
        np.testing.assert_array_equal(read_codebook(tmp_path / 'codebook.npy'), words)
    for source, name in (('vwe', 'numbers.npy'), ('vwe', 'text.npy'), ('vwe', 'gone.npy'), ('irn', 'codebook.npy'),
                         ('vwe', 'empty.npy'), ('vwe', 'cut.npy'), ('vwe', 'zip.npy')):
        with pytest.raises(InputError, match=message_names(name)):
            convert_file(source, tmp_path / 'vwl_m.pth', tmp_path / 'other.pth', codebook=tmp_path / name)
    assert not (tmp_path / 'other.pth').exists()


def test_an_unknown_source(released, tmp_path):
    with pytest.raises(InputError, match=message_names('vgg', 'vwe', 'irn', 'resnet38_imagenet')):
        convert_file('vgg', released, tmp_path / 'out.pth')
