"""Rules that merge the maps of several scales and of the mirror image, named by `test_cfg.merge`."""
from .against_background import AgainstBackground
from .mirror_max_sum import MirrorMaxSum
from .softmax_of_mean import SoftmaxOfMean
from .sum_all import SumAll
from .sum_all_sub_categories import SumAllSubCategories
from .sum_min_max import SumMinMax

__all__ = ['AgainstBackground', 'MirrorMaxSum', 'SoftmaxOfMean', 'SumAll', 'SumAllSubCategories', 'SumMinMax']
