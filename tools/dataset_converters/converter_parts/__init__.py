"""What every converter needs around its work: files, progress, processes and messages."""
