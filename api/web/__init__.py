"""The built pages, served as files. Made by `make web` from web/; do not edit by hand."""
