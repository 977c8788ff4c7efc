"""Scripts that build the data shipped in heedful/understand/light/data; none of this runs in the product."""
