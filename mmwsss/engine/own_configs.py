"""Configs for a new data set: a classifier, IRNet, a segmentor and a pipeline on the generic files of `configs/_base_`.

What is chosen here (scale, batches, epochs) comes with its reason, to be printed.
"""
import os
import textwrap
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mmengine.config import Config

from mmwsss.evaluation.crf_iou_metric import DEEPLABV2
from mmwsss.utils.errors import InputError

from .own_scale import Scale, scale_of

TASKS = {'cam': 'image_labels', 'irnet': 'irnet', 'deeplabv2': 'segmentation'}  # models and data of the three networks
SCALES = ('', 'small_')  # names of the generic data configs: the published scale, and that for CPUs
LARGE = 5000  # images from which on the published schedules apply
CRF_SIDE = 1024  # long side above which images are shrunk for a DenseCRF; larger ones take minutes and gigabytes each


@dataclass(frozen=True)
class OwnData:
    """What the configs tell of a data set.

    Attributes:
        name: of the data set, and of the work dir.
        root: folder of the images.
        masks: folder of the masks; `None` for none.
        classes: names, the background first.
        train, val: numbers of images to learn from and to validate on.
        tested: names of the lists that CAMs and the segmentor are measured on, e.g. `('train', 'val')`.
        longest: the longest side of an image, pixels.
        allow_empty: whether images without a class occur.
    """
    name: str
    root: Path
    masks: Path | None
    classes: tuple[str, ...]
    train: int
    val: int
    tested: tuple[str, str]
    longest: int
    allow_empty: bool


def find_backbone(configs: Path, name: str) -> str:
    """The backbone that a name or its abbreviation stands for, e.g. `efflite0` for `efficientnet_lite0`.

    Args:
        configs: the folder with `_base_/models`; a backbone is one for which a classifier, an IRNet and a segmentor
            are there.
        name: its letters and digits must occur in this order.

    Raises:
        InputError: none or several fit; the message names all.
    """
    folder = configs / '_base_' / 'models'
    found = [{path.stem.removeprefix(f'{kind}_') for path in folder.glob(f'{kind}_*.py')} for kind in TASKS]
    known = sorted(set.intersection(*found))
    fits = [one for one in known if one == name] or [one for one in known if _abbreviates(name, one)]
    if len(fits) != 1:
        raise InputError(f'--backbone {name} fits {", ".join(fits) or "no backbone"}. Choose from {", ".join(known)}.')
    return fits[0]


def _abbreviates(short: str, name: str) -> bool:
    letters = iter(name)
    return bool(short) and all(letter in letters for letter in short)


