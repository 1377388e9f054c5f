"""The writers: each turns the plan of the schema into the files that one kind of reader needs."""
