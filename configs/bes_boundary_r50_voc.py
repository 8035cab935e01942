# BES refines the CAMs of bes_r50_voc.py. python tools/train.py configs/bes_boundary_r50_voc.py
# Before: tools/make_cams.py and tools/make_ir_labels.py --bg-thr 0.07; after: tools/make_pseudo_labels.py.
_base_ = [
    '_base_/models/boundary_r50.py', '_base_/datasets/voc_boundary.py', '_base_/schedules/boundary_3e.py',
    '_base_/default_runtime.py'
]
