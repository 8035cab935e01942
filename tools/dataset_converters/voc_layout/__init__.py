"""A folder in VOC's layout: its names, and the files that it is made of."""
