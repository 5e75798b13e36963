"""What people read: stories, tables and figures. Reads models and knows no chain."""
