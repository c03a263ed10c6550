"""What a reviewer said; start at `ledger`."""
