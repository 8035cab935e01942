# A classifier, ReCAM, and their CAMs. python tools/run_pipeline.py configs/voc20/pipeline_recam_voc20.py
stages = [
    dict(type='Training', name='classifier', config='cam_efflite0_voc20.py', show=False),
    dict(type='Training', name='recam', config='recam_efflite0_voc20.py',
         options={'load_from': '{classifier}'}, show=False),
    *[dict(type='Evaluation', name=f'test_{name}', network='recam', test_list=name) for name in ('train', 'val')],
    dict(type='Report', name='report')
]
