"""Reading MS COCO's instance annotations and writing masks, lists and image-level labels."""
