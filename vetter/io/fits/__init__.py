"""Reading and writing of FITS images and headers; start at `images.open_image`."""
