"""What runs the stages: hooks, mixed precision and what the command line tools share."""
