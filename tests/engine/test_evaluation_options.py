import pytest
from mmengine.config import Config

from mmwsss.engine.evaluation_options import add_prediction_writer, augment, visualize
from mmwsss.utils.errors import InputError


def config(**kwargs) -> Config:
    return Config(dict(
        default_hooks=dict(timer=dict(type='A'), visualization=dict(type='SegVisualizationHook', draw=True)),
        visualizer=dict(type='SegLocalVisualizer'), test_dataloader=dict(dataset=dict(pipeline=[1])),
        model=dict(type='M'), **kwargs))


def test_nothing_is_visualized_unasked():
    cfg = config()
    visualize(cfg, False, None, 2)
    assert list(cfg.default_hooks) == ['timer']


def test_visualizing_in_files_and_windows():
    cfg = config()
    visualize(cfg, False, 'out', 2)
    assert cfg.visualizer.save_dir == 'out'
    assert cfg.default_hooks.visualization.to_dict() == dict(
        type='SegVisualizationHook', draw=True, interval=1)
    cfg = config()
    visualize(cfg, True, None, 0.5)
    assert 'save_dir' not in cfg.visualizer
    assert cfg.default_hooks.visualization.to_dict() == dict(
        type='SegVisualizationHook', draw=True, interval=1, show=True, wait_time=0.5)


def test_visualizing_needs_a_visualizer():
    cfg = config()
    cfg.visualizer = None
    with pytest.raises(InputError, match='visualizer'):
        visualize(cfg, False, 'out', 2)


def test_augmentation_wraps_the_model():
    cfg = config(tta_model=dict(type='SegTTAModel'), tta_pipeline=[2])
    augment(cfg)
    assert cfg.model.to_dict() == dict(type='SegTTAModel', module=dict(type='M'))
    assert cfg.test_dataloader.dataset.pipeline == [2]
    with pytest.raises(InputError, match='tta_model'):
        augment(config())


@pytest.mark.parametrize('given, expected', [
    (dict(type='IoUMetric'), [dict(type='IoUMetric', output_dir='out')]),
    ([dict(type='mmpretrain.AveragePrecision'), dict(type='IoUMetric')],
     [dict(type='mmpretrain.AveragePrecision'), dict(type='IoUMetric', output_dir='out')]),
    ([dict(type='CAMIoUMetric')],
     [dict(type='CAMIoUMetric'), dict(type='IoUMetric', format_only=True, output_dir='out')]),
    ([], [dict(type='IoUMetric', format_only=True, output_dir='out')]),
    (dict(type='CRFIoUMetric', workers=1), [dict(type='CRFIoUMetric', workers=1, output_dir='out')]),
])
def test_a_metric_writes_the_predictions(given, expected):
    cfg = config(test_evaluator=given)
    add_prediction_writer(cfg, 'out')
    assert [item.to_dict() for item in cfg.test_evaluator] == expected
