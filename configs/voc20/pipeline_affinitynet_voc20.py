# All stages with AffinityNet on twenty classes of VOC, on a CPU.
# python tools/run_pipeline.py configs/voc20/pipeline_affinitynet_voc20.py
recipe = 'affinitynet'
classifier = 'cam_efflite0_voc20.py'
affinitynet = 'affinitynet_efflite0_voc20.py'
segmentor = 'deeplabv2_efflite0_voc20.py'
# Backgrounds (1 - x)^alpha that lose against a class x above 0.63 and above 0.33: the label-free threshold of the CAMs
# of VWE with HSPP on `train`, 0.48, plus and minus 0.15. Published: (4, 32).
alphas = (0.465, 2.77)
pseudo_label_thr = 'best'
crf = True
