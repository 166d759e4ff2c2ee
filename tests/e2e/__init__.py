"""End-to-end tests of dyndns53 and dyndb; README.md says how to run them."""
