"""A small data set of drawn images in VOC's layout."""
