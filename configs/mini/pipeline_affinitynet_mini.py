# All stages with AffinityNet on the drawn sample, on a CPU.
# python tools/run_pipeline.py configs/mini/pipeline_affinitynet_mini.py
recipe = 'affinitynet'
classifier = 'cam_r18_mini.py'
affinitynet = 'affinitynet_r18_mini.py'
segmentor = 'deeplabv2_r18_mini.py'
alphas = 'auto'  # the CAMs are flatter than those that the published alphas suit
pseudo_label_thr = 'best'
pseudo_label_crf = dict(steps=5)
network_options = dict.fromkeys(('affinitynet', 'segmentor'), {'model.backbone.init_cfg.checkpoint': '{classifier}'})
