"""Whether it worked: figures that are kept so that the board opens at once."""
