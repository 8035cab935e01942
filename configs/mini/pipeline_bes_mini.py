# BES on the drawn sample, on a CPU. python tools/run_pipeline.py configs/mini/pipeline_bes_mini.py
recipe = 'bes'
classifier = 'bes_r18_mini.py'
boundary = 'bes_boundary_r18_mini.py'
segmentor = 'deeplabv2_r18_mini.py'
confident_label_thr = (0.25, 0.08)
pseudo_label_thr = 'best'
pseudo_label_crf = dict(steps=5)
crf = True
network_options = dict.fromkeys(('boundary', 'segmentor'), {'model.backbone.init_cfg.checkpoint': '{classifier}'})
