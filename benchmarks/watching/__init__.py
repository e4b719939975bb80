"""What benchmarks.adaptive watches: reviews that begin and end, on a simulated clock and at the local CAMS."""
