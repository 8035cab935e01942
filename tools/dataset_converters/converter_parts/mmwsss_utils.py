"""The parts of mmwsss/utils that need no PyTorch."""
import importlib.util
from pathlib import Path
from types import ModuleType


def load_utility(name: str) -> ModuleType:
    """A file of mmwsss/utils by its path: `import mmwsss` brings PyTorch and MMSegmentation, not needed here."""
    path = Path(__file__).resolve().parents[3] / 'mmwsss' / 'utils' / f'{name}.py'
    spec = importlib.util.spec_from_file_location(f'mmwsss_utils_{name}', path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


InputError = load_utility('errors').InputError
atomic_path = load_utility('atomic').atomic_path
