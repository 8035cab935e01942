# All stages with LPCAM on the drawn sample, on a CPU. python tools/run_pipeline.py configs/mini/pipeline_lpcam_mini.py
recipe = 'lpcam'
classifier = 'cam_r18_mini.py'
lpcam = 'lpcam_r18_mini.py'
irnet = 'irnet_r18_mini.py'
segmentor = 'deeplabv2_r18_mini.py'
ir_label_thr = 'auto'
pseudo_label_thr = 'best'
network_options = dict.fromkeys(('irnet', 'segmentor'), {'model.backbone.init_cfg.checkpoint': '{classifier}'})
