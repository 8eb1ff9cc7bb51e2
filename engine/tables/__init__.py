"""Tables in and out: detection, conversion of uploads to Parquet, streamed reading and export."""
