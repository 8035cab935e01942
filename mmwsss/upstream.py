"""PyTorch, MMSegmentation and MMPretrain, imported before our own components.

Registries, tools, `mmwsss.models` and `mmwsss.datasets` import this module first. So a broken installation gives one
message, and nothing is printed that a user cannot act on.
"""
import io
import warnings
from contextlib import redirect_stdout

from .version import import_required

_printed = io.StringIO()
try:
    with warnings.catch_warnings(), redirect_stdout(_printed):
        # About MMCV without compiled operators, which nothing here needs, and about its own modules.
        warnings.filterwarnings('ignore', '(Fail to import )?``MultiScaleDeformableAttention``')
        import_required('torch', 'mmengine.runner', 'mmcv', 'mmseg', 'mmpretrain', 'mmseg.models', 'mmseg.datasets')
finally:
    # The maintained forks print this debug message about an optional source of data sets.
    print(_printed.getvalue().replace('Could not import OneDL\n', ''), end='')
