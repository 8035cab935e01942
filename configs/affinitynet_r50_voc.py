# AffinityNet refines the CAMs of cam_r50_voc.py. python tools/train.py configs/affinitynet_r50_voc.py
# Before: tools/make_cams.py and tools/make_affinity_scores.py; after: tools/make_pseudo_labels.py.
_base_ = [
    '_base_/models/affinitynet_r50.py', '_base_/datasets/voc_affinitynet.py', '_base_/schedules/psa_8e.py',
    '_base_/default_runtime.py'
]
