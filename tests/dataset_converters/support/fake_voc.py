"""A VOC and an SBD of five tiny images, as archives of the published structure."""
import io
import tarfile
from pathlib import Path

import numpy as np
from PIL import Image
from voc_layout import CLASSES

TRAIN, VAL = ('2007_000001', '2007_000002'), ('2007_000003', )
# SBD has its own images, one of VOC's train and one of VOC's val.
SBD_TRAIN, SBD_VAL = ('2008_000001', '2007_000001'), ('2008_000002', '2007_000003')
IMAGES = sorted({*TRAIN, *VAL, *SBD_TRAIN, *SBD_VAL})
LABELS = {
    '2007_000001': ['person', 'cat'], '2007_000002': ['aeroplane'], '2007_000003': ['dog', 'dog'],
    '2008_000001': ['tvmonitor'], '2008_000002': ['horse', 'person']
}
SHAPE = (12, 20)


def sbd_mask(name: str) -> np.ndarray:
    """The fake SBD's mask of an image."""
    rng = np.random.default_rng(int(name[-1]) + 10 * int(name[3]))
    return rng.integers(0, 21, SHAPE, dtype=np.uint8)


def official_mask(name: str) -> np.ndarray:
    """The fake VOC's mask, with void and different from SBD's."""
    mask = np.full(SHAPE, 255, dtype=np.uint8)
    mask[2:9, 3:15] = CLASSES.index(LABELS[name][0])
    return mask


def png(mask: np.ndarray) -> bytes:
    """A palette PNG."""
    image = Image.fromarray(mask)
    image.putpalette([value for index in range(256) for value in (index, 0, 0)])
    buffer = io.BytesIO()
    image.save(buffer, 'png')
    return buffer.getvalue()


def jpeg(shape: tuple[int, int] = SHAPE) -> bytes:
    """A grey image."""
    buffer = io.BytesIO()
    Image.new('RGB', shape[::-1], (120, 120, 120)).save(buffer, 'jpeg')
    return buffer.getvalue()


def mat(mask: np.ndarray) -> bytes:
    """A file like SBD's: a struct with boundaries in a cell of sparse matrices."""
    from scipy.io import savemat
    from scipy.sparse import csc_matrix
    boundaries = np.empty((20, 1), dtype=object)
    for index in range(20):
        boundaries[index, 0] = csc_matrix(np.zeros(mask.shape))
    buffer = io.BytesIO()
    savemat(buffer, {'GTcls': {'Boundaries': boundaries, 'Segmentation': mask,
                               'CategoriesPresent': np.unique(mask)[:, None]}}, do_compression=True)
    return buffer.getvalue()


def annotation(names: list[str]) -> bytes:
    """An XML like VOC's; the last object is a difficult one, the first has a part."""
    objects = ''.join(
        f'<object><name>{name}</name><difficult>{int(index == len(names) - 1)}</difficult>'
        '<part><name>head</name></part></object>' for index, name in enumerate(names))
    return f'<annotation><folder>VOC2012</folder>{objects}</annotation>'.encode()


def voc_files() -> dict[str, bytes]:
    """The fake VOC: path in the archive -> content."""
    top = 'VOCdevkit/VOC2012'
    files = {f'{top}/JPEGImages/{name}.jpg': jpeg() for name in IMAGES}
    files |= {f'{top}/Annotations/{name}.xml': annotation(LABELS[name]) for name in IMAGES}
    files |= {f'{top}/SegmentationClass/{name}.png': png(official_mask(name)) for name in (*TRAIN, *VAL)}
    files |= {f'{top}/SegmentationObject/{TRAIN[0]}.png': b'not needed'}
    files |= {f'{top}/ImageSets/Segmentation/{split}.txt': '\n'.join(ids).encode() + b'\n'
              for split, ids in (('train', TRAIN), ('val', VAL), ('trainval', (*TRAIN, *VAL)))}
    files |= {f'{top}/ImageSets/Main/train.txt': b'not needed'}
    return files


def sbd_files() -> dict[str, bytes]:
    """The fake SBD."""
    top = 'benchmark_RELEASE/dataset'
    files = {f'{top}/cls/{name}.mat': mat(sbd_mask(name)) for name in (*SBD_TRAIN, *SBD_VAL)}
    files |= {f'{top}/img/{name}.jpg': b'not needed' for name in SBD_TRAIN}
    files |= {f'{top}/train.txt': '\n'.join(SBD_TRAIN).encode(), f'{top}/val.txt': '\n'.join(SBD_VAL).encode()}
    return files


def write_archive(path: Path, files: dict[str, bytes], mode: str, *members: tarfile.TarInfo) -> Path:
    """A real tar or tgz."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tarfile.open(path, mode) as archive:
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
        for member in members:
            archive.addfile(member)
    return path


def read_mask(path: Path) -> np.ndarray:
    """A mask that must be a palette image."""
    with Image.open(path) as image:
        assert image.mode == 'P'
        return np.array(image)
