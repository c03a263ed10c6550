"""Readers of alert packets in Avro, Parquet, tar, gzip and Confluent framing."""
