"""Data sets whose annotation is the classes that a picture holds."""
import os
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import mmengine
from mmengine.logging import print_log
from mmseg.datasets import BaseSegDataset, PascalVOCDataset
from mmseg.registry import DATASETS

from mmwsss.utils.errors import InputError

from .image_labels import read_image_labels
from .transforms.load_image import decode_image

IMAGE_SUFFIXES = ('.jpg', '.jpeg', '.png')


@DATASETS.register_module()
class ImageLabelDataset(BaseSegDataset):
    """Pictures with image-level labels.

    Each item has MMSeg's keys and `img_id` and, where there are labels, the multi-hot `gt_score` `(L,)`, float32.
    Class 0 of the meta information is the background, class `c + 1` is image class `c`. Masks are neither opened nor
    needed unless the pipeline loads them.

    What does not fit is found here, before training starts: see `Raises`.

    Args:
        ann_file: the list, an id a line; without it all pictures below `data_prefix['img_path']`, by path.
        label_file: image-level labels, relative to `data_root`, in a form that :func:`read_image_labels` knows; `None`
            for pictures without.
        allow_empty: accept pictures without any label.
        skip_bad_images: decode every picture once at the start and leave out those that fail, with one warning that
            names them. Without it the first one that is met is an error.
        img_suffix: of the pictures, or several; without a list, all of them are taken.
        **kwargs: those of `BaseSegDataset`; a plain folder needs `metainfo=dict(classes=('background', ...))`.

    Raises:
        InputError: a missing folder, list or picture, an empty list, an id twice, a picture without labels, a label
            that is no class, a missing mask where the pipeline loads masks.
    """

    missing_root_help = 'Set data_root to the folder that holds the data set.'

    def __init__(self,
                 ann_file: str = '',
                 label_file: str | None = 'image_labels.json',
                 allow_empty: bool = False,
                 skip_bad_images: bool = False,
                 img_suffix: str | Sequence[str] | None = None,
                 **kwargs) -> None:
        self.label_file = label_file
        self.allow_empty = allow_empty
        self.skip_bad_images = skip_bad_images
        suffixes = [img_suffix] if isinstance(img_suffix, str) else list(img_suffix or IMAGE_SUFFIXES)
        self.img_suffixes = tuple(suffix.lower() for suffix in suffixes)
        super().__init__(ann_file=ann_file, img_suffix=suffixes[0], **kwargs)

    def _join_prefix(self) -> None:
        """Join MMEngine's paths and that of the labels to the root, and see that the folders are there."""
        super()._join_prefix()
        self.check_folders()

    def full_init(self) -> None:
        """Load the list; what is built lazily is checked here."""
        if not self._fully_initialized:
            self.check_folders()
        super().full_init()

    def check_folders(self) -> None:
        """See that root, pictures and list exist.

        Raises:
            InputError: naming the first that does not.
        """
        if self.data_root and not os.path.isdir(self.data_root):
            raise InputError(f'The data set\'s folder {self.data_root} does not exist. {self.missing_root_help}')
        folder = self.data_prefix.get('img_path')
        if not folder or not os.path.isdir(folder):
            raise InputError(f'The folder of pictures {folder} does not exist. {self.missing_root_help}')
        if self.ann_file and not os.path.isfile(self.ann_file):
            raise InputError(f'The list {self.ann_file} does not exist. {self.missing_root_help}')

    @property
    def image_classes(self) -> list[str]:
        """The `L` classes that a picture can hold: all but the background."""
        return list(self._metainfo['classes'][1:])

    def load_data_list(self) -> list[dict]:
        """One dictionary a picture, see the class."""
        paths = self.find_pictures()
        if self.skip_bad_images:
            paths = self.drop_bad(paths)
        labels = self.load_labels(list(paths))
        masks = self.find_masks(list(paths))
        data_list = []
        for img_id, path in paths.items():
            info = dict(img_path=path, img_id=img_id, label_map=self.label_map,
                        reduce_zero_label=self.reduce_zero_label, seg_fields=[])
            if masks is not None:
                info['seg_map_path'] = masks[img_id]
            if labels is not None:
                info['gt_score'] = labels[img_id]
            data_list.append(info)
        return data_list

    def find_pictures(self) -> dict[str, str]:
        """Paths of the pictures by id, in the list's order."""
        folder = self.data_prefix['img_path']
        present: dict[str, str] = {}
        for root, _, names in os.walk(folder):
            relative = Path(root).relative_to(folder)
            for name in sorted(names):
                stem, suffix = os.path.splitext(name)
                if suffix.lower() in self.img_suffixes:
                    present.setdefault((relative / stem).as_posix(), os.path.join(root, name))
        if not self.ann_file:
            if not present:
                raise InputError(f'{folder} holds no pictures ({", ".join(self.img_suffixes)}).')
            return dict(sorted(present.items()))
        lines = mmengine.list_from_file(self.ann_file, backend_args=self.backend_args)
        ids = [line.strip() for line in lines if line.strip()]
        if not ids:
            raise InputError(f'The list {self.ann_file} is empty.')
        twice = [name for name, count in Counter(ids).items() if count > 1]
        if twice:
            raise InputError(f'The list {self.ann_file} names {len(twice)} pictures twice, e.g. {twice[:3]}.')
        absent = [name for name in ids if name not in present]
        if absent:
            raise InputError(f'{len(absent)} of {len(ids)} pictures of {self.ann_file} are not in {folder}, e.g. '
                             f'{", ".join(absent[:3])}. Add them, or take them out of the list.')
        return {name: present[name] for name in ids}

    def drop_bad(self, paths: dict[str, str]) -> dict[str, str]:
        """Leave out the pictures that do not decode."""
        def decodes(path: str) -> bool:
            try:
                decode_image(path, Path(path).read_bytes())
            except (InputError, OSError):
                return False
            return True

        with ThreadPoolExecutor() as pool:
            good = list(pool.map(decodes, paths.values()))
        bad = [path for path, fine in zip(paths.values(), good, strict=True) if not fine]
        if bad:
            print_log(f'{len(bad)} of {len(paths)} pictures do not decode and are left out: {", ".join(bad)}',
                      'current', 'WARNING')
        if len(bad) == len(paths):
            raise InputError(f'None of the {len(paths)} pictures decodes, e.g. {bad[0]}.')
        return {name: path for (name, path), fine in zip(paths.items(), good, strict=True) if fine}

    def load_labels(self, ids: list[str]) -> dict | None:
        """Labels by id, or `None` where the data set has none."""
        if self.label_file is None:
            return None
        path = self.label_file
        if self.data_root and not os.path.isabs(path):
            path = os.path.join(self.data_root, path)
        if not os.path.exists(path):
            raise InputError(f'The image-level labels {path} do not exist. {self.missing_root_help}')
        known = list(self.METAINFO.get('classes', ()))[1:]
        return read_image_labels(path, ids, self.image_classes, known, self.allow_empty)

    def find_masks(self, ids: list[str]) -> dict[str, str] | None:
        """Paths of the masks by id; they must exist where the pipeline loads them."""
        folder = self.data_prefix.get('seg_map_path')
        if not folder:
            return None
        masks = {name: os.path.join(folder, name + self.seg_map_suffix) for name in ids}
        loads = any(type(step).__name__ in ('LoadMask', 'LoadAnnotations') for step in self.pipeline.transforms)
        absent = [path for path in masks.values() if not os.path.isfile(path)] if loads else []
        if absent:
            raise InputError(f'{len(absent)} of {len(ids)} masks are missing, e.g. {", ".join(absent[:3])}. The '
                             'pipeline loads masks; a pipeline without LoadMask needs none.')
        return masks


@DATASETS.register_module()
class VOCImageLabelDataset(ImageLabelDataset):
    """PASCAL VOC, or some of its classes, with image-level labels.

    `metainfo=dict(classes=('background', 'cat', ...))` chooses classes; masks are mapped by MMSeg's `label_map`.

    Args:
        **kwargs: see :class:`ImageLabelDataset`.
    """

    METAINFO = PascalVOCDataset.METAINFO
    missing_root_help = (
        'PASCAL VOC 2012 is published by the University of Oxford (VOC2012 home page, "training/validation data"), the '
        'augmented masks as the Semantic Boundaries Dataset (SBD). With the archives at hand, `python '
        'tools/dataset_converters/voc.py DATA_ROOT --archives FOLDER` unpacks them, writes the split lists and '
        'image_labels.json, and says what is missing; --cfg-options or the config\'s data_root names another folder.')
