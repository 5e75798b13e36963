"""What the business is about, as frozen dataclasses that know no chain."""
