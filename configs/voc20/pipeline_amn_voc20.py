# A classifier, AMN, and its maps. python tools/run_pipeline.py configs/voc20/pipeline_amn_voc20.py
stages = [
    dict(type='Training', name='classifier', config='cam_efflite0_voc20.py', show=False),
    dict(type='CAMFiles', name='seed_cams', network='classifier'),
    dict(type='CAMCurve', name='seed_cam_quality', cams='seed_cams', config='classifier'),
    dict(type='AffinityLabels', name='seed_labels', cams='seed_cams', config='amn',
         thresholds='seed_cam_quality'),
    dict(type='Training', name='amn', config='amn_efflite0_voc20.py', labels='seed_labels', show=False),
    *[dict(type='Evaluation', name=f'test_{name}', network='amn', test_list=name) for name in ('train', 'val')],
    dict(type='Report', name='report')
]
