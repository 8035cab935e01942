"""Running the stages: hooks, mixed precision and code shared by the command line tools."""
