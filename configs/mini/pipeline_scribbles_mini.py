# From scribbles to DeepLabv2 on the drawn sample, on a CPU.
# python tools/run_pipeline.py configs/mini/pipeline_scribbles_mini.py
recipe = 'scribbles'
scribbles = 'data/sample/Scribbles'
segmentor = 'deeplabv2_r18_mini_scribbles.py'
