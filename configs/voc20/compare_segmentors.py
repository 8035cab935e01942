# Segmentors from all kinds of labels on twenty classes of VOC, on a CPU; the last one is the bound.
# python tools/compare.py configs/voc20/compare_segmentors.py --jobs 2
entries = [
    dict(name='VWE+HSPP, IRNet', config='pipeline_voc20.py'),
    dict(name='VWE+HSPP, AffinityNet', config='pipeline_affinitynet_voc20.py'),
    dict(name='BES', config='pipeline_bes_voc20.py'),
    dict(name='SEC', config='pipeline_sec_voc20.py'),
    dict(name='DSRG', config='pipeline_dsrg_voc20.py'),
    dict(name='1-Stage', config='onestage_efflite0_voc20.py'),
    dict(name='points', config='pipeline_points_voc20.py'),
    dict(name='scribbles', config='pipeline_scribbles_voc20.py'),
    dict(name='scribbles, Gated CRF', config='pipeline_scribbles_gated_crf_voc20.py'),
    dict(name='boxes', config='pipeline_boxes_voc20.py'),
    dict(name='masks', config='deeplabv2_efflite0_voc20_full.py'),
]
seeds = [0]
lists = ['val']
