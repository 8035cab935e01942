# A round of SC-CAM: classes and sub-categories. python tools/train.py configs/sccam_r50_voc.py
# Before: tools/make_subcategories.py; configs/pipeline_sccam_voc.py runs all rounds.
_base_ = [
    '_base_/models/sccam_r50.py', '_base_/datasets/voc_sub_categories.py', '_base_/schedules/sccam_61e.py',
    '_base_/default_runtime.py'
]
