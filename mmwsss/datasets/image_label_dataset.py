"""Data sets with image-level labels."""
import os.path as osp
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar

import mmengine.fileio as fileio
import numpy as np
from mmcv.transforms import LoadAnnotations
from mmseg.datasets import BaseSegDataset
from mmseg.registry import DATASETS

from mmwsss.utils.errors import InputError, first_names
from mmwsss.utils.palette_png import class_palette

from .decodable import decodable
from .file_listing import files_in, lists_beside
from .image_folder import ImageFolder
from .image_labels import IMAGE_SUFFIXES, read_label_array
from .label_ids import ids_on_disk
from .sub_categories import read_sub_category_array

STAGE_SUFFIXES = ('.png', '.npz')  # of label maps and of score files


@DATASETS.register_module()
class ImageLabelDataset(BaseSegDataset):
    """Images with image-level labels.

    Each item has MMSeg's keys, `img_id` (the image's path below its folder, without suffix), `num_classes`, the names
    `image_classes`, the data set's `backend_args` if set, and, with labels, the multi-hot `gt_score` `(L,)`, float32.
    Class 0 in the meta information is the background; class `c + 1` is image class `c`. Masks are read and required
    only if the pipeline loads them.

    All inputs are checked here, before training starts.

    Args:
        ann_file: list file with one id per line; without it, all images below `data_prefix['img_path']`, by path.
        label_file: image-level labels, relative to `data_root`, in a form that :func:`read_image_labels` reads;
            `None` for images without labels.
        allow_empty: accept images without any label.
        skip_bad_images: decode every image once at the start (on every rank) and skip those that fail, with one
            warning that names them. Otherwise the first bad image raises an error when it is loaded.
        img_suffix: suffix or suffixes of the images (case is ignored); `None` for JPEG, PNG, BMP, WebP and TIFF.
        seg_map_dir: folder of masks that an earlier stage wrote, instead of `data_prefix['seg_map_path']`;
            relative to the current folder, not to `data_root`. Their files are `<id>.png`, whatever `seg_map_suffix`
            the masks of the data set have (score files: `.npz`); names with that suffix are found, too.
        cam_dir: folder of CAM files (`<img_id>.npz` or `.npy`), relative to the current folder; items get
            `cam_path`. All must exist.
        sub_category_file: labels of sub-categories (`tools/make_subcategories.py`), relative to the current folder;
            items get the multi-hot `gt_sub_category`, which `PackImageLabelInputs(keys=['gt_sub_category'])` packs.
        **kwargs: those of `BaseSegDataset`; a plain folder needs `metainfo=dict(classes=('background', ...))`.

    Raises:
        InputError: a folder, list, image or required mask is missing; the list is empty or repeats an id; an image
            has no labels or an unknown label; the classes lack the background; sub-categories do not fit the labels.
    """

    class_aliases: ClassVar[Mapping[str, str]] = {}  # other name of a class in published annotations -> its name
    missing_root_help = 'Set data_root, data_prefix and ann_file of the dataset to the location of your data.'

    def __init__(self,
                 ann_file: str = '',
                 label_file: str | None = 'image_labels.json',
                 allow_empty: bool = False,
                 skip_bad_images: bool = False,
                 img_suffix: str | Sequence[str] | None = None,
                 seg_map_dir: str | None = None,
                 cam_dir: str | None = None,
                 sub_category_file: str | None = None,
                 **kwargs: Any) -> None:
        self.seg_map_dir = seg_map_dir
        self.cam_dir = cam_dir
        self.sub_category_file = sub_category_file
        self.label_file = label_file
        self.allow_empty = allow_empty
        self.skip_bad_images = skip_bad_images
        suffixes = (img_suffix, ) if isinstance(img_suffix, str) else tuple(img_suffix or IMAGE_SUFFIXES)
        self.img_suffixes = tuple(suffix.lower() for suffix in suffixes)
        super().__init__(ann_file=ann_file, img_suffix=suffixes[0], **kwargs)

    @classmethod
    def get_label_map(cls, new_classes: Sequence[str] | None = None) -> dict[int, int] | None:
        """MMSeg's map from mask classes to `new_classes`, which must start with the background."""
        if not new_classes or len(new_classes) < 2 or new_classes[0].strip('_').lower() != 'background':
            raise InputError(f'The data set has the classes {new_classes}. Set metainfo=dict(classes='
                             "('background', ...)), with the background first and at least one other class.")
        spellings: dict[str, list[str]] = {}
        for name in new_classes:
            spellings.setdefault(''.join(name.split()).casefold(), []).append(name)
        same = next((names for names in spellings.values() if len(names) > 1), None)
        if same:
            raise InputError(f'metainfo.classes contains {", ".join(map(repr, same))}, which are equal or differ by '
                             'case or spaces only. List each class once.')
        known = cls.METAINFO.get('classes', new_classes)
        unknown = [name for name in new_classes if name not in known]
        if unknown:
            raise InputError(f'metainfo.classes contains {first_names(unknown)}, which {cls.__name__} does not have. '
                             f'Choose from {", ".join(known)}.')
        return super().get_label_map(tuple(new_classes))

    def _join_prefix(self) -> None:
        """Join MMEngine's paths and the label file to the root."""
        super()._join_prefix()
        if self.seg_map_dir is not None:
            self.data_prefix['seg_map_path'] = self.seg_map_dir
        if self.label_file is not None:  # an absolute path stays unchanged
            self.label_file = osp.join(self.data_root, self.label_file)

    def _update_palette(self) -> list:
        """Use VOC's colours where neither class nor config names any; MMSeg would draw random ones."""
        count = len(self._metainfo.get('classes') or ())
        return super()._update_palette() if self._metainfo.get('palette') else class_palette(count)

    @property
    def image_classes(self) -> list[str]:
        """The `L` image classes: all classes except the background."""
        return list(self._metainfo['classes'][1:])

    def load_data_list(self) -> list[dict]:
        """One small record per image: its id, its number, and the suffixes of its files.

        What is equal for all images, and the labels (in one array), are kept once: :meth:`get_data_info` adds them.
        With 100 000 images it takes 17 MB, where full dictionaries take 73.
        """
        self.check_folders()
        images = self.find_images()
        ids = list(images)
        self._labels = self.load_labels(ids)
        self._sub_categories = self.load_sub_categories(ids, self._labels)
        self._has_masks = self.find_masks(ids)
        cams = self.find_cams(ids)
        return [dict(img_id=name, number=number, suffix=suffix, cam_suffix=cams and cams[name])
                for number, (name, suffix) in enumerate(images.items())]

    def get_data_info(self, idx: int) -> dict:
        """All about an image, see the class."""
        record = super().get_data_info(idx)
        img_id, number = record['img_id'], record['number']
        info = dict(img_path=self.image_path(record), img_id=img_id, label_map=self.label_map, seg_fields=[],
                    reduce_zero_label=self.reduce_zero_label, num_classes=len(self._metainfo['classes']),
                    image_classes=self.image_classes)
        if self.backend_args:
            info['backend_args'] = self.backend_args
        if self._has_masks:
            info['seg_map_path'] = osp.join(self.data_prefix['seg_map_path'], img_id + self._mask_suffix)
        if self.cam_dir is not None:
            info['cam_path'] = osp.join(self.cam_dir, img_id + record['cam_suffix'])
        if self._labels is not None:
            info['gt_score'] = self._labels[number].astype(np.float32)
        if self._sub_categories is not None:
            row = np.unpackbits(self._sub_categories[0][number], count=self._sub_categories[1])
            info['gt_sub_category'] = row.astype(np.float32)
        return dict(info, sample_idx=record['sample_idx'])

    def image_path(self, record: dict) -> str:
        """The path of a record's image."""
        return osp.join(self.image_folder, record['img_id'] + record['suffix'])

    def filter_data(self) -> list[dict]:
        """Apply MMEngine's filter; with `skip_bad_images`, also drop images that cannot be decoded."""
        data_list = super().filter_data()
        if not self.skip_bad_images:
            return data_list
        good = decodable([self.image_path(info) for info in data_list], self.backend_args)
        return [info for info, decodes in zip(data_list, good, strict=True) if decodes]

    def get_cat_ids(self, idx: int) -> list[int]:
        """The image classes of an item, for MMEngine's `ClassBalancedDataset`.

        Raises:
            InputError: the data set has no labels.
        """
        if self.label_file is None:
            raise InputError('ClassBalancedDataset balances by image-level labels, but its dataset has none. Set '
                             'label_file of the dataset, or omit ClassBalancedDataset.')
        return np.flatnonzero(self.get_data_info(idx)['gt_score']).tolist()

    def check_folders(self) -> None:
        """Check that the root, the image folder and the list exist.

        Raises:
            InputError: one of them is missing.
        """
        if self.data_root and not fileio.isdir(self.data_root, self.backend_args):
            raise InputError(f'The data folder {self.data_root} does not exist. {self.missing_root_help}')
        if not fileio.isdir(self.image_folder, self.backend_args):
            raise InputError(f'The image folder {self.image_folder} does not exist. {self.missing_root_help}')
        if self.ann_file and not fileio.isfile(self.ann_file, self.backend_args):
            there = ', '.join(lists_beside(self.ann_file, self.backend_args))
            help_text = f'In its folder are {there}.' if there else self.missing_root_help
            raise InputError(f'The list {self.ann_file} does not exist. {help_text}')

    @property
    def image_folder(self) -> str:
        """The folder that ids are relative to."""
        return self.data_prefix.get('img_path') or self.data_root or '.'

    def find_images(self) -> dict[str, str]:
        """The suffixes of the image files by id, in the order of the list."""
        images = ImageFolder(self.image_folder, self.img_suffixes, self.backend_args)
        return images.listed(self.ann_file) if self.ann_file else images.all()

    def load_labels(self, ids: list[str]) -> np.ndarray | None:
        """Multi-hot labels `(N, L)`, uint8, or `None` without a label file."""
        if self.label_file is None:
            return None
        if not osp.exists(self.label_file):
            raise InputError(f'The label file {self.label_file} does not exist. {self.missing_root_help}')
        known = list(self.METAINFO.get('classes', ()))[1:]
        return read_label_array(self.label_file, ids, self.image_classes, known, self.allow_empty)[1]

    def load_sub_categories(self, ids: list[str], labels: np.ndarray | None) -> tuple[np.ndarray, int] | None:
        """Sub-category labels in bits `(N, bytes)`, and how many bits count; `None` without a file of them."""
        if self.sub_category_file is None:
            return None
        if labels is None:
            raise InputError(f'The dataset has sub_category_file={self.sub_category_file}, but no image-level labels. '
                             'Set its label_file.')
        rows = read_sub_category_array(self.sub_category_file, ids, labels, self.image_classes)
        return np.packbits(rows, axis=1), rows.shape[1]

    def find_masks(self, ids: list[str]) -> bool:
        """Whether there is a mask folder; the files must exist if the pipeline loads them."""
        needed = _loads_masks(self.pipeline.transforms)
        folder = self.data_prefix.get('seg_map_path')
        self._mask_suffix = self.seg_map_suffix if self.seg_map_dir is None else _stage_suffix(self.seg_map_suffix)
        if folder is None and needed:
            raise InputError('The pipeline loads masks, but the dataset has no data_prefix.seg_map_path. Set it '
                             'to the mask folder, or remove LoadMask from the pipeline.')
        if not needed:
            return folder is not None
        ids_on_disk(self.metainfo)  # a file must be able to hold all classes
        present: set[str] = set()
        for below in {osp.dirname(name) for name in ids}:
            present.update(osp.join(below, file)
                           for file in files_in(osp.join(folder, below), backend_args=self.backend_args))
        if self.seg_map_dir is not None and present.issuperset(name + self.seg_map_suffix for name in ids):
            self._mask_suffix = self.seg_map_suffix  # a copy of the data set's own masks
        absent = [osp.join(folder, name) for name in (name + self._mask_suffix for name in ids)
                  if name not in present]
        if absent:
            raise InputError(f'{len(absent)} of {len(ids)} masks are missing, e.g. {first_names(absent)}. Add them, '
                             'or remove LoadMask from the pipeline.')
        return True

    def find_cams(self, ids: list[str]) -> dict[str, str] | None:
        """Suffixes of the CAM files by id, or `None` without `cam_dir`."""
        if self.cam_dir is None:
            return None
        remedy = 'Make the CAMs for this list (tools/make_cams.py), or correct cam_dir.'
        if not osp.isdir(self.cam_dir):
            raise InputError(f'The CAM folder {self.cam_dir} does not exist. {remedy}')
        present: dict[str, str] = {}
        for file in files_in(self.cam_dir, recursive=True):
            img_id, suffix = osp.splitext(file)
            if suffix == '.npz' or (suffix == '.npy' and img_id not in present):  # ours win
                present[img_id] = suffix
        absent = [name for name in ids if name not in present]
        if absent:
            raise InputError(f'{len(absent)} of {len(ids)} images have no CAM in {self.cam_dir}, e.g. '
                             f'{first_names(absent)}. {remedy}')
        return present


def _stage_suffix(suffix: str) -> str:
    """The suffix of the files that our tools write for each image, for a data set whose masks end in `suffix`."""
    return suffix if suffix in STAGE_SUFFIXES else STAGE_SUFFIXES[0]


def _loads_masks(steps: Iterable) -> bool:
    """Whether a step loads masks, also inside wrappers such as `TestTimeAug`."""
    return any(
        isinstance(step, LoadAnnotations)
        or _loads_masks(step if isinstance(step, (list, tuple)) else getattr(step, 'transforms', ()) or
                        getattr(step, 'subroutines', ())) for step in steps)
