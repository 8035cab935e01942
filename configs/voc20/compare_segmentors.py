# Segmentors from all kinds of labels on twenty classes of VOC, on a CPU; the last one is the bound. All that need CAMs
# use those of VWE with HSPP. python tools/compare.py configs/voc20/compare_segmentors.py --jobs 2
SAME_CAMS = dict(classifier='vwe_hspp_efflite0_voc20.py')
entries = [
    dict(name='IRNet', config='pipeline_voc20.py'),
    dict(name='AffinityNet', config='pipeline_affinitynet_voc20.py', options=SAME_CAMS),
    dict(name='BES', config='pipeline_bes_voc20.py', options=SAME_CAMS),
    dict(name='SEC', config='pipeline_sec_voc20.py', options=SAME_CAMS),
    dict(name='DSRG', config='pipeline_dsrg_voc20.py', options=SAME_CAMS),
    dict(name='1-Stage', config='onestage_efflite0_voc20.py'),
    dict(name='points', config='pipeline_points_voc20.py'),
    dict(name='scribbles', config='pipeline_scribbles_voc20.py'),
    dict(name='scribbles, Gated CRF', config='pipeline_scribbles_gated_crf_voc20.py'),
    dict(name='boxes', config='pipeline_boxes_voc20.py'),
    dict(name='masks', config='deeplabv2_efflite0_voc20_full.py'),
]
seeds = [0]
lists = ['val']
