"""A menu as it stands: its form (schema), its values, how it is read from a document.

What a file holds and programs are shown is plain: plain_menu, plain_json.
"""
