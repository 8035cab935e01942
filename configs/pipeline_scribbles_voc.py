# From ScribbleSup's scribbles (a folder of XML files or PNGs) to DeepLabv2 with the Gated CRF loss.
# python tools/run_pipeline.py configs/pipeline_scribbles_voc.py --gpus 4
recipe = 'scribbles'
scribbles = 'data/voc_scribbles'
segmentor = 'deeplabv2_r101_voc_scribbles_gated_crf.py'
crf = True
