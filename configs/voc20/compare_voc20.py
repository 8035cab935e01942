# CAMs of all methods on twenty classes of VOC, on a CPU. Each is compared with the network that it changes.
# python tools/compare.py configs/voc20/compare_voc20.py --jobs 2
entries = [
    dict(name='GAP', config='cam_efflite0_voc20.py'),
    dict(name='HSPP', config='hspp_efflite0_voc20.py', against='GAP'),
    dict(name='VWE', config='vwe_efflite0_voc20.py', against='GAP'),
    dict(name='VWE+HSPP', config='vwe_hspp_efflite0_voc20.py', against='HSPP'),
    dict(name='VWL-L', config='vwl_l_efflite0_voc20.py', against='VWE+HSPP'),
    dict(name='VWL-M', config='vwl_m_efflite0_voc20.py', against='VWE+HSPP'),
    dict(name='SEAM', config='seam_efflite0_voc20.py', against='GAP'),
    dict(name='BES pooling', config='bes_efflite0_voc20.py', against='GAP'),
    dict(name='SC-CAM', config='pipeline_sccam_voc20.py', against='GAP'),
    dict(name='ReCAM', config='pipeline_recam_voc20.py', against='GAP'),
    dict(name='ReCAM+HSPP', config='pipeline_recam_hspp_voc20.py', against='HSPP'),
    dict(name='SIPE', config='sipe_efflite0_voc20.py', against='GAP'),
    dict(name='AMN', config='pipeline_amn_voc20.py', against='GAP'),
    dict(name='LPCAM', config='pipeline_lpcam_voc20.py', against='GAP'),
]
seeds = [0, 1, 2]
lists = ['train', 'val']
