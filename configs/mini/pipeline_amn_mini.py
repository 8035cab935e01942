# All stages with AMN on the drawn sample, on a CPU. python tools/run_pipeline.py configs/mini/pipeline_amn_mini.py
recipe = 'amn'
classifier = 'cam_r18_mini.py'
amn = 'amn_r18_mini.py'
irnet = 'irnet_r18_mini.py'
segmentor = 'deeplabv2_r18_mini.py'
seed_label_thr = 'auto'
ir_label_thr = 'auto'
pseudo_label_thr = 'best'
network_options = dict.fromkeys(
    ('amn', 'irnet', 'segmentor'), {'model.backbone.init_cfg.checkpoint': '{classifier}'})
