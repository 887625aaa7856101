"""Samples, augmentation and batches."""
