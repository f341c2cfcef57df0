"""What people read: the table for the terminal and the figures for the memo."""
