"""The stereo method of MC-CNN after its network: from the features of two pictures to disparity.

Žbontar and LeCun: Stereo Matching by Training a Convolutional Neural Network to Compare Image Patches, JMLR 2016,
section 4. One stage a file, in this order: `cost`, `cross_aggregation` (accurate networks alone), `semi_global`,
`checking` (winner takes all, left-right check), `interpolation`, `refinement` (sub-pixel, median, bilateral mean).
"""
