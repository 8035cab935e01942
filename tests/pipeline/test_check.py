"""What is missing is named before the first stage begins."""
import pytest
from tiny_pipeline import write_tiny_pipeline

from mmwsss.pipeline import read_plan
from mmwsss.pipeline.check import check_inputs
from mmwsss.utils.errors import InputError


@pytest.fixture
def config(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return write_tiny_pipeline(tmp_path)


def test_all_is_there(config):
    pytest.importorskip('pydensecrf')
    check_inputs(read_plan(str(config), 'w'))


@pytest.mark.parametrize(('file', 'named'), [
    ('JPEGImages/2007_000003.jpg', r'1 of 6 images of .* are not in .*2007_000003'),
    ('SegmentationClass/2007_000002.png', '1 of 6 masks are missing.*2007_000002'),
    ('image_labels.json', r'labels .*image_labels\.json do not exist'),
    ('ImageSets/Segmentation/val.txt', r'The list .*val\.txt does not exist')])
def test_what_is_missing_is_named(config, tmp_path, file, named):
    pytest.importorskip('pydensecrf')
    (tmp_path / 'data' / file).unlink()
    with pytest.raises(InputError, match=named):
        check_inputs(read_plan(str(config), 'w'))


def test_lists_that_do_not_fit_together(config, tmp_path):
    pytest.importorskip('pydensecrf')
    lists = tmp_path / 'data' / 'ImageSets' / 'Segmentation'
    (lists / 'few.txt').write_text('2007_000001\n2007_000004\n')
    irnet = config.with_name('irnet.py')
    irnet.write_text(irnet.read_text().replace("train_dataloader = dict(batch_size=2, dataset=dict(",
                                               "train_dataloader = dict(batch_size=2, dataset=dict("
                                               "ann_file='ImageSets/Segmentation/few.txt', "))
    with pytest.raises(InputError, match=r'4 images of the test list in .*classifier\.py are measured by their CAMs'):
        check_inputs(read_plan(str(config), 'w'))
    classifier = config.with_name('classifier.py')
    classifier.write_text(classifier.read_text().replace("test_dataloader = dict(dataset=dict(",
                                                         "test_dataloader = dict(dataset=dict("
                                                         "ann_file='ImageSets/Segmentation/few.txt', "))
    with pytest.raises(InputError, match=r'4 images of the test list in .*irnet\.py are tested on CAMs'
                                         r'.*e\.g\. not of 2007_000000'):
        check_inputs(read_plan(str(config), 'w'))


def test_without_densecrf(config, monkeypatch):
    monkeypatch.setitem(__import__('sys').modules, 'pydensecrf.densecrf', None)
    with pytest.raises(InputError, match='pip install pydensecrf2'):
        check_inputs(read_plan(str(config), 'w'))
