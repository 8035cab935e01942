# DSRG on PASCAL VOC 2012: classifier, CAMs, cues, segmentor, its masks, second segmentor, test.
# python tools/run_pipeline.py configs/pipeline_dsrg_voc.py --gpus 4
recipe = 'cues'
classifier = 'cam_r50_voc.py'
segmentor = 'dsrg_r101_voc.py'
second_segmentor = 'dsrg_second_r101_voc.py'
crf = dict(type='DenseCRF', gaussian_sxy=3, bilateral_sxy=80, bilateral_srgb=13)
mask_settings = dict(tta=True, refine=crf)
