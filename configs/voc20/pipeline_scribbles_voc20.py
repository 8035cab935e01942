# From scribbles to DeepLabv2 on twenty classes of VOC, on a CPU.
# python tools/run_pipeline.py configs/voc20/pipeline_scribbles_voc20.py
recipe = 'scribbles'
scribbles = 'data/voc20_strokes/Scribbles'
segmentor = 'deeplabv2_efflite0_voc20_scribbles.py'
