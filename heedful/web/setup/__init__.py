"""Pages on which administrators and CX people set the house up."""
