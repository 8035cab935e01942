import pytest
from message_names import message_names
from mmengine.config import Config

from mmwsss.engine.evaluation_options import add_prediction_writer, augment, image_folders, visualize
from mmwsss.utils.errors import InputError

WRITER = dict(type='PseudoLabelWriter', output_dir='out')


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
        type='mmseg.NumberedVisualizationHook', draw=True, interval=1)
    cfg = config()
    visualize(cfg, True, None, 0.5)
    assert 'save_dir' not in cfg.visualizer
    assert cfg.default_hooks.visualization.to_dict() == dict(
        type='mmseg.NumberedVisualizationHook', draw=True, interval=1, show=True, wait_time=0.5)


def test_several_processes_do_not_visualize_all(capsys):
    visualize(config(), False, 'out', 2)
    assert not capsys.readouterr().out
    visualize(config(launcher='pytorch'), False, 'out', 2)
    assert 'first process' in capsys.readouterr().out


def test_a_visualization_hook_of_the_config_stays():
    cfg = config()
    cfg.default_hooks.visualization.type = 'Own'
    visualize(cfg, False, 'out', 2)
    assert cfg.default_hooks.visualization.type == 'Own'


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
    (dict(type='IoUMetric'), [dict(type='IoUMetric'), WRITER]),
    ([dict(type='mmpretrain.AveragePrecision'), dict(type='ClassIoUMetric')],
     [dict(type='mmpretrain.AveragePrecision'), dict(type='ClassIoUMetric', output_dir='out')]),
    ([dict(type='CAMIoUMetric')], [dict(type='CAMIoUMetric'), WRITER]),
    ([], [WRITER]),
    ([dict(type='PseudoLabelWriter')], [WRITER]),
    (dict(type='CRFIoUMetric', workers=1), [dict(type='CRFIoUMetric', workers=1, output_dir='out')]),
])
def test_one_writer_of_predictions(given, expected, tmp_path, monkeypatch):
    """MMSeg's IoUMetric would write the config's class numbers, all into one folder."""
    monkeypatch.chdir(tmp_path)
    cfg = config(test_evaluator=given)
    assert add_prediction_writer(cfg, 'out') == ()
    assert [item.to_dict() for item in cfg.test_evaluator] == expected


def test_folders_of_images_name_the_predictions(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    plain = dict(type='BaseSegDataset', data_root='data', data_prefix=dict(img_path='img'))
    voc = dict(type='VOCImageLabelDataset', data_root='voc')
    assert image_folders(plain) == ('data/img', ) and image_folders(voc) == ()  # ids name the images of the second
    both = dict(type='ConcatDataset', datasets=[plain, dict(plain, data_root='more'), plain])
    assert image_folders(both) == ('data/img', 'more/img')
    cfg = config(test_evaluator=[])
    cfg.test_dataloader.dataset = both
    assert add_prediction_writer(cfg, 'out') == ('data/img', 'more/img')
    assert cfg.test_evaluator[0].image_dirs == ('data/img', 'more/img')


def test_a_folder_of_predictions_that_is_a_file(tmp_path):
    (tmp_path / 'file').touch()
    with pytest.raises(InputError, match=message_names('file', 'exists')):
        add_prediction_writer(config(), str(tmp_path / 'file'))
