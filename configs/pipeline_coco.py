# From image-level labels to DeepLabv2 on MS COCO 2014. python tools/run_pipeline.py configs/pipeline_coco.py --gpus 4
# For VWL: --cfg-options classifier=vwl_l_r101_coco.py
recipe = 'irn'
classifier = 'vwe_hspp_r50_coco.py'
irnet = 'irnet_r50_coco.py'
segmentor = 'deeplabv2_r101_coco.py'
ir_label_thr = 'auto'
pseudo_label_thr = 'auto'
crf = True
