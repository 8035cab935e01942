"""A pipeline whose stages take seconds: the mini configs on six tiny images."""
from pathlib import Path

from reference_network import REPO
from tiny_voc import write_tiny_voc

CLASSES = ('bus', 'car', 'cat', 'cow', 'dog', 'horse')
COMMON = """\
default_hooks = dict(checkpoint=dict(interval=1, max_keep_ckpts=-1), logger=dict(interval=1))
"""
CLASSIFIER = """\
_base_ = {base!r}
data_root = {root!r}
train_dataloader = dict(batch_size=2, dataset=dict(data_root=data_root, pipeline=[
    dict(type='LoadImage'), dict(type='PackImageLabelInputs')]))
val_dataloader = dict(dataset=dict(data_root=data_root))
test_dataloader = dict(dataset=dict(data_root=data_root))
train_cfg = dict(max_epochs=2, val_interval=2)
param_scheduler = None
""" + COMMON
SUB_CLASSIFIER = CLASSIFIER.replace(
    "dict(type='PackImageLabelInputs')", "dict(type='PackImageLabelInputs', keys=['gt_sub_category'])"
) + "model = dict(head=dict(sub_categories=2))\n"
AMN = CLASSIFIER.replace("dict(type='LoadImage')", "dict(type='LoadImage'), dict(type='LoadMask')") + """\
model = dict(backbone=dict(init_cfg=None))
"""
LPCAM = CLASSIFIER + """\
model = dict(head=dict(_delete_=True, type='LPCAMHead', num_classes=6, in_channels=256, prototypes=3, base=dict(
    type='VWEHead', encoder=dict(type='VisualWordEncoder', num_words=256, frequency='sum'))))
"""
IRNET = """\
_base_ = {base!r}
data_root = {root!r}
model = dict(head=dict(radius=4), test_cfg=dict(min_size=64))
train_dataloader = dict(batch_size=2, dataset=dict(data_root=data_root, pipeline=[
    dict(type='LoadImage'), dict(type='LoadMask'), dict(type='PackImageLabelInputs')]))
test_dataloader = dict(dataset=dict(data_root=data_root, pipeline=[
    dict(type='LoadImage'), dict(type='LoadCAM'), dict(type='LoadMask'), dict(type='PackImageLabelInputs')]))
train_cfg = dict(max_epochs=2)
param_scheduler = None
custom_hooks = []
""" + COMMON
AFFINITYNET = """\
_base_ = {base!r}
data_root = {root!r}
model = dict(backbone=dict(init_cfg=None))
train_dataloader = dict(batch_size=2, dataset=dict(data_root=data_root, pipeline=[
    dict(type='LoadImage'), dict(type='LoadAffinityScores'), dict(type='AffinityLabel'),
    dict(type='PackImageLabelInputs', keys=['affinity_label'])]))
test_dataloader = dict(dataset=dict(data_root=data_root))
train_cfg = dict(max_epochs=2)
param_scheduler = None
""" + COMMON
SEGMENTOR = """\
_base_ = {base!r}
data_root = {root!r}
train_dataloader = dict(batch_size=2, dataset=dict(data_root=data_root, pipeline=[
    dict(type='LoadImage'), dict(type='LoadMask'), dict(type='PackSegInputs')]))
val_dataloader = dict(dataset=dict(data_root=data_root))
test_dataloader = dict(dataset=dict(data_root=data_root))
train_cfg = dict(max_iters=4, val_interval=4)
param_scheduler = None
default_hooks = dict(checkpoint=dict(interval=2, max_keep_ckpts=-1), logger=dict(interval=1))
"""
PIPELINE = """\
classifier = 'classifier.py'
irnet = 'irnet.py'
segmentor = 'segmentor.py'
crf = True
ir_label_thr = 'auto'
pseudo_label_thr = 'best'
network_options = dict(
    irnet={{'model.backbone.init_cfg.checkpoint': '{{classifier}}'}},
    segmentor={{'model.backbone.init_cfg.checkpoint': '{{classifier}}'}})
"""


def write_tiny_pipeline(folder: Path, root: Path | None = None) -> Path:
    """Write the images, the configs of the networks, and a pipeline in the style of a recipe.

    Args:
        folder: of the configs.
        root: of images that are there already.

    Returns:
        The pipeline's config.
    """
    folder.mkdir(parents=True, exist_ok=True)
    root = root or write_tiny_voc(folder / 'data', CLASSES, images=6)
    for name, text, base in (('classifier', CLASSIFIER, 'vwe_hspp_r18_mini.py'), ('irnet', IRNET, 'irnet_r18_mini.py'),
                             ('affinitynet', AFFINITYNET, 'affinitynet_r18_mini.py'),
                             ('segmentor', SEGMENTOR, 'deeplabv2_r18_mini.py'),
                             ('sub_classifier', SUB_CLASSIFIER, 'sccam_r18_mini.py'),
                             ('amn', AMN, 'amn_r18_mini.py'), ('lpcam', LPCAM, 'vwe_hspp_r18_mini.py')):
        (folder / f'{name}.py').write_text(text.format(base=str(REPO / 'configs/mini' / base), root=str(root)))
    (folder / 'pipeline.py').write_text(PIPELINE.format())
    return folder / 'pipeline.py'
