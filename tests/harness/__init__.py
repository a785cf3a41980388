"""What tests of several rooms share: worlds built once, paths, a real browser."""
