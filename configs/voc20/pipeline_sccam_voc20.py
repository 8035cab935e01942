# SC-CAM on twenty classes of VOC, on a CPU. python tools/run_pipeline.py configs/voc20/pipeline_sccam_voc20.py
recipe = 'sccam'
classifier = 'cam_efflite0_voc20.py'
sub_classifier = 'sccam_efflite0_voc20.py'
rounds = 3
k = 10
lists = ['train', 'val']
