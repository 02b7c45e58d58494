"""Models in plain NumPy, differentiated as they are; ``README.md`` lists them."""
