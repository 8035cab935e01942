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
from mmseg.structures import SegDataSample
from reference_network import REPO
from run_tool import TOOLS, run_inside
from tiny_voc import write_tiny_voc

from mmwsss.visualization.figures import CAPTION, GAP, NAME

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
    assert re.search(r'effective words per pixel .* (8\.9|9\.0), uniform 9$', done.out, re.M)
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


def use_three_words(folder):
    """Set words 0, 4 and 8 to features of the first image, so that they are used, and the others to their opposites."""
    saved, cfg = torch.load('words.pth', weights_only=True), Config.fromfile('words.py')
    model = MODELS.build(cfg.model).eval()
    model.load_state_dict(saved['state_dict'])
    image = torch.tensor(cv2.imread(str(folder / 'data/JPEGImages/2007_000000.jpg'))).permute(2, 0, 1)
    with torch.no_grad():
        inputs = model.data_preprocessor(dict(inputs=[image], data_samples=[SegDataSample()]))['inputs']
        pixels = model.extract_feat(inputs).levels[-1][0].flatten(1)
    words = saved['state_dict']['head.encoder.codebook.words']
    words[:] = -pixels[:, :1].T.reshape(1, *words.shape[1:])
    for word, place in ((0, 0), (4, pixels.shape[1] // 2), (8, pixels.shape[1] - 1)):
        words[word] = pixels[:, place].reshape(words.shape[1:])
    torch.save(saved, 'words.pth')


def test_visualize_as_an_image(classifier, capsys, monkeypatch):
    """A row for each word; each pixel of an image is shown in the row of its word, and pale in all others."""
    use_three_words(classifier)
    done = run_inside(capsys, monkeypatch, 'analysis_tools/visualize_words.py', 'words.py', 'words.pth', '--limit', 1,
                      '--words', 0, 3, 4, 8, '--images', 2, '--out', 'a/w.PNG')
    assert done.status == 0, done.err
    assert (classifier / 'a/w.PNG').read_bytes().startswith(b'\x89PNG\r\n\x1a\n')
    page = cv2.imread('a/w.PNG')
    image = cv2.imread(str(classifier / 'data/JPEGImages/2007_000000.jpg'))
    height, width = image.shape[:2]
    row = height + CAPTION + GAP
    head = len(page) - 4 * row
    assert page.shape[1] > NAME + width + GAP and head > 0
    shown = [page[head + CAPTION + place * row:, NAME:][:height, :width] for place in range(4)]
    assert (shown[1] == 255).all() and (page[head + row:head + 2 * row, :NAME] != 255).any()  # dead, but named
    regions = []
    for drawn in (shown[0], shown[2], shown[3]):
        line, own, pale = ((drawn == wanted).all(-1) for wanted in ((40, 40, 220), image, image // 4 + 180))
        assert (line | own | pale).all() and own.any() and pale.any() and line.any()
        regions.append(own)
    assert sum(region.astype(int) for region in regions).max() == 1  # no pixel has two words
    assert len({region.tobytes() for region in regions}) == 3


@pytest.mark.parametrize('args, named', [
    (('--out', 'w.jpg'), ['--out', 'w.jpg', '.html', '.png']), (('--out', 'words'), ['--out', 'words']),
    (('--out', 'w.png', '--top', '101'), ['w.png', 100, 101, 'words']),
    (('--out', 'w.png', '--images', '21'), ['w.png', 20, 21, 'images']), (('--out', 'a.html'), ['a.html'])])
def test_pages_that_cannot_be_written_are_refused_before_the_work(args, named, tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / 'words.py').write_text('')
    (tmp_path / 'a.html').mkdir()
    done = run_inside(capsys, monkeypatch, 'analysis_tools/visualize_words.py', 'words.py', 'gone.pth', *args)
    assert done.status == 1 and re.search(message_names(*named), done.err) and 'gone.pth' not in done.err


@pytest.mark.parametrize('args, status, named', [
    (('words.py', 'words.pth', '--words', '9'), 1, [9, 8, '--words']),
    (('words.py', 'gone.pth'), 1, ['gone.pth']),
    (('words.py', 'words.pth', '--limit', '0'), 2, ['--limit', 0]),
    (('words.py', 'words.pth', '--device', 'gpu'), 1, ['device', 'gpu', 'cpu']),
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
