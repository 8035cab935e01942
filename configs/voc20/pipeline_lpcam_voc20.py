# A classifier, its prototypes, and their maps. python tools/run_pipeline.py configs/voc20/pipeline_lpcam_voc20.py
stages = [
    dict(type='Training', name='classifier', config='cam_efflite0_voc20.py', show=False),
    dict(type='Prototypes', name='lpcam', network='classifier', config='lpcam_efflite0_voc20.py', pixels=50),
    *[dict(type='Evaluation', name=f'test_{name}', network='lpcam', test_list=name) for name in ('train', 'val')],
    dict(type='Report', name='report')
]
