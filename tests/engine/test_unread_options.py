"""Options of --cfg-options that nobody reads are said, with near names."""
import ast
import inspect
from pathlib import Path

import pytest
from message_names import message_names
from mmengine.config import Config, ConfigDict
from mmengine.runner import Runner
from reference_network import REPO

from mmwsss.engine.config import load_config, read_config
from mmwsss.engine.unread_options import OF_RUNNER, OF_TOOLS, check_options
from mmwsss.utils.errors import InputError

CFG = dict(
    data_root='data', model=dict(type='M', test_cfg=dict(bg_thr=0.25), head=dict(num_classes=2)),
    train_cfg=dict(max_epochs=1), optim_wrapper=dict(optimizer=dict(type='SGD', lr=0.1)),
    train_dataloader=dict(batch_size=2, dataset=dict(data_root='data', pipeline=[dict(type='Flip', prob=0.5)])))


def test_the_keys_of_the_runner():
    assert set(inspect.signature(Runner.__init__).parameters) - {'self'} == OF_RUNNER


def holds_config(node: ast.AST) -> bool:
    """Whether an expression is called `cfg`, as a run's config is."""
    return isinstance(node, ast.Name) and node.id == 'cfg' or isinstance(node, ast.Attribute) and node.attr == 'cfg'


def keys_read(node: ast.AST) -> set[str]:
    """The keys that a program reads from `cfg`, but for functions that get a part of a config under this name."""
    if isinstance(node, ast.FunctionDef):
        kinds = [ast.unparse(given.annotation) for given in node.args.args if given.arg == 'cfg' and given.annotation]
        if any('Config' not in kind for kind in kinds):
            return set()
    found: list[ast.AST | str] = []
    if isinstance(node, ast.Attribute) and holds_config(node.value):
        found = [node.attr]
    elif isinstance(node, ast.Subscript) and holds_config(node.value):
        found = [node.slice]
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and holds_config(node.func.value):
        found = [*node.args[:1]]
    elif isinstance(node, ast.Compare) and holds_config(node.comparators[0]):
        found = [node.left]
    keys = {key.value if isinstance(key, ast.Constant) else key for key in found}
    return {key for key in keys if isinstance(key, str)}.union(*map(keys_read, ast.iter_child_nodes(node)))


def programs(folder: Path) -> list[Path]:
    return [path for path in folder.rglob('*.py') if 'models' not in path.parts]  # `cfg` is a part there


def test_the_keys_of_our_tools():
    read = set().union(*(keys_read(ast.parse(path.read_text()))
                         for folder in ('mmwsss', 'tools') for path in programs(REPO / folder)))
    own = read - set(dir(Config)) - set(dir(ConfigDict)) - OF_RUNNER
    assert own == OF_TOOLS - {'custom_imports'}  # MMEngine reads these with the file


@pytest.mark.parametrize(('key', 'near'), [
    ('max_epochs', ['train_cfg.max_epochs']), ('lr', ['optim_wrapper.optimizer.lr']), ('max_epoch', ['max_epochs']),
    ('head.num_classes', ['model.head.num_classes']), ('batchsize', ['train_dataloader.batch_size']), ('zzz', [])])
def test_keys_that_nothing_reads(key, near):
    with pytest.raises(InputError, match=message_names(f'{key} has no effect', *near)):
        check_options(CFG, {key: 1}, 'c.py')


def test_variables_of_the_config_were_used_already():
    remark, = check_options(CFG, {'data_root': 'x'}, 'c.py')
    assert 'data_root' in remark and 'no effect' in remark and 'train_dataloader.dataset.data_root' in remark


@pytest.mark.parametrize(('key', 'near'), [
    ('model.test_cfg.bg_th', 'model.test_cfg.bg_thr'), ('train_cfg.max_epoch', 'train_cfg.max_epochs'),
    ('train_dataloader.dataset.pipeline.0.probs', 'train_dataloader.dataset.pipeline.0.prob')])
def test_misspelt_settings(key, near):
    remark, = check_options(CFG, {key: 1}, 'c.py')
    assert key in remark and near in remark


@pytest.mark.parametrize('key', [
    'train_cfg.max_epochs', 'train_cfg.val_interval', 'load_from', 'randomness.seed', 'ir_label_refinement.steps',
    'model.test_cfg.refine.type', 'train_dataloader.dataset.pipeline.0.prob', 'train_dataloader.num_workers',
    'tta_model.type', 'env_cfg.cudnn_benchmark'])
def test_what_is_read_is_not_mentioned(key):
    assert check_options(CFG, {key: 1}, 'c.py') == []
    assert check_options(dict(recipe='irn'), {'crf': False}, 'pipeline.py') == []  # checked by the pipeline


def test_every_config_is_checked(tmp_path, capsys):
    path = tmp_path / 'c.py'
    path.write_text('\n'.join(f'{key} = {value!r}' for key, value in CFG.items()))
    for read in (read_config, load_config):
        with pytest.raises(InputError, match=message_names('lr', 'c.py')):
            read(str(path), {'lr': 1})
    assert read_config(str(path), {'data_root': 'x'}).data_root == 'x'
    assert 'no effect' in capsys.readouterr().out
