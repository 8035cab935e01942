# DSRG on the drawn sample, on a CPU. python tools/run_pipeline.py configs/mini/pipeline_dsrg_mini.py
recipe = 'cues'
classifier = 'cam_r18_mini.py'
segmentor = 'dsrg_r18_mini.py'
second_segmentor = 'dsrg_second_r18_mini.py'
network_options = dict(segmentor={'model.backbone.init_cfg.checkpoint': '{classifier}'})
