"""What a run costs, against the least that the same numbers can cost."""
