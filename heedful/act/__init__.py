"""What we do about it: cases for the right person, in time."""
