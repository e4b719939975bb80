"""What runs in the processes that benchmarks.sweep starts: the server that counts, and the replicas that sweep."""
