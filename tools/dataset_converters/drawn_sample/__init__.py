"""A small data set in VOC's layout that is drawn, not photographed."""
