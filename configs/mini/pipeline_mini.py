# All stages on the drawn sample, on a CPU. python tools/run_pipeline.py configs/mini/pipeline_mini.py
recipe = 'irn'
classifier = 'vwe_hspp_r18_mini.py'
irnet = 'irnet_r18_mini.py'
segmentor = 'deeplabv2_r18_mini.py'
ir_label_thr = (0.25, 0.08)
pseudo_label_thr = 'best'
pseudo_label_crf = dict(steps=5)
crf = True
network_options = dict.fromkeys(('irnet', 'segmentor'), {'model.backbone.init_cfg.checkpoint': '{classifier}'})
