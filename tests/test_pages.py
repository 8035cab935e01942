"""The pages: links, commands, paths and settings that exist; test_examples.py runs the longer examples."""
import re

import pytest
import torch
from mmengine.config import Config
from mmengine.registry import init_default_scope
from mmseg.registry import MODELS
from pages import anchors, blocks, commands, pages, prose
from reference_network import REPO, samples
from tiny_voc import write_tiny_voc

from mmwsss.pipeline import recipes, stages

PAGES = pages()
NAMES = [page.relative_to(REPO).as_posix() for page in PAGES]
README = REPO / 'README.md'
each_page = pytest.mark.parametrize('page', PAGES, ids=NAMES)
INVENTED = 'tools/make_clusters.py'  # in CONTRIBUTING's example of a stage
FOREIGN = ('pip', 'mim', 'pre-commit', 'git', 'source', 'export')  # commands that are not ours


def test_all_pages_are_found():
    assert {'README.md', '.github/CONTRIBUTING.md', 'configs/vwe/README.md', 'tools/README.md'} <= set(NAMES)


@each_page
def test_links(page):
    """Relative links lead to files of the repository and to headings on them."""
    for target in re.findall(r'\]\(([^)\s]+)\)', prose(page)):
        if re.match(r'https?://', target):
            continue
        path, _, anchor = target.partition('#')
        place = (page.parent / path).resolve() if path else page
        assert place.is_file() and place.is_relative_to(REPO), target
        assert not anchor or anchor in anchors(place), target


def test_every_page_of_the_configs_is_linked_from_the_readme():
    """A new method is found: its page stands in the README's table."""
    linked = set(re.findall(r'\]\(([^)#\s]+)[^)]*\)', README.read_text(encoding='utf-8')))
    assert {name for name in NAMES if name.startswith('configs/')} <= linked


def test_every_tool_is_on_the_page_of_the_tools():
    page = (REPO / 'tools' / 'README.md').read_text(encoding='utf-8')
    tools = {path.name for path in (REPO / 'tools').glob('*.py') if path.name[0] != '_'}
    tools.remove('demo.py')  # demo.sh runs it
    assert not [name for name in tools if f'`{name}`' not in page and f'`{name} ' not in page]


def test_every_component_is_on_the_page_of_the_components():
    """Registered classes; the kinds of stages are a folder that CONTRIBUTING and the page of the tools name."""
    page = (REPO / 'mmwsss' / 'README.md').read_text(encoding='utf-8')
    found = [match for path in (REPO / 'mmwsss').rglob('*.py') if 'pipeline' not in path.parts
             for match in re.findall(r'@\w+\.register_module\([^)]*\)\nclass (\w+)', path.read_text(encoding='utf-8'))]
    assert len(found) > 50 and not [name for name in found if f'`{name}`' not in page]


def test_every_kind_of_stage_and_every_recipe_is_on_the_page_of_the_tools():
    page = (REPO / 'tools' / 'README.md').read_text(encoding='utf-8')
    kinds, lists = stages.__all__, recipes.__all__
    assert 'Training' in kinds and 'irn' in lists
    assert not [name for name in [*kinds, *lists] if f'`{name}`' not in page]


def test_the_readme_is_short():
    assert len(README.read_bytes()) <= 8000
    assert (REPO / '.github' / 'pipeline.jpg').stat().st_size < 200_000


@each_page
def test_paths(page):
    """Files of the repository that a page names in code exist; `*`, `<name>` and `{a,b}` stand for several."""
    text = page.read_text(encoding='utf-8')
    for path in re.findall(r'(?<![\w/.])((?:configs|tools|tests|mmwsss)/[\w./*<>{},-]+)', text):
        for name in spread(path.rstrip('.,')):
            if name != INVENTED:
                assert list(REPO.glob(re.sub('<[^>]*>', '*', name))), path


def spread(path: str) -> list[str]:
    """A path for each alternative in braces, as the shell makes them."""
    found = re.search(r'\{([^}]*)\}', path)
    return [path] if not found else [name for part in found[1].split(',')
                                     for name in spread(path[:found.start()] + part + path[found.end():])]