class OwnConfigs:
    """The texts of the configs, and the reasons of what they set.

    Args:
        configs: the repository's folder `configs`.
        backbone: from :func:`find_backbone`.
        data: the data set.
        base: how the configs name the folder `_base_`, e.g. its path.

    Attributes:
        texts: by file name.
        reasons: sentences to print.
    """

    def __init__(self, configs: Path, backbone: str, data: OwnData, base: str) -> None:
        self.data, self.base = data, base
        self.reasons: list[str] = []
        self._folder = configs / '_base_'
        models = {kind: Config.fromfile(self._folder / 'models' / f'{kind}_{backbone}.py').model for kind in TASKS}
        self._models = {kind: f'models/{kind}_{backbone}' for kind in TASKS}
        self._scratch = 'init_cfg' not in models['cam'].backbone
        mean = tuple(models['cam'].data_preprocessor.mean)
        self._small = next((prefix for prefix in SCALES if _padding(self._read(prefix, 'cam')) == mean), SCALES[-1])
        self._padding = mean
        self.texts = {'facts.py': self._facts(), 'classifier.py': self._classifier(), 'irnet.py': self._irnet(),
                      'segmentor.py': self._segmentor(), 'pipeline.py': self._pipeline()}

    def _read(self, prefix: str, kind: str) -> Config:
        return Config.fromfile(self._folder / 'datasets' / f'{prefix}{TASKS[kind]}.py')

    def _facts(self) -> str:
        data = self.data
        prefix = "img_path=''" if data.masks is None else f"img_path='', seg_map_path={str(data.masks)!r}"
        names = ', '.join(repr(name).replace(' ', '\0') for name in data.classes)  # no line ends inside of a name
        classes = textwrap.fill(names, 108, subsequent_indent=' ' * 11, break_long_words=False,
                                break_on_hyphens=False).replace('\0', ' ')
        empty = ' allow_empty=True,' if data.allow_empty else ''
        loading = "dict(type='LoadMask')" if data.masks else ''
        lists = ', '.join(map(repr, ('train', 'val', *data.tested)))
        return f"""\
# {data.name}: {data.train} images to learn from, {data.val} to validate on. Trainings read no val_ or test_.
classes = ({classes})
facts = dict(
    type='ImageLabelDataset', label_file=r'''{{{{ fileDirname }}}}/''' + 'labels.json',{empty}
    metainfo=dict(classes=classes), data_root={str(data.root)!r}, data_prefix=dict({prefix}))
train, val_set, test_cams, test_set = (
    dict(**facts, ann_file=r'''{{{{ fileDirname }}}}/''' + f'{{part}}.txt') for part in ({lists}))
masks, flip, pack = [{loading}], [dict(type='RandomFlip', prob=0.5)], [dict(type='PackImageLabelInputs')]
"""

    def _classifier(self) -> str:
        base, data = self._read(self._small, 'cam'), self.data
        scale = scale_of(base, data.longest, refines=False)
        self._say_scale('classifier', scale)
        name = 'mini_15e' if self._scratch else 'cam_6e'
        epochs = min(max(round(6 + 1500 / data.train), 6), 40) + (5 if self._scratch else 0)
        self._checkpoint = f'work_dirs/{data.name}/classifier/epoch_{epochs}.pth'
        batch = min(base.train_dataloader.batch_size, data.train)
        count = len(data.classes) - 1
        note = ', and 5 more from random weights' if self._scratch else ''
        self.reasons.append(f'classifier: {epochs} epochs in batches of {batch} for {data.train} images (6 + 1500 / '
                            f'images{note}: few images need more epochs; the published 6 are for 10 582). It pools by '
                            'HSPP, which gave a higher CAM mIoU than the average on voc6 (47.9 and 45.5).')
        evaluator = '' if data.masks else (
            "test_evaluator = [dict(type='CAMIoUMetric', masks=False), dict(type='mmpretrain.AveragePrecision')]\n")
        return f'''\
# From image-level labels to CAMs. python tools/train.py classifier.py
{self._bases('cam', name)}
model = dict(neck=dict(_delete_=True, type='HSPP', levels=(1, 2, 4), gamma=2.0), head=dict(num_classes={count}))
test_load = [dict(type='LoadImage'), dict(type='ResizeLongSide', size={scale.test})]
train_dataloader = dict(batch_size={batch}, dataset=dict(**_base_.train, pipeline=[
    dict(type='LoadImage'), {self._augmentation(scale)}, *_base_.flip, *_base_.pack]))
val_dataloader = dict(dataset=dict(**_base_.val_set, pipeline=[*test_load, *_base_.pack]))
test_dataloader = dict(dataset=dict(**_base_.test_cams, pipeline=[*test_load, *_base_.masks, *_base_.pack]))
{evaluator}{self._schedule(name, 'max_epochs', epochs)}'''

    def _irnet(self) -> str:
        base, data = self._read(self._small, 'irnet'), self.data
        scale = scale_of(base, data.longest, refines=True)
        self._say_scale('IRNet', scale, 'brought')
        batch = min(base.train_dataloader.batch_size, data.train)
        epochs = min(max(round(280 * batch / data.train), 3), 20)
        labels, cams = (f'work_dirs/{data.name}/{part}' for part in ('ir_labels', 'cams'))
        crop = f'crop_size=({scale.crop}, {scale.crop}), pad_val={self._padding}'
        name = 'irnet_3e' if data.train >= LARGE else 'irnet_3e_momentum'
        self.reasons.append(f'IRNet: {epochs} epochs in batches of {batch} (about 280 steps with momentum, as many as '
                            'sufficed for 750 images; at least the published 3).' if data.train < LARGE else
                            f'IRNet: the published schedule, from {LARGE} images on, with batches of {batch}.')
        evaluator = '' if data.masks else (
            "test_evaluator = [dict(type='CAMIoUMetric', masks=False), dict(type='PseudoLabelWriter')]\n")
        return f'''\
# IRNet refines the CAMs. python tools/train.py irnet.py
{self._bases('irnet', name)}
{self._initial()}load = [dict(type='LoadImage'), dict(type='ResizeLongSide', size={scale.test}, only_shrink=False)]
ir_label_max_size = {scale.test}  # seeds of larger images are refined at this long side
train_dataloader = dict(batch_size={batch}, dataset=dict(**_base_.train, seg_map_dir={labels!r}, pipeline=[
    dict(type='LoadImage'), dict(type='LoadMask'), {self._augmentation(scale)}, *_base_.flip, *_base_.pack]))
test_dataloader = dict(dataset=dict(**_base_.test_cams, cam_dir={cams!r}, pipeline=[
    *load, dict(type='LoadCAM'), *_base_.masks, *_base_.pack]))
custom_hooks = [*_base_.custom_hooks, dict(type='MeanShiftHook', dataloader=dict(
    _base_.mean_dataloader, batch_size={batch}, dataset=dict(**_base_.train, pipeline=[
        *load, dict(type='TopLeftCropPad', {crop}), *_base_.pack])))]
{evaluator}{self._schedule(name, 'max_epochs', epochs)}'''

    def _segmentor(self) -> str:
        base, data = self._read(self._small, 'deeplabv2'), self.data
        scale = scale_of(base, data.longest, refines=False)
        self._say_scale('segmentor', scale)
        batch = min(base.train_dataloader.batch_size, data.train)
        name = 'mini_720' if self._scratch else 'deeplabv2_20k' if data.train >= LARGE else 'deeplabv2_720'
        steps = min(max(8 * data.train, 240), 720 + 2 * max(data.train - 1000, 0), 20000)
        self.reasons.append(f'segmentor: {steps} steps in batches of {batch} (720 sufficed for 750 images, the '
                            'published 20 000 are for 10 582; in between they grow with the images).')
        evaluator = '' if data.masks else ("val_cfg = val_dataloader = val_evaluator = None\n"
                                           "test_evaluator = dict(type='PseudoLabelWriter')\n")
        labels = f'work_dirs/{data.name}/pseudo_labels'
        loop = '' if data.masks is None else 'val_dataloader = '
        return f'''\
# DeepLabv2 on the pseudo labels. python tools/train.py segmentor.py
{self._bases('deeplabv2', name, 'iteration_runtime')}
{self._initial(f"decode_head=dict(num_classes={len(data.classes)})")}\
train_dataloader = dict(batch_size={batch}, dataset=dict(**_base_.train, seg_map_dir={labels!r}, pipeline=[
    dict(type='LoadImage'), dict(type='LoadMask'), {self._augmentation(scale)}, *_base_.flip, *_base_.pack]))
{loop}test_dataloader = dict(dataset=dict(**_base_.test_set, pipeline=[
    dict(type='LoadImage'), dict(type='ResizeLongSide', size={scale.test}), *_base_.masks, *_base_.pack]))
{evaluator}{self._schedule(name, 'max_iters', steps)}'''

    def _pipeline(self) -> str:
        data = self.data
        crf: bool | dict[str, Any] = data.masks is not None
        if data.masks is None:
            self.reasons.append('pipeline: no masks, so thresholds are label-free (Otsu\'s rule), nothing is measured '
                                'against masks, and the report shows images.')
        elif data.longest > CRF_SIDE:
            crf = dict(type='DenseCRF', **DEEPLABV2, max_size=CRF_SIDE)
            self.reasons.append(f'pipeline: the DenseCRF of the test shrinks images to a long side of {CRF_SIDE}; the '
                                f'largest has {data.longest} (crf = True for the full size: minutes and gigabytes).')
        first = ("network_options = dict.fromkeys(('irnet', 'segmentor'), {'model.backbone.init_cfg.checkpoint': "
                 "'{classifier}'})\n" if self._scratch else '')
        return f'''\
# From image-level labels to a segmentor. python tools/run_pipeline.py pipeline.py
recipe, work_dir = 'irn', {f"work_dirs/{data.name}"!r}
classifier, irnet, segmentor = 'classifier.py', 'irnet.py', 'segmentor.py'
ir_label_thr, pseudo_label_thr = 'auto', {'best' if data.masks else 'auto'!r}
masks, crf = {data.masks is not None}, {crf}
{first}'''

    def _bases(self, kind: str, schedule: str, runtime: str | None = None) -> str:
        runtime = runtime or ('cpu_runtime' if self._small else 'default_runtime')
        parts = self._models[kind], f'datasets/{self._small}{TASKS[kind]}', f'schedules/{schedule}', runtime
        place = repr(os.path.join(self.base, ''))
        return f"_base_ = ['facts.py', *({place} + part + '.py' for part in (\n    {', '.join(map(repr, parts))}))]"

    def _augmentation(self, scale: Scale) -> str:
        return (f"dict(type='RandomResizeLongSide', min_size={scale.smallest}, max_size={scale.largest}),\n    "
                f"dict(type='RandomCropPad', crop_size=({scale.crop}, {scale.crop}), pad_val={self._padding})")

    def _initial(self, others: str = '') -> str:
        """The backbone's start from the classifier, where there are no other weights."""
        if not self._scratch:
            return f'model = dict({others})\n' if others else ''
        init = f"init_cfg = dict(type='Pretrained', prefix='backbone.', checkpoint={self._checkpoint!r})\n"
        return f'{init}model = dict(backbone=dict(init_cfg=init_cfg){f", {others}" if others else ""})\n'

    def _schedule(self, name: str, key: str, length: int) -> str:
        """Parameter schedulers and loop of a schedule, stretched to another length."""
        base = Config.fromfile(self._folder / 'schedules' / f'{name}.py')
        own = base.train_cfg[key]
        if abs(length - own) < 0.05 * own:
            return ''
        interval = f', val_interval={length}' if 'val_interval' in base.train_cfg else ''
        return (f'param_scheduler = [dict(one, begin=one.begin * {length} // {own}, end=one.end * {length} // {own}) '
                f'for one in _base_.param_scheduler]\ntrain_cfg = dict({key}={length}{interval})\n')

    def _say_scale(self, network: str, scale: Scale, how: str = 'shrunk') -> None:
        self.reasons.append(f'{network}: images are {how} to a long side of {scale.test} for the network (training: '
                            f'{scale.smallest} to {scale.largest}, crops of {scale.crop}); the longest is '
                            f'{self.data.longest}. Maps and masks have the full size.')


def _padding(data: Config) -> tuple[Any, ...]:
    """The colour that a data config pads images with."""
    return tuple(next(step['pad_val'] for step in data.train_pipeline if step['type'] == 'RandomCropPad'))
