"""Our own registries. Networks, data sets, metrics and hooks are in those of `mmseg.registry`."""
from mmengine.registry import Registry

STAGES = Registry('stage', scope='mmseg', locations=['mmwsss.pipeline.stages'])
RECIPES = Registry('recipe', scope='mmseg', locations=['mmwsss.pipeline.recipes'])
LOCAL_REFINEMENTS = Registry('local_refinement', scope='mmseg', locations=['mmwsss.models.local_refinements'])
