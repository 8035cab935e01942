"""Weakly-supervised semantic segmentation for MMSegmentation: from image labels to pixel labels.

Importing it adds our components to `mmseg.registry`, so any MMSegmentation config can use them after
`custom_imports = dict(imports=['mmwsss'])`. The import itself is light: the registries load our modules when they
are first used, and subpackages such as `mmwsss.models` when they are first accessed. From then on MMEngine also reads
our configs by name: `_base_ = ['mmwsss::vwe_hspp_r50_voc.py']`, `get_config('mmwsss::vwe_hspp_r50_voc.py')`.
"""
import sys
from importlib import import_module
from types import ModuleType

from .package_files import support_package_configs
from .version import __version__, check_requirements, import_required

__all__ = [
    '__version__', 'apis', 'convert', 'datasets', 'engine', 'evaluation', 'models', 'pipeline', 'pseudo_labels',
    'visualization'
]

# Registry of MMSegmentation -> our module that registers components there.
LOCATIONS = {
    'DATASETS': 'mmwsss.datasets',
    'HOOKS': 'mmwsss.engine.hooks',
    'METRICS': 'mmwsss.evaluation',
    'MODELS': 'mmwsss.models',
    'OPTIM_WRAPPERS': 'mmwsss.engine.mixed_precision',
    'TASK_UTILS': 'mmwsss.models',
    'TRANSFORMS': 'mmwsss.datasets.transforms',
    'VISUALIZERS': 'mmwsss.visualization',
    'WEIGHT_INITIALIZERS': 'mmwsss.models',
}


def _register() -> None:
    """Tell MMSegmentation's registries where our components are."""
    import_required('mmseg.registry')
    registries = import_module('mmseg.registry')
    for name, module in LOCATIONS.items():
        registry = getattr(registries, name)
        # A registry imports its locations once, at the first look-up. An empty list may be the one that MMEngine's
        # registries share as a default.
        if registry._imported or not registry._locations:
            import_module('mmwsss.upstream')
            import_module(module)
        elif module not in registry._locations:
            registry._locations[:] = ['mmwsss.upstream', *registry._locations, module]


def __getattr__(name: str) -> ModuleType:
    if name in __all__:
        return import_module(f'{__name__}.{name}')
    raise AttributeError(f'module {__name__!r} has no attribute {name!r}')


def _only_reports() -> bool:
    """Whether this is `python -m mmwsss`, which also reports what is missing."""
    words = sys.orig_argv
    return sys.argv[:1] == ['-m'] and '-m' in words and words[words.index('-m') + 1:][:1] == [__name__]


if not _only_reports():
    check_requirements()
    _register()
    support_package_configs()
