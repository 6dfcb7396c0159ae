"""Pictures that move: films and cameras, read and written in processes of their own."""
