# LPCAM on PASCAL VOC 2012, to DeepLabv2. python tools/run_pipeline.py configs/pipeline_lpcam_voc.py --gpus 4
recipe = 'lpcam'
classifier = 'cam_irn_all_r50_voc.py'
lpcam = 'lpcam_r50_voc.py'
irnet = 'irnet_r50_voc.py'
segmentor = 'deeplabv2_r101_voc.py'
prototypes = dict(of_test_list=True, pixels=100)  # of `train`, as published
crf = True
