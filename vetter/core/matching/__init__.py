"""Templates matched to the image in PSF and flux, where no convolved plane is given."""
