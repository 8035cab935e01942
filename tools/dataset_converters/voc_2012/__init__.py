"""VOC 2012 and the Semantic Boundaries Dataset (SBD): unpacked, merged and checked."""
