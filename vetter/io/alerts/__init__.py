"""Alert packets (Avro, Parquet) as candidates with cutouts."""
