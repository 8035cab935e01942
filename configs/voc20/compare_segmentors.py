# Segmentors from all kinds of labels on twenty classes of VOC, on a CPU; the last one is the bound. Refiners and cues
# use the CAMs of VWE with HSPP; methods that make CAMs are refined by IRNet.
# python tools/compare.py configs/voc20/compare_segmentors.py --jobs 2
SAME_CAMS = dict(classifier='vwe_hspp_efflite0_voc20.py')
entries = [
    dict(name='IRNet', config='pipeline_voc20.py'),
    dict(name='AffinityNet', config='pipeline_affinitynet_voc20.py', options=SAME_CAMS),
    dict(name='BES', config='pipeline_bes_voc20.py', options=SAME_CAMS),
    dict(name='SIPE, IRNet', config='pipeline_voc20.py', options=dict(classifier='sipe_efflite0_voc20.py')),
    dict(name='AMN, IRNet', config='pipeline_voc20.py', options=dict(
        recipe='amn', classifier='cam_efflite0_voc20.py', amn='amn_efflite0_voc20.py', seed_label_thr='auto')),
    dict(name='LPCAM, IRNet', config='pipeline_voc20.py', options={
        'recipe': 'lpcam', 'classifier': 'cam_efflite0_voc20.py', 'lpcam': 'lpcam_efflite0_voc20.py',
        'prototypes.pixels': 50}),
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
