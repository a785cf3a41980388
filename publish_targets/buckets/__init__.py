"""Published files in a bucket: uploaded beside the earlier build, then one small object leads there."""
