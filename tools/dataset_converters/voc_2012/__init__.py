"""Unpacking, merging and checking VOC 2012 and the Semantic Boundaries Dataset (SBD)."""
