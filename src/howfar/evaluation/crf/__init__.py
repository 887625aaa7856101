"""A conditional random field of two layers over depth and semantic classes, after Wang et al. (CVPR 2015).

It stands between a global network and its figures: `howfar evaluate crf` measures what it gains. Nothing that looks at
photos uses it.
"""
