"""Steps that load masks are found wherever they are."""
from mmwsss.engine.pruned_config import without_masks, without_weights

IMAGE, MASK, PACK = dict(type='LoadImage'), dict(type='LoadMask'), dict(type='PackSegInputs')
FLIP = dict(type='RandomFlip', prob=1.0)


def test_masks_are_not_loaded_at_any_depth():
    assert without_masks([IMAGE, MASK, PACK]) == [IMAGE, PACK]
    assert without_masks([IMAGE, dict(type='RandomApply', transforms=[MASK, FLIP]),
                          dict(type='RandomApply', transforms=[dict(type='LoadAnnotations')]), PACK]) == [
        IMAGE, dict(type='RandomApply', transforms=[FLIP]), PACK]
    mapper = dict(type='KeyMapper', transforms=dict(type='Pad'))
    assert without_masks([IMAGE, mapper]) == [IMAGE, mapper]


def test_masks_of_a_test_time_augmentation():
    augmentation = dict(type='TestTimeAug', transforms=[[FLIP, dict(FLIP, prob=0.0)], [MASK], [MASK, PACK]])
    pipeline = [IMAGE, augmentation]
    assert without_masks(pipeline) == [IMAGE, dict(type='TestTimeAug', transforms=[[FLIP, dict(FLIP, prob=0.0)],
                                                                                  [PACK]])]
    assert pipeline == [IMAGE, augmentation] and augmentation['transforms'][1] == [MASK]  # not changed in place


def test_weights_of_every_part():
    weights = dict(type='Pretrained', checkpoint='a.pth')
    model = dict(type='CAMClassifier', init_cfg=weights, backbone=dict(type='ResNet', init_cfg=[weights]),
                 losses=(dict(weight=1.0, init_cfg=None), 2))
    assert without_weights(model) == dict(
        type='CAMClassifier', backbone=dict(type='ResNet'), losses=[dict(weight=1.0), 2])
    assert model['backbone']['init_cfg'] == [weights]  # not changed in place
