"""Menus in the formats of others: schema.org, Square, spreadsheets; what is lost is said."""
