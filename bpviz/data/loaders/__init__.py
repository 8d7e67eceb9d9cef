"""Loaders of files: one file each, one import line each."""

from bpviz.data.loaders import csv_file as csv_file
