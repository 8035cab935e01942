"""Images are decoded completely, or an error names them."""
import io

import mmcv
import moved_backend  # noqa: F401
import numpy as np
import pytest
import torch
from message_names import message_names
from mmseg.registry import TRANSFORMS
from mmseg.structures import SegDataSample
from PIL import Image

from mmwsss.datasets.transforms.load_image import image_of, is_truncated
from mmwsss.utils.errors import InputError


def encoded(form, **options):
    buffer = io.BytesIO()
    pixels = np.random.default_rng(0).integers(0, 256, (40, 60, 3), dtype=np.uint8)
    Image.fromarray(pixels).save(buffer, form, **options)
    return buffer.getvalue()


def load(path, **options):
    return TRANSFORMS.build(dict(type='LoadImage', **options))(dict(img_path=str(path)))


@pytest.mark.parametrize('name', ['a.jpg', 'a.png', 'a.bmp'])
def test_a_whole_image_is_mmcvs(tmp_path, name):
    form = dict(jpg='JPEG', png='PNG', bmp='BMP')[name[2:]]
    (tmp_path / name).write_bytes(encoded(form))
    results = load(tmp_path / name)
    np.testing.assert_array_equal(results['img'], mmcv.imread(str(tmp_path / name)))
    assert results['img'].dtype == np.uint8
    assert results['img_shape'] == results['ori_shape'] == (40, 60)
    assert load(tmp_path / name, to_float32=True)['img'].dtype == np.float32


@pytest.mark.parametrize('form, options', [
    ('JPEG', {}), ('JPEG', dict(progressive=True)), ('JPEG', dict(quality=100)), ('PNG', {})])
def test_every_cut_is_found(form, options):
    data = encoded(form, **options)
    assert not is_truncated(data)
    assert all(is_truncated(data[:length]) for length in range(8, len(data) - (2 if form == 'JPEG' else 8), 7))


@pytest.mark.parametrize('missing', [2, 40, 1500])
@pytest.mark.parametrize('backend', ['cv2', 'pillow'])
def test_a_cut_image_is_refused_whatever_decodes_it(tmp_path, missing, backend):
    (tmp_path / 'cut.jpg').write_bytes(encoded('JPEG')[:-missing])
    with pytest.raises(InputError, match=message_names('cut.jpg', 'truncated', 'skip_bad_images')):
        load(tmp_path / 'cut.jpg', imdecode_backend=backend)


def test_a_file_that_was_allocated_but_not_filled_is_truncated():
    data = encoded('JPEG')
    assert is_truncated(data[:len(data) // 2] + bytes(len(data) // 2))


def test_data_behind_a_image_and_a_thumbnail_do_no_harm(tmp_path):
    thumbnail = encoded('JPEG')
    data = encoded('JPEG', exif=b'Exif\0\0' + thumbnail)
    assert thumbnail in data
    (tmp_path / 'a.jpg').write_bytes(data + bytes(10000))
    assert load(tmp_path / 'a.jpg')['img'].shape == (40, 60, 3)
    assert is_truncated(data[:len(data) - 500])


@pytest.mark.parametrize('content', [b'', b'hello', b'\xff\xd8\xff\xda\xff\xd9'])
def test_what_is_no_image_is_named(tmp_path, content):
    (tmp_path / 'bad.jpg').write_bytes(content)
    with pytest.raises(InputError, match=message_names('bad.jpg', 'skip_bad_images')):
        load(tmp_path / 'bad.jpg')
    assert load(tmp_path / 'bad.jpg', ignore_empty=True) is None


def test_a_missing_image_is_named(tmp_path):
    with pytest.raises(InputError, match='gone.jpg'):
        load(tmp_path / 'gone.jpg')
    with pytest.raises(InputError, match=tmp_path.name):
        load(tmp_path)


@pytest.mark.parametrize('mode', ['L', 'RGBA', 'P', 'CMYK', '1'])
def test_images_of_other_modes_have_three_channels(tmp_path, mode):
    form = 'tiff' if mode == 'CMYK' else 'png'
    Image.new('RGB', (6, 5), (200, 10, 60)).convert(mode).save(tmp_path / f'a.{form}')
    assert load(tmp_path / f'a.{form}')['img'].shape == (5, 6, 3)


def test_the_original_image_of_a_sample(tmp_path):
    image = np.random.randint(0, 256, (4, 6, 3), dtype=np.uint8)
    Image.fromarray(image).save(tmp_path / 'a.png')
    expected = torch.from_numpy(image).permute(2, 0, 1)
    for sample in (dict(img_path=str(tmp_path / 'a.png')), dict(img_path='nowhere', ori_img=image[..., ::-1]),
                   dict(img_path='moved://a.png', backend_args=dict(backend='moved', root=str(tmp_path)))):
        assert torch.equal(image_of(sample), expected)
        assert torch.equal(image_of(SegDataSample(metainfo=sample)), expected)
    with pytest.raises(InputError, match='gone.png cannot be read'):
        image_of(dict(img_path='gone.png'))
