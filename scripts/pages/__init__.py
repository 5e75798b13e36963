"""What `document.py` writes into each page: a module a page, a function a block."""
