"""Our people: who they are and what each may see, do and give."""
