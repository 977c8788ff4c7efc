"""Pages of the team: the queue, the cases, the customers."""
