# CAMs of all methods on twenty classes of VOC, on a CPU.
# python tools/compare.py configs/voc20/compare_voc20.py --jobs 2
entries = [
    dict(name='GAP', config='cam_efflite0_voc20.py'),
    dict(name='HSPP', config='hspp_efflite0_voc20.py'),
    dict(name='VWE', config='vwe_efflite0_voc20.py'),
    dict(name='VWE+HSPP', config='vwe_hspp_efflite0_voc20.py'),
    # Append further methods here: classifiers, or pipelines with several rounds.
]
seeds = [0, 1, 2]
lists = ['train', 'val']
