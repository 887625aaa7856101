"""Learning depth from stereo pairs alone: recipe, examples, task."""