@each_page
def test_commands(page):
    """Every command starts a file that exists; a tool's options are its own or those of the tools' common modules."""
    for program, name, *words in (words for words in commands(page) if words[0] not in FOREIGN):
        assert program in ('python', 'bash') and (REPO / name).is_file(), name
        if program == 'python':
            sources = [REPO / name, *REPO.glob('tools/_start.py'), *(REPO / name).parent.glob('_*.py')]
            defined = ''.join(source.read_text(encoding='utf-8') for source in sources)
            missing = [word for word in words if word.startswith('--') and f"'{word}'" not in defined]
            assert not missing, (name, missing)


@each_page
def test_python_blocks_are_valid(page):
    for block in blocks(page, 'python'):
        compile(block.replace('{{', '(').replace('}}', ')'), page.name, 'exec')


def test_the_program_of_the_readme(tmp_path, monkeypatch):
    """It runs with a small network, and gives what it says."""
    monkeypatch.chdir(tmp_path)
    root = write_tiny_voc(tmp_path / 'data', ('cat', ), images=1)
    next((root / 'JPEGImages').iterdir()).rename('cat.jpg')
    cfg = Config.fromfile(REPO / 'configs' / 'mini' / 'vwe_hspp_r18_mini.py')
    init_default_scope('mmseg')
    torch.save(dict(state_dict=MODELS.build(cfg.model).state_dict()), 'epoch_6.pth')
    program, = blocks(README, 'python')
    assert (config := 'configs/vwe_hspp_r50_voc.py') in program
    found: dict = {}
    exec(program.replace(config, str(REPO / 'configs' / 'mini' / 'vwe_hspp_r18_mini.py')), found)
    comment = re.search('# (.*) as arrays', program)[1]
    assert set(comment.split(', ')) <= set(found['result']) and found['result']['cam'].shape[0] == 1


def test_the_config_of_the_components(repo):
    """It builds, trains and predicts."""
    code = next(block for block in blocks(repo / 'mmwsss' / 'README.md', 'python') if 'custom_imports' in block)
    cfg = Config.fromstring(code, '.py')
    init_default_scope('mmseg')
    model = MODELS.build(cfg.model)
    labels = torch.zeros(2, 20)
    labels[0, 3] = labels[1, 14] = 1
    losses = model(torch.randn(2, 3, 64, 96), samples(labels), mode='loss')
    assert set(losses) == {'loss_cls', 'loss_word', 'loss_word_to_image'}
    sum(losses.values()).backward()
    assert model.backbone.stages[0][0].depthwise_conv.weight.grad.abs().sum() > 0
    model.eval()
    result = model.predict(torch.randn(1, 3, 64, 96), samples(labels[:1]))[0]
    assert result.cam.shape == (16, 24) and result.cam_keys.tolist() == [3]


@pytest.mark.parametrize('method, base, head', [('recam', None, 'ReCAMHead'), ('seam', 'cam_r50_voc.py', 'SEAMHead')])
def test_configs_on_the_pages_of_methods(method, base, head, tmp_path):
    code, = blocks(REPO / 'configs' / method / 'README.md', 'python')
    if base:
        code = f"_base_ = '{base}'\n{code}"
    (tmp_path / 'mine.py').write_text(code.replace("_base_ = '", f"_base_ = '{REPO / 'configs'}/"))
    cfg = Config.fromfile(tmp_path / 'mine.py')
    cfg.model.backbone.update(depth=18, init_cfg=None)
    cfg.merge_from_dict({'model.head.in_channels': 512})
    if method == 'seam':
        cfg.model.head.mid_channels = (128, 256)
    init_default_scope('mmseg')
    model = MODELS.build(cfg.model)
    labels = torch.zeros(2, 20)
    labels[0, 3] = labels[1, 14] = 1
    assert type(model.head).__name__ == head
    assert all(loss.isfinite() for loss in model(torch.randn(2, 3, 64, 96), samples(labels), mode='loss').values())
