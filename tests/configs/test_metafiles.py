"""The model index lists every config with its settings, and the source of all results."""
import json
import re

import pytest
import yaml
from mmengine.config import Config
from reference_network import REPO

FOLDER = REPO / 'configs'  # paths of the index, and of a metafile to its README, are relative to the file they stand in
INDEX = yaml.safe_load((FOLDER / 'model-index.yml').read_text())
METAFILES = {FOLDER / path: yaml.safe_load((FOLDER / path).read_text()) for path in INDEX['Import']}
MODELS = [model for metafile in METAFILES.values() for model in metafile['Models']]


def test_the_index_names_every_config_once():
    configs = {path.relative_to(REPO).as_posix() for path in (REPO / 'configs').rglob('*.py')
               if not {'_base_', 'mini'} & set(path.parts) and not path.name.startswith(('compare', 'pipeline'))}
    named = [model['Config'] for model in MODELS]
    assert set(named) == configs and len(named) == len(configs)
    assert set(FOLDER.rglob('metafile.yml')) == set(METAFILES)


@pytest.mark.parametrize('model', MODELS, ids=lambda model: model['Name'])
def test_models(model):
    readmes = {entry['Name']: path.parent / entry['README'] for path, metafile in METAFILES.items()
               for entry in metafile['Collections']}
    assert readmes[model['In Collection']].is_file()
    assert model['Config'].endswith(f"/{model['Name']}.py")
    cfg = Config.fromfile(REPO / model['Config'])
    metadata = model['Metadata']
    assert metadata['Batch Size'] == cfg.train_dataloader.batch_size
    if 'Epochs' in metadata:
        assert metadata['Epochs'] == cfg.train_cfg.max_epochs
    else:
        assert metadata['Iterations'] == cfg.train_cfg.max_iters
    assert 'Weights' not in model  # none are published
    for result in model.get('Results', ()):
        ours = [name for name in ('voc6', 'voc20') if name in model['Config']]
        assert model['Source'].startswith('mmwsss') == bool(ours)
        assert ours == [name for name in ('voc6', 'voc20') if name in result['Dataset']]
        assert all(0 < figure < 100 for figure in result['Metrics'].values())


def test_our_figures_of_cams_are_those_of_the_comparison():
    """A row that is missing, or that is not in the comparison, is an error; a pipeline's is of its last network."""
    compared = json.loads((FOLDER / 'voc20/compare_voc20.json').read_text())
    configs = {entry['name']: re.sub(r'/pipeline_(\w+)_voc20', r'/\1_efflite0_voc20', entry['config'])
               for entry in compared['entries']}
    wanted = {(configs[row['entry']], f"voc20 {row['list']} (own split, 21 classes)"):
              round(row['columns']['CAM mIoU']['mean'], 2) for row in compared['rows']}
    assert len(wanted) == 2 * len(configs) >= 28
    found = {(model['Config'], result['Dataset']): result['Metrics']['CAM mIoU'] for model in MODELS
             if '/voc20/' in model['Config'] for result in model.get('Results', ()) if 'CAM mIoU' in result['Metrics']}
    assert found == wanted


def test_our_figures_of_segmentors_are_those_of_the_comparison():
    """A segmentor that several entries train has the figure of the first one."""
    compared = json.loads((FOLDER / 'voc20/compare_segmentors.json').read_text())
    rows = {row['entry']: row['columns'] for row in compared['rows'] if row['list'] == 'val'}
    wanted: dict[str, float] = {}
    for entry in compared['entries']:
        cfg = Config.fromfile(REPO / entry['config'])
        names = dict(segmentor='Segmentor mIoU', second_segmentor='Second segmentor mIoU')
        models = {f"configs/voc20/{cfg[key]}": column for key, column in names.items() if key in cfg} or {
            entry['config']: 'Segmentor mIoU'}
        for config, column in models.items():
            if entry['name'] in rows and entry['name'] != 'points':  # it trains the network of the Gated CRF
                wanted.setdefault(config, round(rows[entry['name']][column]['mean'], 2))
    assert len(wanted) >= 8
    found = {model['Config']: result['Metrics']['mIoU'] for model in MODELS if '/voc20/' in model['Config']
             for result in model.get('Results', ()) if 'mIoU' in result['Metrics']}
    assert found == wanted


def test_our_figures_of_pseudo_labels_are_those_of_the_comparison():
    compared = json.loads((FOLDER / 'voc20/compare_segmentors.json').read_text())
    wanted = {row['entry'].lower(): round(row['columns']['Pseudo labels mIoU']['mean'], 2)
              for row in compared['rows'] if row['list'] == 'train' and 'Pseudo labels mIoU' in row['columns']}
    found = {model['Name'].partition('_')[0]: result['Metrics']['pseudo label mIoU'] for model in MODELS
             if '/voc20/' in model['Config'] for result in model.get('Results', ())
             if 'pseudo label mIoU' in result['Metrics']}
    assert set(found) == {'irnet', 'affinitynet', 'bes'} and found.items() <= wanted.items()


def test_our_figures_on_the_readme_are_those_of_the_comparison():
    """One after the other from the best, each figure once."""
    readme = (REPO / 'README.md').read_text(encoding='utf-8')
    found = re.search(r'CAM mIoU on its `train`: (.*?)\. Speed', readme, re.DOTALL)[1]
    compared = json.loads((FOLDER / 'voc20/compare_voc20.json').read_text())
    wanted = {f"{row['columns']['CAM mIoU']['mean']:.1f}" for row in compared['rows'] if row['list'] == 'train'}
    assert re.findall(r'\d+\.\d', found) == sorted(wanted, key=float, reverse=True)


def test_our_figures_are_on_the_page_of_their_collection():
    for path, metafile in METAFILES.items():
        for model in metafile['Models']:
            if model.get('Source', '').startswith('mmwsss'):
                page = (path.parent / metafile['Collections'][0]['README']).read_text(encoding='utf-8')
                for result in model['Results']:
                    for figure in result['Metrics'].values():
                        assert re.search(rf'(?<![\d.]){figure:.2f}(?!\d)', page), (model['Name'], figure)
