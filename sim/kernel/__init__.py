"""The kernel: calendar, draws, hazards, ledger, payables and the block of replications. It knows no company."""
