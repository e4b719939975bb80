"""What runs in the processes that benchmarks.client measures: one client each, and nothing else."""
