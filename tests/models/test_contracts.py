"""The contract of every registered head, neck and merging rule; new ones are found automatically."""
import inspect

import pytest
import torch
from mmengine.registry import init_default_scope
from mmengine.structures import PixelData
from mmseg.registry import MODELS, TASK_UTILS
from reference_network import samples

from mmwsss.models import Features
from mmwsss.models.heads import check_head
from mmwsss.utils.errors import InputError

N, L = 2, 3
CHANNELS, SIZES = (4, 6, 8), ((12, 16), (6, 8), (3, 4))  # of three levels
IMAGE = (48, 64)


def registered(registry, package):
    """Names of the classes that a package registers."""
    return sorted(name for name, item in registry.module_dict.items() if item.__module__.startswith(package))


HEADS = [name for name in registered(MODELS, 'mmwsss.models.heads') if hasattr(MODELS.get(name), 'cam')]
NECKS = registered(MODELS, 'mmwsss.models.necks')
RULES = registered(TASK_UTILS, 'mmwsss.models.cam_merging')


def build_head(name):
    init_default_scope('mmseg')
    settings = dict(num_classes=L, in_channels=CHANNELS[-1])
    if 'mid_channels' in inspect.signature(MODELS.get(name)).parameters:
        settings['mid_channels'] = CHANNELS[:-1]
    head = MODELS.build(dict(type=name, **settings))
    check_head(head)
    return head


def features(dtype=torch.float32, scale=1):
    """Features of `N` images, at least 0 as after a ReLU."""
    levels = [torch.rand(N, channels, height // scale, width // scale).to(dtype).requires_grad_()
              for channels, (height, width) in zip(CHANNELS, SIZES, strict=True)]
    image = torch.randn(N, 3, *(side // scale for side in IMAGE)).to(dtype)
    return Features(image, tuple(levels), levels[-1].mean((2, 3)))


def labelled(labels):
    """Samples with all labels that a head of the package may ask for."""
    result = samples(labels)
    for sample in result:
        sample.gt_sub_category = sample.gt_score.repeat_interleave(10)
        sample.gt_sem_seg = PixelData(data=torch.randint(0, L + 1, (1, *IMAGE)))
    return result


def test_the_package_has_some_of_each():
    assert {'CAMHead', 'VWEHead', 'SubCategoryHead'} <= set(HEADS)
    assert not {'DeepLabV2Head', 'IRNHead', 'BoundaryHead'} & set(HEADS)
    assert {'HSPP', 'GlobalMaxPooling', 'AttentionPooling'} <= set(NECKS)
    assert {'MirrorMaxSum', 'SumAll', 'SumAllSubCategories'} <= set(RULES)


@pytest.mark.parametrize('name', HEADS)
def test_signatures_of_heads(name):
    head = build_head(name)
    for verb, arguments in dict(logits=['features'], cam=['features'], loss=['views', 'data_samples']).items():
        assert list(inspect.signature(getattr(head, verb)).parameters) == arguments
    assert head.num_classes == L


@pytest.mark.parametrize('dtype', [torch.float32, torch.float64, torch.bfloat16])
@pytest.mark.parametrize('name', HEADS)
def test_verbs_of_heads(name, dtype):
    head, seen = build_head(name).to(dtype), features(dtype)
    logits, cam = head.logits(seen), head.cam(seen)
    assert logits.shape == (N, L) and logits.dtype == dtype
    assert cam.shape[:2] == (N, L) and cam.shape[2:] in (IMAGE, *SIZES) and cam.dtype == dtype
    assert cam.min() >= 0 and logits.isfinite().all() and cam.isfinite().all()

    losses = head.loss([seen, features(dtype, scale=2)], labelled([[1, 0, 1], [0, 1, 0]]))
    assert losses and all(key.startswith('loss') for key in losses)
    assert all(loss.shape == () and loss.isfinite() and loss >= 0 for loss in losses.values())
    sum(losses.values()).backward()
    assert seen.levels[-1].grad.abs().sum() > 0  # the backbone learns
    for key, parameter in head.named_parameters():
        assert parameter.grad is not None and parameter.grad.isfinite().all(), key


@pytest.mark.parametrize('name', HEADS)
def test_heads_treat_images_one_by_one(name):
    head, seen = build_head(name).eval(), features()
    first = Features(seen.image[:1], tuple(level[:1] for level in seen.levels), seen.pooled[:1])
    torch.testing.assert_close(head.logits(seen)[:1], head.logits(first))
    torch.testing.assert_close(head.cam(seen)[:1], head.cam(first))


@pytest.mark.parametrize('name', [name for name in HEADS if hasattr(MODELS.get(name), 'cam_of_mirrored')])
def test_heads_that_merge_mirror_images(name):
    head, seen = build_head(name).eval(), features()
    flipped = Features(seen.image.flip(-1), tuple(level.flip(-1) for level in seen.levels), seen.pooled)
    pairs = Features(torch.cat([seen.image, flipped.image]),
                     tuple(map(torch.cat, zip(seen.levels, flipped.levels, strict=True))), seen.pooled.repeat(2, 1))
    cam, swapped = head.cam_of_mirrored(pairs), head.cam_of_mirrored(Features(*(
        torch.cat(part.chunk(2)[::-1]) if isinstance(part, torch.Tensor) else
        tuple(torch.cat(level.chunk(2)[::-1]) for level in part) for part in pairs[:3])))
    assert cam.shape == head.cam(seen).shape and cam.min() >= 0
    torch.testing.assert_close(swapped, cam.flip(-1))  # of the mirror image: the mirrored map


@pytest.mark.parametrize('name', HEADS)
def test_heads_say_whether_they_read_what_a_neck_pools(name):
    head, given = build_head(name).eval(), features()
    if getattr(head, 'reads_pooled', True):
        with pytest.raises(InputError, match='neck'):
            head.logits(given._replace(pooled=None))
    else:
        assert torch.equal(head.logits(given._replace(pooled=None)), head.logits(given))


@pytest.mark.parametrize('dtype', [torch.float32, torch.float64, torch.bfloat16])
@pytest.mark.parametrize('name', NECKS)
def test_necks_pool_maps_and_tuples(name, dtype):
    neck = MODELS.build(dict(type=name)).to(dtype)
    maps = tuple(torch.randn(N, 5, *size).to(dtype).requires_grad_() for size in ((7, 6), (1, 3)))
    pooled = neck(maps)
    assert isinstance(pooled, tuple)
    for one, vector in zip(maps, pooled, strict=True):
        assert vector.shape == (N, 5) and vector.dtype == dtype
        torch.testing.assert_close(vector, neck(one))
        vector.sum().backward()
        assert one.grad.abs().sum() > 0


@pytest.mark.parametrize('name', RULES)
def test_merging_rules(name):
    rule = TASK_UTILS.build(dict(type=name))
    for mirrored in (1, 2):
        cams = [torch.rand(mirrored, L, *size) for size in SIZES]
        merged = rule(cams, (9, 10))
        assert merged.shape == (L, 9, 10) and 0.9 < merged.max() < 1
        assert merged.min() >= 0 or rule.negative_minimum
        assert rule([cam[:, :0] for cam in cams], (9, 10)).shape == (0, 9, 10)
        # of the mirror image: the mirrored result
        torch.testing.assert_close(rule([cam.flip(-1, 0) for cam in cams], (9, 10)), merged.flip(-1))
