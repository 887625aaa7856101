"""Learning depth from stereo pairs alone."""
