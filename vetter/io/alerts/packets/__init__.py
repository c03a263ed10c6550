"""Packets out of any wrapping: Avro, Parquet, tar, gzip, Confluent."""
