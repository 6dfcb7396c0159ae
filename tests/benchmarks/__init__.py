"""What is measured: every `bench_*.py` here has `main()`, which returns named figures."""
