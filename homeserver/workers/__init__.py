"""Work that goes on in the background, each with an owner that ends it."""
