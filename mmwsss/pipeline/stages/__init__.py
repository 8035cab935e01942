"""The kinds of stages, each in a file of its own."""
from .affinity_labels import AffinityLabels
from .affinity_scores import AffinityScores
from .cam_curve import CAMCurve
from .cam_files import CAMFiles
from .cues import Cues
from .evaluation import Evaluation
from .existing_files import ExistingFiles
from .label_quality import LabelQuality
from .masks import Masks
from .prototypes import Prototypes
from .pseudo_labels import PseudoLabels
from .refiner_curve import RefinerCurve
from .report import Report
from .stroke_labels import StrokeLabels
from .sub_categories import SubCategories
from .training import Training

__all__ = [
    'AffinityLabels', 'AffinityScores', 'CAMCurve', 'CAMFiles', 'Cues', 'Evaluation', 'ExistingFiles',
    'LabelQuality', 'Masks', 'Prototypes', 'PseudoLabels', 'RefinerCurve', 'Report', 'StrokeLabels',
    'SubCategories', 'Training'
]
