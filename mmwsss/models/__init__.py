"""Networks: backbones, necks, heads, segmentors and losses."""
from mmwsss import upstream  # noqa: F401  before any module of MMSegmentation

from .backbones import *  # noqa: F401,F403
from .cam_merging import *  # noqa: F401,F403
from .data_preprocessor import CAMDataPreProcessor  # noqa: F401
from .features import Features  # noqa: F401
from .heads import *  # noqa: F401,F403
from .local_refinements import *  # noqa: F401,F403
from .losses import *  # noqa: F401,F403
from .necks import *  # noqa: F401,F403
from .refiners import *  # noqa: F401,F403
from .segmentors import *  # noqa: F401,F403
