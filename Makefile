# Targets explain themselves: run `make help`.
