"""Teacher and student: learning from pictures without depth."""
