# SC-CAM on the drawn sample, on a CPU. python tools/run_pipeline.py configs/mini/pipeline_sccam_mini.py
recipe = 'sccam'
classifier = 'cam_r18_mini.py'
sub_classifier = 'sccam_r18_mini.py'
rounds = 2
k = 3
