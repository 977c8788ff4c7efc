"""The kinds of questions that there are, a file each."""
