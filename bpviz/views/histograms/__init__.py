"""The histograms' panel."""
