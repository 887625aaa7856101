"""The benchmark over many data sets: labelled objects, found and ranged by the product's own pipeline."""
