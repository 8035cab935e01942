# All stages on six classes of VOC, on a CPU. python tools/run_pipeline.py configs/voc6/pipeline_voc6.py
recipe = 'irn'
classifier = 'vwe_hspp_efflite0_voc6.py'
irnet = 'irnet_efflite0_voc6.py'
segmentor = 'deeplabv2_efflite0_voc6.py'
ir_label_thr = 'auto'
pseudo_label_thr = 'best'
crf = True
# As published, all networks are trained on train_aug; the classifier of the first table in README.md, on `train`.
network_options = {'classifier': {'train_dataloader.dataset.ann_file': 'ImageSets/Segmentation/train_aug.txt'}}
