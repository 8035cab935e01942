"""The tools about visual words."""
import re

import cv2
import numpy as np
import pytest
import torch
from message_names import message_names
from mmengine.config import Config
from mmengine.registry import init_default_scope
from mmseg.registry import MODELS
from reference_network import REPO
from run_tool import TOOLS, run_inside
from tiny_voc import write_tiny_voc

CLASSES = ('bus', 'car', 'cat', 'cow', 'dog', 'horse')
CONFIG = """\
_base_ = {base!r}
model = dict(head=dict(encoder=dict(num_words=9)))
test_dataloader = dict(num_workers=0, dataset=dict(data_root='data'))
"""


@pytest.fixture
def classifier(tmp_path, monkeypatch):
    """A folder with images, a config and a checkpoint."""
    monkeypatch.chdir(tmp_path)
    write_tiny_voc(tmp_path / 'data', CLASSES)
    (tmp_path / 'words.py').write_text(CONFIG.format(base=str(REPO / 'configs/mini/vwe_hspp_r18_mini.py')))
    init_default_scope('mmseg')
    model = MODELS.build(Config.fromfile('words.py').model)
    torch.save(dict(state_dict=model.state_dict(), meta={}), 'words.pth')
    return tmp_path


def test_inspect(classifier, capsys, monkeypatch):
    done = run_inside(capsys, monkeypatch, 'analysis_tools/inspect_words.py', 'words.py', 'words.pth', '--limit', 2)
    assert done.status == 0, done.err
    assert re.search(r'^images +2$', done.out, re.M) and re.search(r'anywhere +\d of 9$', done.out, re.M)
    assert re.search(r'effective words per pixel .* (8\.9|9\.0), uniform would be 9', done.out)
    pulls = re.findall(r'^gradient of (\w+) on the features +([\d.]+) of .*cosine (-?[\d.]+)$', done.out, re.M)
    assert [name for name, _, _ in pulls] == ['loss_word', 'loss_word_to_image']
    assert float(pulls[0][1]) > 0 and all(-1 <= float(cosine) <= 1 for _, size, cosine in pulls), done.out


def test_visualize(classifier, capsys, monkeypatch):
    tool = 'analysis_tools/visualize_words.py'
    done = run_inside(capsys, monkeypatch, tool, 'words.py', 'words.pth', '--limit', 3, '--top', 2, '--out', 'a/w.html')
    assert done.status == 0, done.err
    used = int(re.search(r'words in use: (\d+) of 9', done.out)[1])
    dead = int(re.search(r'dead words: (\d+)', done.out)[1])
    assert used + dead == 9 and used >= 1 and 'images: 3/3' in done.err
    page = (classifier / 'a/w.html').read_text()
    assert 1 <= page.count('<h2>Word ') <= 2 and 'data:image/jpeg' in page and 'http' not in page
    assert f'{used} of 9 words' in page

    chosen = run_inside(capsys, monkeypatch, tool, 'words.py', 'words.pth', '--limit', 2, '--words', 3, 7, 0)
    titles = re.findall('<h2>(Word .*?)</h2>', (classifier / 'words.html').read_text())
    assert chosen.status == 0 and titles == ['Word 3', 'Word 7', 'Word 0']


@pytest.mark.parametrize('args, status, named', [
    (('words.py', 'words.pth', '--words', '9'), 1, [9, 8, '--words']),
    (('words.py', 'gone.pth'), 1, ['gone.pth']),
    (('words.py', 'words.pth', '--limit', '0'), 2, ['--limit', 0]),
    ((str(REPO / 'configs/mini/cam_r18_mini.py'), 'words.pth', '--cfg-options',
      'test_dataloader.dataset.data_root=data'), 1, ['VWEHead']),
    (('words.py', 'words.pth', '--cfg-options', 'model.head.encoder.num_words=12'), 1, ['9 x 256', '12 x 256']),
])
def test_mistakes(args, status, named, classifier, capsys, monkeypatch):
    done = run_inside(capsys, monkeypatch, 'analysis_tools/visualize_words.py', *args)
    assert done.status == status and 'Traceback' not in done.err
    assert re.search(message_names(*named), done.err), done.err


def test_regions_are_drawn(monkeypatch):
    monkeypatch.syspath_prepend(TOOLS / 'analysis_tools')
    import visualize_words
    image, region = np.full((60, 80, 3), 40, np.uint8), np.zeros((6, 8), bool)
    region[2:4, 3:6] = True
    drawn = visualize_words.draw_region(image, region)
    assert (drawn[25:35, 35:55] == 40).all() and (drawn[:15] == 190).all()
    assert (drawn[20, 30:60] == (220, 40, 40)).all()  # the line around it
    assert cv2.countNonZero((drawn[..., 0] == 220).astype(np.uint8)) > 80
    counts = visualize_words.count_words([np.array([[0, 2, 2]]), np.array([[2, 1, 1]])], 4)
    assert counts.tolist() == [[1, 0, 2, 0], [0, 2, 1, 0]]
    assert visualize_words.most_used(counts, 2) == [2, 1] and visualize_words.most_used(counts, 9) == [2, 1, 0]
