"""Several images of a night, as a field file (TOML) names them."""
